import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

/** A URL of an integration, and the events of the account that its key wants there (contract section 10). */
export const webhookEndpoints = pgTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    apiKeyId: text('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    url: text().notNull(),
    description: text(),
    events: text().array().notNull(),
    /** NULL = active. */
    disabledReason: text('disabled_reason', { enum: ['owner', 'gone', 'failing'] }),
    /** The signing secret, encrypted under WEBHOOK_SECRET_KEY (see `domain/deliveries/secret.ts`). */
    sealedSecret: text('sealed_secret').notNull(),
    /** The secret before the last rotation; it signs, too, until it expires. */
    previousSealedSecret: text('previous_sealed_secret'),
    previousExpiresAt: time('previous_expires_at'),
    lastAttemptAt: time('last_attempt_at'),
    lastStatusCode: integer('last_status_code'),
    /** Why the last attempt failed, for the owner: a word of `AttemptError`. */
    lastError: text('last_error'),
    /** First failed attempt since the last success. */
    failingSince: time('failing_since'),
    /** The mail about half of the way to being disabled is due, or sent. */
    warnedAt: time('warned_at'),
    /** A mail to the owner that is not sent yet. */
    noticeDue: text('notice_due', { enum: ['failing', 'disabled'] }),
    createdAt: time('created_at').notNull(),
    /** From this time on it is invisible; the sweep deletes the deliveries, then the row. */
    deletedAt: time('deleted_at'),
  },
  (table) => [
    index('webhook_endpoints_api_key_id_index').on(table.apiKeyId),
    index('webhook_endpoints_notice_due_index').on(table.id).where(sql`${table.noticeDue} IS NOT NULL`),
    index('webhook_endpoints_deleted_index').on(table.id).where(sql`${table.deletedAt} IS NOT NULL`),
    check('webhook_endpoints_disabled_reason_known', sql`${table.disabledReason} IN ('owner', 'gone', 'failing')`),
    check('webhook_endpoints_notice_known', sql`${table.noticeDue} IN ('failing', 'disabled')`),
    check(
      'webhook_endpoints_previous_expires',
      sql`(${table.previousSealedSecret} IS NULL) = (${table.previousExpiresAt} IS NULL)`,
    ),
  ],
);
