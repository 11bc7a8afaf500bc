import { sql } from 'drizzle-orm';
import { check, index, json, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';

/** What happened, written in the transaction in which it did; who is to be told reads it from here. */
export const outboxEvents = pgTable(
  'outbox_events',
  {
    /** `evt_` and a UUID (contract section 10). */
    id: text().primaryKey(),
    event: text({ enum: ['jes.created', 'jesclip.created', 'comment.created'] }).notNull(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** The Jes, JesClip or comment as it was then, without counts. */
    data: json().notNull(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
  },
  (table) => [
    index('outbox_events_created_at_index').on(table.createdAt),
    index('outbox_events_account_id_index').on(table.accountId, table.createdAt),
    // The Jes that an event shows, and the one that it bounces: deleting them takes their words out of the event.
    index('outbox_events_object_id_index').on(sql`(${table.data} ->> 'id')`),
    index('outbox_events_bounced_id_index')
      .on(sql`(${table.data} -> 'bounceOf' ->> 'id')`)
      .where(sql`${table.data} -> 'bounceOf' ->> 'id' IS NOT NULL`),
    check('outbox_events_event_known', sql`${table.event} IN ('jes.created', 'jesclip.created', 'comment.created')`),
  ],
);
