import { DAY_MS } from '../../config/limits.ts';
import { DbRejected, nullColumnOf, type Statement } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import { actorRefusal, type Written, writeOnce } from '../idempotency/index.ts';
import { type Detail, Refused } from '../refusal.ts';
import { askForPreview } from './ask-for-preview.ts';
import { type Jes, toJes } from './jes.ts';
import { countCreation, countPost, insertCreatedEvent, ownJes } from './store.ts';
import { viewOf } from './view.ts';

/**
 * Writes a Jes, a bounce or not, with all that comes with one: the account's total, the daily quota of its keys, the
 * event. The statements come before them in the transaction; where one of them meets a rule of its own, `explain` says
 * what of the request was wrong.
 */
export async function writeNewPost(
  ctx: ActorCtx,
  post: {
    readonly id: string;
    readonly statements: readonly Statement[];
    /** What is to be unfurled. */
    readonly previewUrl: string | null;
  },
  explain: (error: DbRejected) => readonly Detail[] | Refused | undefined,
): Promise<Written<Jes>> {
  const { actor, now } = ctx;
  const { db } = ctx.ports;
  const view = viewOf(ctx);
  const at = new Date(now);
  try {
    const written = await writeOnce(ctx, {
      status: 201,
      statements: [
        ...post.statements,
        countPost(db, actor.accountId),
        // The quota is for what services create.
        ...(actor.type === 'apiKey' ? [countCreation(db, actor.accountId, at.toISOString().slice(0, 10))] : []),
        insertCreatedEvent(db, post.id, actor.accountId, view, at),
      ],
      answer: ownJes(post.id, actor.accountId, view),
    });
    if (!written) throw new Refused({ code: 'internal_error' });
    if (!written.replayed) askForPreview(ctx, post.id, post.previewUrl);
    return { ...written, value: toJes(written.value) };
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
