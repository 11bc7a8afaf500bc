import {
  BLOCKED_ADDRESSES_MAX,
  ISOLATE_KNOWN_KEYS_MAX,
  LOOKUP_ROUND_MAX_HASHES,
  LOOKUP_ROUND_MS,
  UNKNOWN_KEY_BLOCK_MS,
  UNKNOWN_RECORD_TTL_MS,
} from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { addressBlock, isMapped, isWorkersEgress } from '../../lib/ip.ts';
import type { Ctx } from '../context.ts';
import { findKnownHashes, type KnownHashes } from '../keys/index.ts';
import type { Credentials } from './authentication.ts';

/**
 * The flood shield: guessing keys must not cost one call of Redis or Neon a guess. Keys that turn out unknown count
 * against their source in the Workers rate-limiting binding. Beyond its limit, keys of that source that this isolate
 * has not seen lately are looked up in rounds: every hash that comes within {@link LOOKUP_ROUND_MS} shares one call of
 * Redis and one statement. So a good key behind a shared address waits for a moment, and is never refused for its
 * neighbours' guesses.
 */
const blockedUntil = new BoundedMap<string, number>(BLOCKED_ADDRESSES_MAX);

/** Hashes of keys that exist, as this isolate has seen; their requests take no round. */
const knownHashes = new BoundedMap<string, true>(ISOLATE_KNOWN_KEYS_MAX);

/** Hashes that a round did not find, and until when (unix ms) that is believed. */
const unknownUntil = new BoundedMap<string, number>(ISOLATE_KNOWN_KEYS_MAX);

/** Notes that a key exists. */
export function noteKnownHash(hash: string): void {
  knownHashes.set(hash, true);
}

/** A source of unknown keys, by the binding that counts it. */
interface Source {
  readonly key: string;
  readonly limiter: 'unknownKeyLimiter' | 'unknownKeyNetworkLimiter';
}

/**
 * The sources of a request. One IPv6 subscriber has a whole /64, and a larger one a /48, which has a higher limit. All
 * Workers of Cloudflare share one address, so there the calling zone counts with it; the edge sets `CF-Worker` on their
 * requests.
 */
function sourcesOf({ address, callingZone }: Credentials): Source[] {
  const from = address();
  if (!from) return [{ key: 'none', limiter: 'unknownKeyLimiter' }];
  const block = addressBlock(from.hex);
  if (isWorkersEgress(from.hex)) return [{ key: `${block} ${callingZone() ?? ''}`, limiter: 'unknownKeyLimiter' }];
  const sources: Source[] = [{ key: block, limiter: 'unknownKeyLimiter' }];
  if (!isMapped(from.hex)) sources.push({ key: from.hex.slice(0, 12), limiter: 'unknownKeyNetworkLimiter' });
  return sources;
}

/** Counts an unknown key against its sources. */
export async function countUnknownKey(ctx: Ctx, credentials: Credentials): Promise<void> {
  for (const { key, limiter } of sourcesOf(credentials)) {
    const { success } = await ctx.ports[limiter].limit({ key });
    if (!success) blockedUntil.set(key, ctx.now + UNKNOWN_KEY_BLOCK_MS);
  }
}

/**
 * Tells if the shield refuses a key: its source is over the limit, and no key has this hash.
 *
 * @returns whole seconds until the source is free again; 0 = go on
 * @throws DbUnavailable where only Neon could tell
 */
export async function secondsRefused(ctx: Ctx, hash: string, credentials: Credentials): Promise<number> {
  if (knownHashes.get(hash)) return 0;
  const until = Math.max(...sourcesOf(credentials).map(({ key }) => blockedUntil.get(key) ?? 0));
  if (until <= ctx.now || (await isKnown(ctx, hash))) return 0;
  await countUnknownKey(ctx, credentials);
  return Math.ceil((until - ctx.now) / 1_000);
}

async function isKnown(ctx: Ctx, hash: string): Promise<boolean> {
  if ((unknownUntil.get(hash) ?? 0) > ctx.now) return false;
  const { known, failure } = await joinRound(ctx, hash);
  if (known.has(hash)) return true;
  if (failure) throw failure;
  unknownUntil.set(hash, ctx.now + UNKNOWN_RECORD_TTL_MS);
  return false;
}

interface Round {
  readonly openedAt: number;
  readonly hashes: Set<string>;
  readonly found: Promise<KnownHashes>;
}

let collecting: Round | undefined;

/** Adds a hash to the round that is collecting, or opens one. The request that opens it makes its calls. */
function joinRound(ctx: Ctx, hash: string): Promise<KnownHashes> {
  // A round that is overdue belongs to a request that the runtime has ended.
  const isOpen = collecting && performance.now() - collecting.openedAt < 2 * LOOKUP_ROUND_MS;
  if (collecting && isOpen && collecting.hashes.size < LOOKUP_ROUND_MAX_HASHES) {
    collecting.hashes.add(hash);
    return collecting.found;
  }
  const hashes = new Set([hash]);
  const found = ctx.clock.wait(LOOKUP_ROUND_MS).then(() => {
    if (collecting?.hashes === hashes) collecting = undefined;
    return findKnownHashes(ctx, hashes);
  });
  collecting = { openedAt: performance.now(), hashes, found };
  // The others wait for it even when the client of this request has gone.
  ctx.defer(found.catch(() => undefined));
  return found;
}
