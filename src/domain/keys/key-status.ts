import type { KeyRecord } from './record.ts';

export type KeyStatus = 'active' | 'revoked' | 'expired' | 'suspended' | 'ip_not_allowed';

/**
 * Whether a key may be used, before any limit is looked at, in the order of contract section 3. The authorize
 * script applies the same rule; a test holds the two together.
 *
 * @param address the client's, as 32 hexadecimal digits; undefined (none, or unreadable) is outside every allowlist
 */
export function keyStatusOf(record: KeyRecord, now: number, address: string | undefined): KeyStatus {
  if (record.revokedReason) return 'revoked';
  if (record.expiresAt !== null && record.expiresAt <= now) return 'expired';
  if (record.isSuspended) return 'suspended';
  if (record.ranges.length === 0) return 'active';
  const isInside = address !== undefined && record.ranges.some(({ lo, hi }) => lo <= address && address <= hi);
  return isInside ? 'active' : 'ip_not_allowed';
}
