import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { outboxEvents } from './outbox-events.ts';
import { time } from './time.ts';
import { webhookEndpoints } from './webhook-endpoints.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const;

/** One event for one endpoint. The queue only wakes consumers: due deliveries and their times are here. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    id: text().primaryKey(),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    eventId: text('event_id')
      .notNull()
      .references(() => outboxEvents.id, { onDelete: 'cascade' }),
    /** The event's name, for the filter of lists. */
    event: text().notNull(),
    status: text({ enum: DELIVERY_STATUSES }).notNull(),
    /** All attempts. */
    attempts: integer().notNull().default(0),
    /** Attempts since the delivery was last queued: its place in the backoff schedule. */
    roundAttempts: integer('round_attempts').notNull().default(0),
    /** While pending. */
    nextAttemptAt: time('next_attempt_at'),
    /** The lease of a consumer; after it any consumer may claim the delivery. */
    claimedUntil: time('claimed_until'),
    lastStatusCode: integer('last_status_code'),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    unique('webhook_deliveries_once').on(table.eventId, table.endpointId),
    index('webhook_deliveries_endpoint_id_index').on(table.endpointId, table.id),
    index('webhook_deliveries_status_index').on(table.endpointId, table.status, table.id),
    index('webhook_deliveries_due_index')
      .on(table.endpointId, table.nextAttemptAt)
      .where(sql`${table.status} = 'pending'`),
    index('webhook_deliveries_next_attempt_at_index').on(table.nextAttemptAt).where(sql`${table.status} = 'pending'`),
    index('webhook_deliveries_claimed_index').on(table.endpointId).where(sql`${table.claimedUntil} IS NOT NULL`),
    index('webhook_deliveries_created_at_index').on(table.createdAt),
    check('webhook_deliveries_status_known', sql`${table.status} IN ('pending', 'delivered', 'failed', 'cancelled')`),
    check(
      'webhook_deliveries_pending_has_a_time',
      sql`(${table.status} = 'pending') = (${table.nextAttemptAt} IS NOT NULL)`,
    ),
  ],
);

/** One request to an endpoint, and the response. */
export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    id: text().primaryKey(),
    deliveryId: text('delivery_id')
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: 'cascade' }),
    at: time('at').notNull(),
    statusCode: integer('status_code'),
    /** A word of `AttemptError`; NULL = delivered. */
    error: text(),
    durationMs: integer('duration_ms').notNull(),
    /** The beginning of it, at most 1 KiB; NULL = there was no response. */
    responseBody: text('response_body'),
  },
  (table) => [index('webhook_attempts_delivery_id_index').on(table.deliveryId, table.id)],
);
