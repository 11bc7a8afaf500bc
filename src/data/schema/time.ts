import { timestamp } from 'drizzle-orm/pg-core';

/** A column that holds a time with its zone, in milliseconds as a `Date` does: Postgres would keep microseconds. */
export function time<Name extends string>(name: Name) {
  return timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
}
