import { ISOLATE_REFUSALS_MAX_KEYS } from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Ctx } from '../context.ts';
import { decodeRecord, type KeyRecord, keyStatusOf } from '../keys/index.ts';
import { RememberedLimits } from '../limits/index.ts';
import type { Authentication, Credentials } from './authentication.ts';
import type { Decided, Uncounted } from './authorize.ts';
import { refuseKey } from './outcomes.ts';
import { admissionsOf } from './without-redis.ts';

/** Revoked keys: that is for ever. */
const revoked = new BoundedMap<string, KeyRecord>(ISOLATE_REFUSALS_MAX_KEYS);

interface LimitedKey {
  readonly limits: RememberedLimits;
  /** As it stood when Redis last refused the key. */
  record: KeyRecord;
}

/** Keys that Redis has refused for their limits. */
const limitedKeys = new BoundedMap<string, LimitedKey>(ISOLATE_REFUSALS_MAX_KEYS);

/** Answers the limits of a key that this isolate remembers. */
export function limitsOf(hash: string): RememberedLimits | undefined {
  return limitedKeys.get(hash)?.limits;
}

/**
 * Answers a repeat of a refusal that cannot have changed back, without a call. Only `revoked` and `limited` are
 * remembered: an expired key can become revoked, and a suspension ends. Undefined: ask Redis.
 */
export function repeatRefusal(ctx: Ctx, hash: string, credentials: Credentials): Authentication | undefined {
  const ended = revoked.get(hash);
  if (ended) return refuseKey(ctx, ended, 'revoked');
  const key = limitedKeys.get(hash);
  if (!key) return undefined;
  // Requests that this isolate admitted while Redis was away would show in the answer.
  if (admissionsOf(hash).uncounted(ctx.now).minute.length > 0) return undefined;
  // The allowlist is looked at before the limits, for each address anew.
  if (keyStatusOf(key.record, ctx.now, credentials.address()?.hex) !== 'active') return undefined;
  const { countsPost, showsLimits: showsPosts } = credentials;
  const repeated = key.limits.repeat(ctx.now, { countsPost, showsPosts });
  if (!repeated) return undefined;
  return refuseKey(ctx, key.record, { ...repeated, expiresAt: key.record.expiresAt, degraded: false });
}

/**
 * Remembers what Redis has decided, and forgets what it has decided otherwise.
 *
 * @param uncounted what Redis counted for this isolate alone: another isolate may be admitted beside it, so that is not
 * remembered
 */
export function noteDecision(
  ctx: Ctx,
  hash: string,
  verdict: Decided | undefined,
  { countsPost, showsLimits: showsPosts }: Credentials,
  uncounted: Uncounted,
): void {
  // Another address may go on being limited.
  if (verdict?.outcome === 'ip_not_allowed') return;
  const known = limitedKeys.get(hash);
  if (verdict?.outcome !== 'limited' || uncounted.minute.length > 0) {
    known?.limits.forget();
    const record = verdict?.outcome === 'revoked' && decodeRecord(verdict.record);
    if (record) revoked.set(hash, record);
    return;
  }
  const record = decodeRecord(verdict.record);
  if (!record) return;
  const limits = known?.limits ?? new RememberedLimits();
  limits.note(ctx.now, { countsPost, showsPosts }, verdict, record.expiresAt);
  limitedKeys.set(hash, { limits, record });
}
