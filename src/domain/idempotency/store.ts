import { and, eq, sql } from 'drizzle-orm';
import type { IDEMPOTENCY_WAIT_MS } from '../../config/limits.ts';
import type { Db, Sql } from '../../data/db.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { idempotencyKeys } from '../../data/schema/idempotency-keys.ts';
import { sessions } from '../../data/schema/sessions.ts';
import type { Actor, Claim } from '../context.ts';

/**
 * The account an actor may write for, as a value in SQL: NULL once its key is revoked or its session is over. Put into a
 * column that refuses NULL, it refuses the whole batch. The lock lets a revocation wait until this write is done, or
 * this write until the revocation is, so that none lands after it.
 */
export function actingAccount(actor: Actor): Sql {
  if (actor.type === 'session') {
    return sql`(SELECT ${sessions.accountId} FROM ${sessions} WHERE ${sessions.id} = ${actor.sessionId} FOR KEY SHARE)`;
  }
  return sql`(
    SELECT ${apiKeys.accountId} FROM ${apiKeys}
    WHERE ${apiKeys.id} = ${actor.keyId} AND ${apiKeys.revokedAt} IS NULL FOR SHARE)`;
}

/** How long the next statements wait for what another transaction holds; 0 = as long as it takes. */
export function setLockTimeout(db: Db, ms: typeof IDEMPOTENCY_WAIT_MS | 0) {
  return db.execute(sql`SELECT set_config('lock_timeout', ${`${ms}ms`}, true)`);
}

/**
 * Claims a key for one write. A second claim waits here for the transaction of the first: it fails on the primary key
 * once that is committed, succeeds once it is rolled back, and is told to come again (55P03) where neither is so in time.
 */
export function insertClaim(db: Db, accountId: string, claim: Claim, status: number, at: Date) {
  return db.insert(idempotencyKeys).values({ accountId, ...claim, status, body: '', createdAt: at });
}

/** What tells a claim of an account from its others. */
export type ClaimName = Pick<Claim, 'key' | 'method' | 'path'>;

const isClaim = (accountId: string, { method, path, key }: ClaimName) =>
  and(
    eq(idempotencyKeys.accountId, accountId),
    eq(idempotencyKeys.method, method),
    eq(idempotencyKeys.path, path),
    eq(idempotencyKeys.key, key),
  );

/** The last row of a write. */
type Answer = {
  readonly body: string | null;
  /** Whether the event of the write must be fanned out. */
  readonly isAwaited: boolean | null;
};

const isAwaited = (eventId: string | undefined) =>
  eventId === undefined ? sql`NULL` : sql`(SELECT fan_out_due FROM outbox_events WHERE id = ${eventId})`;

/** Keeps the answer of a write beside its claim, and gives back that very text. */
export function storeAnswer(db: Db, accountId: string, claim: Claim, answer: Sql, eventId: string | undefined) {
  return db.execute<Answer>(sql`
    UPDATE ${idempotencyKeys} SET body = (${answer}) WHERE ${isClaim(accountId, claim)}
    RETURNING body, ${isAwaited(eventId)} AS "isAwaited"`);
}

export function selectAnswer(db: Db, answer: Sql, eventId: string | undefined) {
  return db.execute<Answer>(sql`SELECT (${answer}) AS body, ${isAwaited(eventId)} AS "isAwaited"`);
}

export function selectClaim(db: Db, accountId: string, claim: ClaimName) {
  return db
    .select({ fingerprint: idempotencyKeys.fingerprint, body: idempotencyKeys.body })
    .from(idempotencyKeys)
    .where(isClaim(accountId, claim));
}
