import { IDEMPOTENCY_WAIT_MS } from '../../config/limits.ts';
import {
  type Db,
  DbRejected,
  nullColumnOf,
  runBatch,
  runSql,
  SQLSTATE,
  type Sql,
  type Statement,
} from '../../data/db.ts';
import type { Actor, ActorCtx, Claim } from '../context.ts';
import { announceEvent } from '../outbox/index.ts';
import { Refused } from '../refusal.ts';
import { insertClaim, selectAnswer, selectClaim, setLockTimeout, storeAnswer } from './store.ts';

/** What a write answers. */
export interface Written<T> {
  readonly value: T;
  /** Whether this is the stored answer of an earlier request with the same `Idempotency-Key`. */
  readonly replayed: boolean;
}

export interface Write {
  /** Of the answer, in HTTP's terms. */
  readonly status: 200 | 201 | 202 | 204;
  /** What is changed. A rule that is broken must raise an error here, or leave {@link answer} NULL. */
  readonly statements: readonly Statement[];
  /** A query of one value, the answer's JSON as text, or an empty text; NULL undoes a write under a key. */
  readonly answer: Sql;
  /** The event that the statements write, if they do: whoever waits for it is told after the commit. */
  readonly eventId?: string;
}

/**
 * Runs a write as one transaction in one request to Neon: the claim of its `Idempotency-Key`, if it came with one, the
 * statements, the answer. The answer is made by Postgres and kept by the same transaction, so that a repetition is
 * given the very same text, however the first one ended for its caller. A refused write leaves no claim.
 *
 * @returns undefined where the answer is NULL: what was to be changed is not there, or not for this actor
 * @throws Refused `idempotency_in_progress`, `idempotency_key_reused`
 * @throws DbRejected for the verb to understand
 */
export async function writeOnce(ctx: ActorCtx, write: Write): Promise<Written<string> | undefined> {
  const { actor, claim, now } = ctx;
  const { db } = ctx.ports;
  if (!claim) {
    const { rows } = await runBatch(db, write.statements, selectAnswer(db, write.answer, write.eventId));
    return firstRun(ctx, write, rows);
  }
  if (claim.isKnown) return await replay(db, actor, claim);
  try {
    const { rows } = await runBatch(
      db,
      [
        setLockTimeout(db, IDEMPOTENCY_WAIT_MS),
        insertClaim(db, actor.accountId, claim, write.status, new Date(now)),
        setLockTimeout(db, 0),
        ...write.statements,
      ],
      storeAnswer(db, actor.accountId, claim, write.answer, write.eventId),
    );
    return firstRun(ctx, write, rows);
  } catch (error) {
    if (!(error instanceof DbRejected)) throw error;
    if (error.constraint === 'idempotency_keys_pkey') return await replay(db, actor, claim);
    // Nothing after the claim waits for a limited time.
    if (error.code === SQLSTATE.lockNotAvailable) throw new Refused({ code: 'idempotency_in_progress' });
    if (nullColumnOf(error) === 'body') return undefined;
    throw error;
  }
}

function firstRun(
  ctx: ActorCtx,
  { eventId }: Write,
  [row]: readonly { readonly body: string | null; readonly isAwaited: boolean | null }[],
): Written<string> | undefined {
  if (eventId !== undefined && row?.isAwaited) announceEvent(ctx, eventId);
  const body = row?.body;
  return body === undefined || body === null ? undefined : { value: body, replayed: false };
}

async function replay(db: Db, { accountId }: Actor, claim: Claim): Promise<Written<string>> {
  const [stored] = await runSql(selectClaim(db, accountId, claim));
  // Pruned in this very moment.
  if (!stored) throw new Refused({ code: 'idempotency_in_progress' });
  if (stored.fingerprint !== claim.fingerprint) throw new Refused({ code: 'idempotency_key_reused' });
  return { value: stored.body, replayed: true };
}

/** Why an actor whose account came out NULL may not write any more. */
export function actorRefusal({ type }: Actor): Refused {
  return new Refused(
    type === 'apiKey' ? { code: 'api_key_revoked' } : { code: 'authentication_required', by: 'session' },
  );
}
