import type { ActorCtx } from '../context.ts';
import type { Write } from '../idempotency/index.ts';
import { countToday, dailyRules } from '../limits/index.ts';
import type { StoredMedia } from '../media/index.ts';

/**
 * The write of a new Jes or JesClip: what it is given, counted against the daily limits in the same transaction.
 *
 * @param files those that it brings, which count against a person's limits
 */
export function asCreation(
  { actor, now, ports }: ActorCtx,
  write: Omit<Write, 'status' | 'isCreation'>,
  files: readonly StoredMedia[],
): Write {
  const uploads = files.length > 0 && {
    uploads: files.length,
    uploadBytes: files.reduce((sum, { size }) => sum + size, 0),
  };
  const counts = actor.type === 'apiKey' ? { creations: 1 } : { jes: 1, ...uploads };
  return {
    ...write,
    status: 201,
    isCreation: true,
    statements: [...write.statements, countToday(ports.db, actor.accountId, now, counts)],
    rules: { ...write.rules, ...dailyRules(now) },
  };
}
