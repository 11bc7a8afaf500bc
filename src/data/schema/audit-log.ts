import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { apiKeys } from './api-keys.ts';
import { time } from './time.ts';

export const AUDIT_EVENTS = [
  'created',
  'revocation_scheduled',
  'revocation_cancelled',
  'revoked',
  'first_use',
  'refused_address',
  'webhook_created',
  'webhook_changed',
  'webhook_deleted',
  'webhook_secret_rotated',
  'webhook_tested',
  'webhook_redelivered',
  'webhook_replayed',
] as const;

/** The events of a key, for its owner to read. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: text().primaryKey(),
    apiKeyId: text('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    event: text({ enum: AUDIT_EVENTS }).notNull(),
    /** The client's address, if there was one. Events that count hold the block: the IPv4 address, or the IPv6 /64. */
    address: text(),
    /**
     * One row for each: empty for an event that happens once, else a UTC day and a block of addresses. The column keeps
     * its first name, here and in `key_mails`: while a release takes over, the one before still writes it.
     */
    dedupeKey: text('occasion').notNull(),
    at: time('at').notNull(),
    /** Times that it happened. */
    count: integer().notNull().default(1),
    /** The last of them; NULL = there was one. */
    lastAt: time('last_at'),
  },
  (table) => [
    unique('audit_log_once').on(table.apiKeyId, table.event, table.dedupeKey),
    index('audit_log_api_key_id_index').on(table.apiKeyId, table.at),
    index('audit_log_at_index').on(table.at),
    check(
      'audit_log_event_known',
      sql`${table.event} IN (${sql.raw(AUDIT_EVENTS.map((event) => `'${event}'`).join(', '))})`,
    ),
  ],
);
