import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { time } from './time.ts';

/** A write that was done under an `Idempotency-Key`, with its answer (contract section 8). */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /**
     * No foreign key: a claim must wait for its own duplicate only, and not for a transaction that has locked the
     * account.
     */
    accountId: text('account_id').notNull(),
    method: text().notNull(),
    path: text().notNull(),
    key: text().notNull(),
    /** SHA-256 of method, path and body, hexadecimal. */
    fingerprint: text().notNull(),
    status: smallint().notNull(),
    /** The answer's JSON; empty for an answer without a body. */
    body: text().notNull(),
    /**
     * The Jes that the answer shows, and the one that it bounces: deleting them takes their words out of the answer.
     */
    postId: text('post_id'),
    bouncedPostId: text('bounced_post_id'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'idempotency_keys_pkey',
      columns: [table.accountId, table.method, table.path, table.key],
    }),
    index('idempotency_keys_created_at_index').on(table.createdAt),
    index('idempotency_keys_post_id_index').on(table.postId).where(sql`${table.postId} IS NOT NULL`),
    index('idempotency_keys_bounced_post_id_index')
      .on(table.bouncedPostId)
      .where(sql`${table.bouncedPostId} IS NOT NULL`),
  ],
);
