import { getTableName, lt, lte, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import {
  AUDIT_LOG_KEPT_MS,
  DAILY_USAGE_KEPT_MS,
  DELIVERIES_KEPT_MS,
  FAILURES_KEPT_MS,
  IDEMPOTENCY_KEPT_MS,
  OUTBOX_KEPT_MS,
  PREVIEW_FETCHED_EVERY_MS,
  RETENTION_BATCH,
  RETENTION_BUDGET_MS,
} from '../config/limits.ts';
import { type Db, runSql } from './db.ts';
import { retiredUsernames } from './schema/accounts.ts';
import { auditLog } from './schema/audit-log.ts';
import { dailyUsage } from './schema/daily-usage.ts';
import { idempotencyKeys } from './schema/idempotency-keys.ts';
import { keyFailures } from './schema/key-failures.ts';
import { keyReveals } from './schema/key-reveals.ts';
import { linkFetches } from './schema/link-fetches.ts';
import { outboxEvents } from './schema/outbox-events.ts';
import { mailedLinks, sessions, verifications } from './schema/sessions.ts';
import { webhookDeliveries } from './schema/webhook-deliveries.ts';

/** The time that the rows of one table are kept. The column is indexed. */
export interface RetentionRule {
  readonly table: PgTable;
  readonly column: PgColumn;
  /** Milliseconds after the time in the column; 0 = the column is the time at which the row expires. */
  readonly keptMs: number;
  /** The cause of new rows, for `src/STORES.md`. */
  readonly growsWith: string;
}

/** Every table whose rows end by time alone. `npm run docs:retention` writes the table of `src/STORES.md` from this. */
export const RETENTION: readonly RetentionRule[] = [
  {
    table: keyReveals,
    column: keyReveals.expiresAt,
    keptMs: 0,
    growsWith: 'new keys, until their page has shown them',
  },
  { table: sessions, column: sessions.expiresAt, keptMs: 0, growsWith: 'sign-ins' },
  { table: mailedLinks, column: mailedLinks.expiresAt, keptMs: 0, growsWith: 'mails with a link' },
  { table: verifications, column: verifications.expiresAt, keptMs: 0, growsWith: 'sign-ins with Google' },
  { table: retiredUsernames, column: retiredUsernames.freeAt, keptMs: 0, growsWith: 'deleted accounts' },
  {
    table: idempotencyKeys,
    column: idempotencyKeys.createdAt,
    keptMs: IDEMPOTENCY_KEPT_MS,
    growsWith: 'writes with an `Idempotency-Key`',
  },
  {
    table: linkFetches,
    column: linkFetches.fetchedAt,
    keptMs: PREVIEW_FETCHED_EVERY_MS,
    growsWith: 'URLs in new Jes (60 an hour and account)',
  },
  {
    table: webhookDeliveries,
    column: webhookDeliveries.createdAt,
    keptMs: DELIVERIES_KEPT_MS,
    growsWith: 'events × endpoints that want them; their `webhook_attempts` go with them',
  },
  {
    table: outboxEvents,
    column: outboxEvents.createdAt,
    keptMs: OUTBOX_KEPT_MS,
    growsWith: 'creations, comments and revocations',
  },
  {
    table: dailyUsage,
    column: dailyUsage.day,
    keptMs: DAILY_USAGE_KEPT_MS,
    growsWith: 'accounts × days on which they write',
  },
  { table: auditLog, column: auditLog.at, keptMs: AUDIT_LOG_KEPT_MS, growsWith: 'what happens to keys' },
  {
    table: keyFailures,
    column: keyFailures.at,
    keptMs: FAILURES_KEPT_MS,
    growsWith: 'failed calls with a key, the newest 200 of each key',
  },
];

/**
 * Deletes the rows that a rule no longer keeps, in batches, until none is left or the time budget is spent.
 *
 * @param now unix milliseconds
 * @returns `hasBacklog`: the budget ended first, and the next run continues
 * @throws DbUnavailable, DbRejected
 */
export async function deleteOldRows(
  db: Db,
  { table, column, keptMs }: RetentionRule,
  now: number,
): Promise<{ readonly deleted: number; readonly hasBacklog: boolean }> {
  const cutoff = sql`${new Date(now - keptMs).toISOString()}::${sql.raw(column.getSQLType())}`;
  const isOld = keptMs === 0 ? lte(column, cutoff) : lt(column, cutoff);
  const started = performance.now();
  let deleted = 0;
  while (performance.now() - started < RETENTION_BUDGET_MS) {
    const { rowCount } = await runSql(
      db.execute(sql`
        DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${table} WHERE ${isOld} LIMIT ${RETENTION_BATCH}))`),
    );
    deleted += rowCount;
    if (rowCount < RETENTION_BATCH) return { deleted, hasBacklog: false };
  }
  return { deleted, hasBacklog: true };
}

/** The name of a rule's table in Postgres. */
export function tableNameOf({ table }: RetentionRule): string {
  return getTableName(table);
}
