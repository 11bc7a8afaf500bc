import { ISOLATE_REFRESHES_MAX, REFRESH_RETRY_MS } from '../../config/limits.ts';
import { FORGET_RECORD, REPLACE_RECORD } from '../../data/scripts/authorize.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import type { Ctx } from '../context.ts';
import { loadRecord } from './load-record.ts';
import { type KeyRecord, recordEntry, recordKey } from './record.ts';

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
  await replaceRecord(ctx, hash, stale, await loadRecord(ctx, hash));
}

/**
 * The record of a key as Neon has it now, for a response that must not be older than a write. It takes the place of the
 * stale one in Redis after the response.
 *
 * @throws DbUnavailable
 */
export async function reloadRecord(ctx: Ctx, hash: string, stale: string): Promise<KeyRecord | null> {
  const record = await loadRecord(ctx, hash);
  ctx.defer(replaceRecord(ctx, hash, stale, record));
  return record;
}

/** Removes the record of a key from Redis unless the key is revoked, so that the next request reads Neon. */
export async function forgetRecord(ctx: Ctx, hash: string): Promise<void> {
  await ctx.ports.redis.run(FORGET_RECORD, [recordKey(hash)], []);
}

async function replaceRecord(ctx: Ctx, hash: string, stale: string, record: KeyRecord | null): Promise<void> {
  const { key, value, ttlMs } = recordEntry(hash, record);
  await ctx.ports.redis.run(REPLACE_RECORD, [key], [stale, value, String(ttlMs)]);
}
