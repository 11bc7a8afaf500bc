import { index, pgTable, primaryKey, smallint, text, timestamp } from 'drizzle-orm/pg-core';

/** A write that was done under an `Idempotency-Key`, with its answer (contract section 8). */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** No foreign key: a claim must wait for its own duplicate only, and not for whoever has locked the account. */
    accountId: text('account_id').notNull(),
    method: text().notNull(),
    path: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of method, path and body, hexadecimal. */
    fingerprint: text().notNull(),
    status: smallint().notNull(),
    /** The answer's JSON; empty where the answer has no body. A write that answers NULL is rolled back by this column. */
    body: text().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
  },
  (table) => [
    primaryKey({
      name: 'idempotency_keys_pkey',
      columns: [table.accountId, table.method, table.path, table.key],
    }),
    index('idempotency_keys_created_at_index').on(table.createdAt),
  ],
);
