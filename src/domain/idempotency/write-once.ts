import { IDEMPOTENCY_WAIT_MS, THROTTLES } from '../../config/limits.ts';
import { type Db, DbRejected, ruleOf, runBatch, runSql, SQLSTATE, type Sql, type Statement } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { Actor, ActorCtx, Claim } from '../context.ts';
import { dayOf } from '../limits/index.ts';
import { announceEvent } from '../outbox/index.ts';
import { brokenRule, type Rules } from '../rules.ts';
import {
  ACTING_ACCOUNT,
  type ClaimName,
  insertClaim,
  NO_ANSWER,
  type StoredResponse,
  type Subjects,
  selectAnswer,
  selectClaim,
  selectEnds,
  setLockTimeout,
  storeAnswer,
} from './store.ts';

/** What a write answers. */
export interface Written<T> {
  readonly value: T;
  /** Whether this is the stored answer of an earlier request with the same `Idempotency-Key`. */
  readonly replayed: boolean;
  /** Of a creation through the API: those of the account on this UTC day. */
  readonly creations?: number;
  /** Names of the objects that the write left without an owner; a replay names none. */
  readonly freed?: readonly string[];
}

export interface Write extends Subjects {
  /** Of the answer, in HTTP's terms. */
  readonly status: 200 | 201 | 202 | 204;
  /** The changes. A rule that is broken must raise an error here, or leave {@link answer} NULL. */
  readonly statements: readonly Statement[];
  /** The error for each rule that the statements may refuse by. */
  readonly rules?: Rules;
  /** A query of one value, the answer's JSON as text, or an empty text; NULL undoes a write under a key. */
  readonly answer: Sql;
  /** It makes a Jes or JesClip, of which people have a limit of their own. */
  readonly isCreation?: true;
}

/**
 * Runs a write as one transaction in one request to Neon: the claim of its `Idempotency-Key`, if it came with one, the
 * statements, the answer. The answer is made by Postgres and kept by the same transaction, so that a repetition is
 * given the very same text, however the first one ended for its caller. A refused write leaves no claim.
 *
 * @returns undefined where the answer is NULL: what was to be changed is not there, or not for this actor
 * @throws ApiError `rate_limit_exceeded` (people), `idempotency_in_progress`, `idempotency_key_reused`, and why the
 * actor may not write any more
 * @throws ApiError by a rule of the write
 * @throws DbRejected by anything else
 */
export async function writeOnce(ctx: ActorCtx, asked: Write): Promise<Written<string> | undefined> {
  const { actor, claim, now } = ctx;
  const countsCreations = asked.isCreation && actor.type === 'apiKey';
  const write = countsCreations ? { ...asked, creationsOf: { accountId: actor.accountId, day: dayOf(now) } } : asked;
  const { db } = ctx.ports;
  await throttlePerson(ctx, write.isCreation);
  if (claim?.isKnown) return await replay(db, actor, claim, write);
  const claiming = claim
    ? [
        setLockTimeout(db, IDEMPOTENCY_WAIT_MS),
        insertClaim(db, actor.accountId, claim, write.status, new Date(now)),
        setLockTimeout(db, 0),
      ]
    : [];
  const answer = claim
    ? storeAnswer(db, actor.accountId, claim, write.answer, write)
    : selectAnswer(db, write.answer, write);
  try {
    const { rows } = await runBatch(db, [...claiming, ...write.statements], answer);
    return firstRun(ctx, write, rows);
  } catch (error) {
    const rule = ruleOf(error);
    if (rule === NO_ANSWER) return undefined;
    if (claim && rule === 'idempotency_keys_pkey') return await replay(db, actor, claim, write);
    // Nothing after the claim waits for a limited time.
    const isWaiting = claim && error instanceof DbRejected && error.code === SQLSTATE.lockNotAvailable;
    if (isWaiting) throw new ApiError({ code: 'idempotency_in_progress' });
    throw await explain(ctx, error, write.rules);
  }
}

/** Whether an answer is kept for this key: asked before what would be in vain. */
export async function hasClaim({ actor, ports }: ActorCtx, claim: ClaimName): Promise<boolean> {
  const found = await runSql(selectClaim(ports.db, actor.accountId, claim));
  return found.length > 0;
}

/**
 * Counts a write of a person (contract section 6), in all of its windows or in none. A key has its own windows.
 *
 * @throws ApiError `rate_limit_exceeded`
 */
export async function throttlePerson({ actor, ports }: ActorCtx, isCreation = false): Promise<void> {
  if (actor.type !== 'session') return;
  const { accountId } = actor;
  const { throttle } = ports;
  if (isCreation) {
    const retryAfter = await throttle.attempt(THROTTLES.personJes, accountId);
    if (retryAfter > 0) throw new ApiError({ code: 'rate_limit_exceeded', window: 'person_jes', retryAfter });
  }
  const retryAfter = await throttle.attempt(THROTTLES.personWrites, accountId);
  if (retryAfter === 0) return;
  if (isCreation) await throttle.takeBack(THROTTLES.personJes, accountId);
  throw new ApiError({ code: 'rate_limit_exceeded', window: 'person_writes', retryAfter });
}

function firstRun(ctx: ActorCtx, { eventId }: Write, [row]: readonly StoredResponse[]): Written<string> | undefined {
  if (eventId !== undefined && row?.isAwaited) announceEvent(ctx, eventId);
  if (!row || row.body === null) return undefined;
  return { value: row.body, replayed: false, ...counted(row.creations), ...(row.freed && { freed: row.freed }) };
}

const counted = (creations: number | null | undefined) => (typeof creations === 'number' ? { creations } : {});

async function replay(db: Db, { accountId }: Actor, claim: Claim, { creationsOf }: Write): Promise<Written<string>> {
  const [stored] = await runSql(selectClaim(db, accountId, claim, creationsOf));
  // Deleted in this very moment: its 24 hours are over.
  if (!stored) throw new ApiError({ code: 'idempotency_in_progress' });
  if (stored.fingerprint !== claim.fingerprint) throw new ApiError({ code: 'idempotency_key_reused' });
  return { value: stored.body, replayed: true, ...counted(stored.creations) };
}

/** The error that a refused transaction means to its caller. */
async function explain(ctx: ActorCtx, error: unknown, rules: Rules = {}): Promise<unknown> {
  return (await brokenRule(error, rules)) ?? (await explainActor(ctx, error));
}

/** Turns the refusal of `actingAccount` into the reason, which costs one statement; other errors stay as they are. */
export async function explainActor({ actor, ports, clock }: ActorCtx, error: unknown): Promise<unknown> {
  if (ruleOf(error) !== ACTING_ACCOUNT) return error;
  const [ends] = await runSql(selectEnds(ports.db, actor));
  const isSuspended = ends?.suspendedAt !== null && ends?.suspendedAt !== undefined;
  if (actor.type === 'session') {
    return new ApiError(
      isSuspended ? { code: 'account_suspended' } : { code: 'authentication_required', by: 'session' },
    );
  }
  const isRevoked = !ends || ends.revokedAt !== null;
  const hasExpired = !isRevoked && ends.expiresAt !== null && ends.expiresAt.getTime() <= clock.now();
  if (hasExpired) return new ApiError({ code: 'api_key_expired' });
  return new ApiError({ code: isSuspended && !isRevoked ? 'account_suspended' : 'api_key_revoked' });
}

/**
 * Runs a statement or batch of an actor's. @throws ApiError why the actor may not write any more, and by these rules
 */
export async function runAsActor<T>(ctx: ActorCtx, statement: PromiseLike<T>, rules?: Rules): Promise<T> {
  try {
    return await runSql(statement);
  } catch (error) {
    throw await explain(ctx, error, rules);
  }
}
