import { index, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

/** Failed calls with a key: the newest of each key, for its owner to read. */
export const keyFailures = pgTable(
  'key_failures',
  {
    /** The id of the request: a ULID, so it orders the calls by time. */
    id: text().primaryKey(),
    apiKeyId: text('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    at: time('at').notNull(),
    method: text().notNull(),
    /** The pattern of the path, never the path that was sent. */
    path: text().notNull(),
    status: smallint().notNull(),
    /** A code of the code table. A code that is removed later stays readable. */
    code: text().notNull(),
    /** The client's address, if there was one. */
    address: text(),
    /** The `Idempotency-Key` as sent, shortened, with keys masked. */
    idempotencyKey: text('idempotency_key'),
  },
  (table) => [
    index('key_failures_api_key_id_index').on(table.apiKeyId, table.id),
    index('key_failures_at_index').on(table.at),
  ],
);
