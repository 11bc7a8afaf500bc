import { ISOLATE_WINDOWS_MAX_KEYS, MINUTE_WINDOW_MS } from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Ctx } from '../context.ts';
import { keyStatusOf, loadRecord, noteRefusedAddress } from '../keys/index.ts';
import { Admissions } from '../limits/index.ts';
import type { Authentication, Credentials } from './authentication.ts';
import { admit, refuseKey, refuseUnknown } from './outcomes.ts';

const admissions = new BoundedMap<string, Admissions>(ISOLATE_WINDOWS_MAX_KEYS);

/** The admissions of a key that this isolate knows of. Concurrent requests share them. */
export function admissionsOf(hash: string): Admissions {
  const known = admissions.get(hash);
  if (known) return known;
  const made = new Admissions();
  admissions.set(hash, made);
  return made;
}

/** Forgets a hash that no key has, so that guesses do not push good keys out of the memory. */
export function forgetAdmissions(hash: string): void {
  admissions.delete(hash);
}

/**
 * Decides about a key while Redis is away. The record comes fresh from Neon (a statement of this request's own, so a
 * revocation that has been answered always holds). The Workers binding stands in for the minute window, for all
 * isolates of a location; beside it this isolate checks all windows over what it has admitted itself, with Redis or
 * without, and what Redis last told. That also gives the headers their figures.
 */
export async function authenticateWithoutRedis(
  ctx: Ctx,
  hash: string,
  credentials: Credentials,
): Promise<Authentication> {
  const record = await loadRecord(ctx, hash);
  if (!record) {
    forgetAdmissions(hash);
    return await refuseUnknown(ctx, credentials);
  }
  const keyStatus = keyStatusOf(record, ctx.now, credentials.address()?.hex);
  if (keyStatus === 'ip_not_allowed') noteRefusedAddress(ctx, record.key.id, credentials.address());
  if (keyStatus !== 'active') return refuseKey(ctx, record, keyStatus);

  const counts = admissionsOf(hash);
  const verdict = counts.checkWithoutRedis(ctx.now, credentials.countsPost, credentials.showsLimits);
  const { remaining, resetsAt, day, posts } = verdict;
  const { expiresAt } = record;
  const limits = { remaining, resetsAt, day, ...(posts && { posts }), expiresAt, degraded: true };
  if (verdict.outcome === 'limited') {
    return refuseKey(ctx, record, { ...limits, window: verdict.window, retryAt: verdict.retryAt });
  }
  const { success } = await ctx.ports.keyFallbackLimiter.limit({ key: hash });
  if (!success) {
    counts.takeBack(ctx.now, credentials.countsPost);
    const retryAt = ctx.now + MINUTE_WINDOW_MS;
    return refuseKey(ctx, record, { ...limits, remaining: 0, resetsAt: retryAt, window: 'minute', retryAt });
  }
  return admit(record, hash, limits);
}
