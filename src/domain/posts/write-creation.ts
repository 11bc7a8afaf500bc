import { DAY_MS } from '../../config/limits.ts';
import { DbRejected, nullColumnOf } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import { actorRefusal, type Write, type Written, writeOnce } from '../idempotency/index.ts';
import { type Detail, Refused } from '../refusal.ts';
import { countCreation } from './store.ts';

/**
 * Writes a Jes or a JesClip, and counts it against the daily quota where a service creates it, in one transaction. Where a
 * statement meets a rule of its own, `explain` says what of the request was wrong.
 *
 * @returns the JSON that is the answer
 * @throws Refused `daily_quota_exceeded`, `api_key_revoked` (since it was admitted), and what `explain` says
 */
export async function writeCreation(
  ctx: ActorCtx,
  { statements, ...write }: Pick<Write, 'statements' | 'answer' | 'eventId'>,
  explain: (error: DbRejected) => readonly Detail[] | Refused | undefined = () => undefined,
): Promise<Written<string>> {
  const { actor, now, ports } = ctx;
  const day = new Date(now).toISOString().slice(0, 10);
  const quota = actor.type === 'apiKey' ? [countCreation(ports.db, actor.accountId, day)] : [];
  try {
    const written = await writeOnce(ctx, { ...write, status: 201, statements: [...statements, ...quota] });
    if (!written) throw new Refused({ code: 'internal_error' });
    return written;
  } catch (error) {
    throw error instanceof DbRejected ? refusalOf(ctx, error, explain) : error;
  }
}

/** What a violated rule of the database means to the caller. */
function refusalOf(
  { actor, now }: ActorCtx,
  error: DbRejected,
  explain: (error: DbRejected) => readonly Detail[] | Refused | undefined,
): Error {
  if (error.constraint === 'daily_usage_quota') {
    // Until midnight UTC, when the next row begins.
    return new Refused({ code: 'daily_quota_exceeded', retryAfter: Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000) });
  }
  if (nullColumnOf(error) === 'author_id') return actorRefusal(actor);
  const explained = explain(error) ?? error;
  return explained instanceof Error ? explained : new Refused({ code: 'invalid_request', details: explained });
}
