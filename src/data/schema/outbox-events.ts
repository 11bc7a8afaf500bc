import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, json, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

/** Events that an endpoint can subscribe to, and the field of `data` that holds the subject (contract section 10). */
export const EVENT_SUBJECTS = {
  'jes.created': 'jes',
  'jesclip.created': 'jesclip',
  'comment.created': 'comment',
  'apikey.revoked': 'apiKey',
} as const;

export type EventName = keyof typeof EVENT_SUBJECTS;

export const EVENT_NAMES = Object.keys(EVENT_SUBJECTS) as [EventName, ...EventName[]];

/** The event of a test delivery. No endpoint subscribes to it, and it has no sequence. */
export const TEST_EVENT = 'webhook.test';

/**
 * The events of an account, each written in the transaction of the change; webhooks and polling read them from here.
 */
export const outboxEvents = pgTable(
  'outbox_events',
  {
    /** `evt_` and a UUID (contract section 10). */
    id: text().primaryKey(),
    event: text({ enum: [...EVENT_NAMES, TEST_EVENT] }).notNull(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /**
     * Order of the account's events (`accounts.event_sequence`). NULL: a test, or a row of the version before webhooks,
     * which is never sent.
     */
    sequence: bigint({ mode: 'number' }),
    /** The key that was revoked. Its own endpoints receive the event, too. */
    apiKeyId: text('api_key_id').references(() => apiKeys.id, { onDelete: 'cascade' }),
    /** The subject as it was then, without counts: the very text that deliveries and polling send. */
    data: json().notNull(),
    /** An endpoint subscribed when it happened, and the deliveries are not written yet. */
    fanOutDue: boolean('fan_out_due').notNull().default(false),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    index('outbox_events_created_at_index').on(table.createdAt),
    uniqueIndex('outbox_events_sequence_unique').on(table.accountId, table.sequence),
    index('outbox_events_fan_out_due_index').on(table.createdAt).where(sql`${table.fanOutDue}`),
    index('outbox_events_api_key_id_index').on(table.apiKeyId).where(sql`${table.apiKeyId} IS NOT NULL`),
    check(
      'outbox_events_event_known',
      sql`${table.event} IN ('jes.created', 'jesclip.created', 'comment.created', 'apikey.revoked', 'webhook.test')`,
    ),
    // The Jes that an event shows, and the one that it bounces: deleting them takes their words out of the event.
    index('outbox_events_object_id_index').on(sql`(${table.data} ->> 'id')`),
    index('outbox_events_bounced_id_index')
      .on(sql`(${table.data} -> 'bounceOf' ->> 'id')`)
      .where(sql`${table.data} -> 'bounceOf' ->> 'id' IS NOT NULL`),
  ],
);
