import { ISOLATE_REFRESHES_MAX, REFRESH_RETRY_MS } from '../../config/limits.ts';
import { REPLACE_RECORD } from '../../data/scripts/authorize.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Ctx } from '../context.ts';
import { loadRecord } from './load-record.ts';
import { recordEntry } from './record.ts';

const lastTried = new BoundedMap<string, number>(ISOLATE_REFRESHES_MAX);

/**
 * Reads a key again from Neon and puts the answer in the place of the record it was asked for, and only of that
 * one: a tombstone that came meanwhile stays. One try per key, isolate and {@link REFRESH_RETRY_MS}.
 *
 * @param stale the record as it stood in Redis
 */
export async function refreshRecord(ctx: Ctx, hash: string, stale: string): Promise<void> {
  const tried = lastTried.get(hash);
  if (tried !== undefined && ctx.now - tried < REFRESH_RETRY_MS) return;
  lastTried.set(hash, ctx.now);
  const { key, value, ttlMs } = recordEntry(hash, await loadRecord(ctx, hash));
  await ctx.ports.redis.run(REPLACE_RECORD, [key], [stale, value, String(ttlMs)]);
}
