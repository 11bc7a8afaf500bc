import type { ActorCtx } from '../context.ts';
import { type Write, type Written, writeOnce } from '../idempotency/index.ts';
import { countToday, dailyRules } from '../limits/index.ts';
import type { StoredMedia } from '../media/index.ts';
import { Refused } from '../refusal.ts';
import type { Rules } from '../rules.ts';

/**
 * Writes a Jes or a JesClip, and counts it against the daily limits, in one transaction.
 *
 * @returns the JSON that is the answer
 * @throws Refused `daily_quota_exceeded`, why the actor may not write any more, and by the rules of the statements
 */
export async function writeCreation(
  ctx: ActorCtx,
  {
    files,
    ...write
  }: Pick<Write, 'statements' | 'answer' | 'postId' | 'eventId'> & { readonly files: readonly StoredMedia[] },
  rules: Rules = {},
): Promise<Written<string>> {
  const { actor, now, ports } = ctx;
  const uploads = files.length > 0 && {
    uploads: files.length,
    uploadBytes: files.reduce((sum, { size }) => sum + size, 0),
  };
  const counts = actor.type === 'apiKey' ? { creations: 1 } : { jes: 1, ...uploads };
  const written = await writeOnce(ctx, {
    status: 201,
    ...write,
    isCreation: true,
    statements: [...write.statements, countToday(ports.db, actor.accountId, now, counts)],
    rules: { ...rules, ...dailyRules(now) },
  });
  if (!written) throw new Refused({ code: 'internal_error' });
  return written;
}
