import { DAY_MS } from '../../config/limits.ts';
import type { ActorCtx } from '../context.ts';
import { type Rules, type Write, type Written, writeOnce } from '../idempotency/index.ts';
import { Refused } from '../refusal.ts';
import { countCreation } from './store.ts';

/**
 * Writes a Jes or a JesClip, and counts it against the daily quota where a service creates it, in one transaction.
 *
 * @returns the JSON that is the answer
 * @throws Refused `daily_quota_exceeded`, why the actor may not write any more, and by the rules of the statements
 */
export async function writeCreation(
  ctx: ActorCtx,
  write: Pick<Write, 'statements' | 'answer' | 'postId' | 'eventId'>,
  rules: Rules = {},
): Promise<Written<string>> {
  const { actor, now, ports } = ctx;
  const day = new Date(now).toISOString().slice(0, 10);
  const quota = actor.type === 'apiKey' ? [countCreation(ports.db, actor.accountId, day)] : [];
  const written = await writeOnce(ctx, {
    status: 201,
    ...write,
    statements: [...write.statements, ...quota],
    rules: {
      ...rules,
      // Until midnight UTC, when the next row begins.
      daily_usage_quota: () =>
        new Refused({ code: 'daily_quota_exceeded', retryAfter: Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000) }),
    },
  });
  if (!written) throw new Refused({ code: 'internal_error' });
  return written;
}
