import { and, eq, sql } from 'drizzle-orm';
import type { IDEMPOTENCY_WAIT_MS } from '../../config/limits.ts';
import { type Db, refuse, type Sql } from '../../data/db.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { idempotencyKeys } from '../../data/schema/idempotency-keys.ts';
import { sessions } from '../../data/schema/sessions.ts';
import type { Claim, Writer } from '../context.ts';

/** The rule of {@link storeAnswer}. */
export const NO_ANSWER = 'no_answer';

/** The rule of {@link actingAccount}. */
export const ACTING_ACCOUNT = 'acting_account';

/**
 * The account for which an actor writes, as a value in SQL. It refuses the whole transaction by the rule `acting_account` once
 * the actor may not write any more: the session is over, or the key is revoked or has expired. The lock lets a revocation
 * wait until this write is done, or this write until the revocation is, so that no write lands after it.
 */
export function actingAccount(actor: Writer): Sql {
  const time = sql`${actor.at.toISOString()}::timestamptz`;
  const account =
    actor.type === 'session'
      ? sql`SELECT ${sessions.accountId} FROM ${sessions}
          WHERE ${sessions.id} = ${actor.sessionId} AND ${sessions.expiresAt} > ${time} FOR KEY SHARE`
      : sql`SELECT ${apiKeys.accountId} FROM ${apiKeys}
          WHERE ${apiKeys.id} = ${actor.keyId} AND ${apiKeys.revokedAt} IS NULL
            AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${time}) FOR SHARE`;
  // A query of its own, which runs once: as a bare expression the volatile function would keep conditions from an index.
  return sql`(SELECT coalesce((${account}), ${refuse(ACTING_ACCOUNT)}))`;
}

/** The reasons for which a key may not write. */
export function selectKeyState(db: Db, keyId: string) {
  return db
    .select({ revokedAt: apiKeys.revokedAt, expiresAt: apiKeys.expiresAt })
    .from(apiKeys)
    .where(eq(apiKeys.id, keyId));
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
  /** The event of the write must be fanned out. */
  readonly isAwaited: boolean | null;
};

const isAwaited = (eventId: string | undefined) =>
  eventId === undefined ? sql`NULL` : sql`(SELECT fan_out_due FROM outbox_events WHERE id = ${eventId})`;

/** The subjects of a write: the Jes that its answer shows, and its event. */
export interface Subjects {
  readonly postId?: string;
  readonly eventId?: string;
}

/** Keeps the answer of a write beside its claim, and gives back that very text. Without an answer the write is refused. */
export function storeAnswer(db: Db, accountId: string, claim: Claim, answer: Sql, { postId, eventId }: Subjects) {
  const shown =
    postId === undefined
      ? sql``
      : sql`, post_id = ${postId}, bounced_post_id = (SELECT bounce_of_id FROM posts WHERE id = ${postId})`;
  return db.execute<Answer>(sql`
    UPDATE ${idempotencyKeys} SET body = coalesce((${answer}), ${refuse(NO_ANSWER)})${shown} WHERE ${isClaim(accountId, claim)}
    RETURNING body, ${isAwaited(eventId)} AS "isAwaited"`);
}

export function selectAnswer(db: Db, answer: Sql, { eventId }: Subjects) {
  return db.execute<Answer>(sql`SELECT (${answer}) AS body, ${isAwaited(eventId)} AS "isAwaited"`);
}

export function selectClaim(db: Db, accountId: string, claim: ClaimName) {
  return db
    .select({ fingerprint: idempotencyKeys.fingerprint, body: idempotencyKeys.body })
    .from(idempotencyKeys)
    .where(isClaim(accountId, claim));
}
