import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

export const KEY_MAILS = [
  'generated',
  'expires_30',
  'expires_7',
  'expires_1',
  'expired',
  'new_network',
  'refused',
  'revocation_scheduled',
  'revoked',
] as const;

/**
 * Mails to the owner of a key: those that are due, those that will be (the warnings before it expires), and those that
 * were sent. The primary key keeps each mail unique. Rows stay as long as the key: each network is mailed about once.
 */
export const keyMails = pgTable(
  'key_mails',
  {
    apiKeyId: text('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    kind: text({ enum: KEY_MAILS }).notNull(),
    /**
     * Empty for a mail that is sent once for a key; a UTC day; the time of a schedule; `schedule` for a revocation by
     * it, or `all` for one of all keys of an account.
     */
    dedupeKey: text('occasion').notNull(),
    /** The client's address, or its block, if the mail names one. */
    address: text(),
    /** Refusals within an hour, of a mail about refusals; it is due from `REFUSALS_MAILED` on. */
    count: integer().notNull().default(1),
    dueAt: time('due_at').notNull(),
    /** Attempts to send it. */
    attempts: integer().notNull().default(0),
    /** No earlier attempt than then: a run has claimed it, or it failed. */
    retryAt: time('retry_at'),
    sentAt: time('sent_at'),
  },
  (table) => [
    primaryKey({ name: 'key_mails_once', columns: [table.apiKeyId, table.kind, table.dedupeKey] }),
    index('key_mails_unsent_index').on(table.dueAt).where(sql`${table.sentAt} IS NULL`),
    check('key_mails_kind_known', sql`${table.kind} IN (${sql.raw(KEY_MAILS.map((kind) => `'${kind}'`).join(', '))})`),
  ],
);
