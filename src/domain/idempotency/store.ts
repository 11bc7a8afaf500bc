import { and, eq, type Placeholder, sql } from 'drizzle-orm';
import type { IDEMPOTENCY_WAIT_MS } from '../../config/limits.ts';
import { type Db, refuse, type Sql } from '../../data/db.ts';
import { type DbFunction, dbFunction } from '../../data/db-function.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { idempotencyKeys } from '../../data/schema/idempotency-keys.ts';
import { template } from '../../data/template.ts';
import type { Actor, Claim, Writer } from '../context.ts';

/** The rule of {@link storeAnswer}. */
export const NO_ANSWER = 'no_answer';

/** The rule of {@link actingAccount}. */
export const ACTING_ACCOUNT = 'acting_account';

/**
 * The account for which an actor writes, as a value in SQL. It refuses the whole transaction by the rule
 * `acting_account` once the actor may not write any more: the session is over, the key is revoked or has expired, or
 * the account is suspended. The locks let a revocation or suspension wait until this write is done, or this write until
 * they are, so that no write lands after them. The account comes first, in the order of whatever ends all that an
 * account has.
 */
export function actingAccount(actor: Writer): Sql {
  const at = actor.at.toISOString();
  const account =
    actor.type === 'session' ? ofSession.call({ id: actor.sessionId, at }) : ofKey.call({ id: actor.keyId, at });
  return asQuery({}, { account });
}

const ofSession = accountUnlessEnded(
  'session',
  (slot) => sql`
      SELECT a.id FROM sessions s JOIN accounts a ON a.id = s.account_id
      WHERE s.id = ${slot('id')} AND s.expires_at > ${slot('at')} AND a.suspended_at IS NULL
      FOR KEY SHARE OF a FOR KEY SHARE OF s`,
);

const ofKey = accountUnlessEnded(
  'key',
  (slot) => sql`
      SELECT a.id FROM api_keys k JOIN accounts a ON a.id = k.account_id
      WHERE k.id = ${slot('id')} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ${slot('at')})
        AND a.suspended_at IS NULL
      FOR KEY SHARE OF a FOR SHARE OF k`,
);

/** The function that gives the account of a credential, or refuses. It locks rows. */
function accountUnlessEnded(credential: 'session' | 'key', account: (slot: (name: 'id' | 'at') => Placeholder) => Sql) {
  return dbFunction(
    `acting_account_of_${credential}_v1`,
    { id: 'text', at: 'timestamptz' },
    'text',
    (slot) => sql`
    SELECT coalesce((${account(slot)}), ${refuse(ACTING_ACCOUNT)})`,
    'VOLATILE',
  );
}

/** The functions of actors in the database. */
export const ACTOR_FUNCTIONS: readonly DbFunction[] = [ofSession, ofKey];

/** Runs once: as a bare expression the volatile function would keep conditions from an index. */
const asQuery = template<Record<string, never>, 'account'>((_, slot) => sql`(SELECT ${slot('account')})`);

/** The reasons for which an actor may not write. */
export function selectEnds(db: Db, actor: Actor) {
  const key = actor.type === 'apiKey' ? actor.keyId : null;
  return db
    .select({ suspendedAt: accounts.suspendedAt, revokedAt: apiKeys.revokedAt, expiresAt: apiKeys.expiresAt })
    .from(accounts)
    .leftJoin(apiKeys, eq(apiKeys.id, sql`${key}`))
    .where(eq(accounts.id, actor.accountId));
}

/** How long the next statements wait for what another transaction holds; 0 = as long as it takes. */
export function setLockTimeout(db: Db, ms: typeof IDEMPOTENCY_WAIT_MS | 0) {
  return db.execute(sql`SELECT set_config('lock_timeout', ${`${ms}ms`}, true)`);
}

/**
 * Claims a key for one write. A second claim waits here for the transaction of the first: it fails on the primary key
 * once that is committed, succeeds once it is rolled back, and is told to come again (55P03) where neither is so in
 * time.
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
export type StoredResponse = {
  readonly body: string | null;
  /** The event of the write must be fanned out. */
  readonly isAwaited: boolean | null;
  readonly creations: number | null;
  /** Names of objects that belong to nothing any more. */
  readonly freed: readonly string[] | null;
};

/** Creations of the day, those of this transaction among them. */
const creations = (of: CreationsOf | undefined) =>
  of === undefined
    ? sql<number | null>`NULL::integer`
    : sql<
        number | null
      >`(SELECT creations FROM daily_usage WHERE account_id = ${of.accountId} AND day = ${of.day}::date)`;

const isAwaited = (eventId: string | undefined) =>
  eventId === undefined ? sql`NULL` : sql`(SELECT fan_out_due FROM outbox_events WHERE id = ${eventId})`;

const listOf = (freed: Sql | undefined) => (freed === undefined ? sql`NULL::json` : sql`(${freed})`);

/** The subjects of a write: the Jes that its answer shows, and its event. */
export interface Subjects {
  readonly postId?: string;
  readonly eventId?: string;
  /** The day and account whose creations through the API the response tells. */
  readonly creationsOf?: CreationsOf;
  /**
   * A query of one JSON list: the names of objects that the write leaves without an owner. They are not kept for
   * replays.
   */
  readonly freed?: Sql;
}

export interface CreationsOf {
  readonly accountId: string;
  /** UTC. */
  readonly day: string;
}

/**
 * Keeps the answer of a write beside its claim, and gives back that very text. Without an answer the write is refused.
 */
export function storeAnswer(db: Db, accountId: string, claim: Claim, answer: Sql, subjects: Subjects) {
  const { postId, eventId, creationsOf, freed } = subjects;
  const shown =
    postId === undefined
      ? sql``
      : sql`, post_id = ${postId}, bounced_post_id = (SELECT bounce_of_id FROM posts WHERE id = ${postId})`;
  return db.execute<StoredResponse>(sql`
    UPDATE ${idempotencyKeys} SET body = coalesce((${answer}), ${refuse(NO_ANSWER)})${shown} WHERE ${isClaim(accountId, claim)}
    RETURNING body, ${isAwaited(eventId)} AS "isAwaited", ${creations(creationsOf)} AS creations, ${listOf(freed)} AS freed`);
}

/** The answer of a write without a claim. */
export function selectAnswer(db: Db, answer: Sql, { eventId, creationsOf, freed }: Subjects) {
  const values = {
    answer,
    isAwaited: isAwaited(eventId),
    creations: creations(creationsOf),
    freed: listOf(freed),
  };
  return db.execute<StoredResponse>(selectAnswerSql({}, values));
}

const selectAnswerSql = template<Record<string, never>, 'answer' | 'isAwaited' | 'creations' | 'freed'>(
  (_, slot) => sql`
    SELECT (${slot('answer')}) AS body, ${slot('isAwaited')} AS "isAwaited", ${slot('creations')} AS creations,
      ${slot('freed')} AS freed`,
);

export function selectClaim(db: Db, accountId: string, claim: ClaimName, creationsOf?: CreationsOf) {
  return db
    .select({ fingerprint: idempotencyKeys.fingerprint, body: idempotencyKeys.body, creations: creations(creationsOf) })
    .from(idempotencyKeys)
    .where(isClaim(accountId, claim));
}
