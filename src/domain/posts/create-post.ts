import { DAY_MS } from '../../config/limits.ts';
import { DbRejected, runSql } from '../../data/db.ts';
import { newId } from '../../lib/id.ts';
import type { ActorCtx } from '../context.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { Refused } from '../refusal.ts';
import { type Jes, toJes } from './jes.ts';
import { newPostSchema } from './schemas.ts';
import { countCreation, countPost, insertPost } from './store.ts';

/**
 * Creates a Jes: the post, the daily quota and the account's total in one transaction, one request to Neon.
 *
 * @throws Refused `missing_scope`, `invalid_request`, `daily_quota_exceeded`, `api_key_revoked` (since it was admitted)
 */
export async function createPost(ctx: ActorCtx, input: unknown): Promise<Jes> {
  const { actor, now } = ctx;
  requireScope(actor, 'write:jes');
  const { content, visibility } = parseInput(newPostSchema, input);
  const { db, webOrigin } = ctx.ports;
  const post = { id: newId(now), keyId: actor.keyId, content, visibility, createdAt: new Date(now) };

  try {
    const [[created], , [author]] = await runSql(
      db.batch([
        insertPost(db, post),
        countCreation(db, actor.accountId, post.createdAt.toISOString().slice(0, 10)),
        countPost(db, actor.accountId),
      ]),
    );
    if (!created || !author) throw new Refused({ code: 'internal_error' });
    return toJes(created, author, actor.label, { webOrigin, withCounts: actor.scopes.includes('read:engagement') });
  } catch (error) {
    throw refusalOf(error, now);
  }
}

const NOT_NULL_VIOLATION = '23502';

/** What a violated rule of the database means to the caller. */
function refusalOf(error: unknown, now: number): unknown {
  if (!(error instanceof DbRejected)) return error;
  if (error.constraint === 'daily_usage_quota') {
    // Until midnight UTC, when the next row begins.
    return new Refused({ code: 'daily_quota_exceeded', retryAfter: Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000) });
  }
  if (error.code === NOT_NULL_VIOLATION && error.column === 'author_id')
    return new Refused({ code: 'api_key_revoked' });
  return error;
}
