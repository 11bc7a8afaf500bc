import { sql } from 'drizzle-orm';
import { bigint, check, date, index, integer, type PgColumn, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { DAILY_LIMITS, type DailyLimit } from '../../config/limits.ts';
import { accounts } from './accounts.ts';

const counter = (name: string) => integer(name).notNull().default(0);

/** The limited actions of an account on a UTC day: each count has a CHECK. */
export const dailyUsage = pgTable(
  'daily_usage',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    day: date({ mode: 'string' }).notNull(),
    creations: counter('creations'),
    jes: counter('jes'),
    jehubs: counter('jehubs'),
    follows: counter('follows'),
    uploads: counter('uploads'),
    uploadBytes: bigint('upload_bytes', { mode: 'number' }).notNull().default(0),
    keys: counter('keys'),
  },
  (table) => [
    primaryKey({ name: 'daily_usage_pkey', columns: [table.accountId, table.day] }),
    index('daily_usage_day_index').on(table.day),
    ...(Object.keys(DAILY_LIMITS) as DailyLimit[]).map((name) => limited(table[name], name)),
  ],
);

function limited(column: PgColumn, name: DailyLimit) {
  return check(constraintOf(name), sql`${column} <= ${sql.raw(String(DAILY_LIMITS[name].limit))}`);
}

/** The name of the CHECK that holds a daily limit. */
export function constraintOf(limit: DailyLimit): string {
  if (limit === 'creations') return 'daily_usage_quota';
  return limit === 'uploadBytes' ? 'daily_usage_upload_bytes' : `daily_usage_${limit}`;
}
