import { HOUR_MS } from '../../config/limits.ts';
import type { Reply } from '../../data/redis.ts';
import { RedisScriptFailed } from '../../data/redis.ts';
import { AUTHORIZE } from '../../data/scripts/authorize.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { type KeyRecord, recordEntry, recordKey, usageKey, windowsKey } from '../keys/index.ts';
import type { LimitStatus, Throttled, WindowName, WindowRoom } from '../limits/index.ts';
import type { Credentials } from './authentication.ts';

/** What the authorize script answers (see `data/scripts/authorize.ts`). `record` is the text in Redis. */
export type Verdict =
  | { readonly outcome: 'miss' }
  | { readonly outcome: 'unknown' | 'unreadable' }
  | { readonly outcome: 'revoked' | 'expired' | 'suspended' | 'ip_not_allowed'; readonly record: string }
  | ({
      readonly outcome: 'admitted';
      readonly record: string;
      /** The last admitted request came from another address, or there was none. */
      readonly hasMoved: boolean;
      /** When the key was last admitted to a write that changes its owner's profile, unix ms. */
      readonly lastWriteAt: number | undefined;
    } & LimitStatus)
  | ({
      readonly outcome: 'limited';
      readonly record: string;
      readonly window: WindowName;
      readonly retryAt: number;
    } & LimitStatus);

/** A verdict about a hash that Redis knows something of. */
export type Decided = Exclude<Verdict, { readonly outcome: 'miss' }>;

/** Requests that this isolate admitted while Redis was away, unix ms, oldest first. */
export interface Uncounted {
  readonly minute: readonly number[];
  readonly posts: readonly number[];
}

/** A call tells the script this of its isolate. */
export interface Told {
  readonly uncounted: Uncounted;
  /** Requests that this isolate has refused from memory. */
  readonly throttled: Throttled | undefined;
}

/** Asks Redis about a key in one round trip. */
export async function authorize(ctx: Ctx, hash: string, credentials: Credentials, told: Told): Promise<Verdict> {
  const { keys, args } = callOf(ctx, hash, credentials, told);
  return toVerdict(await ctx.ports.redis.run(AUTHORIZE, keys, args));
}

/**
 * Puts what Neon said of a key into Redis, unless something is there by now (a tombstone, say), and asks again, in
 * one round trip.
 */
export async function fillAndAuthorize(
  ctx: Ctx,
  hash: string,
  record: KeyRecord,
  credentials: Credentials,
  told: Told,
): Promise<Verdict> {
  const { keys, args } = callOf(ctx, hash, credentials, told);
  return toVerdict(await ctx.ports.redis.fillThenRun(recordEntry(hash, record), AUTHORIZE, keys, args));
}

/**
 * The keys and arguments that `authorize` is called with (see `data/scripts/authorize.ts`).
 *
 * @param now unix ms
 */
export function authorizeCall(
  now: number,
  hash: string,
  {
    address,
    countsPost,
    showsPosts = false,
    changesProfile,
    uncounted,
    throttled,
  }: {
    readonly address: ClientAddress | undefined;
    readonly countsPost: boolean;
    readonly showsPosts?: boolean;
    readonly changesProfile: boolean;
    readonly uncounted: Uncounted;
    readonly throttled?: Throttled | undefined;
  },
): { keys: string[]; args: string[] } {
  return {
    keys: [recordKey(hash), windowsKey(hash), usageKey(hash)],
    args: [
      String(now),
      address?.hex ?? '',
      address?.text ?? '',
      countsPost ? 'posts' : showsPosts ? 'show' : '',
      changesProfile ? 'write' : '',
      uncounted.minute.join(''),
      uncounted.posts.join(''),
      ...(throttled ? [String(throttled.count), String(throttled.hour / HOUR_MS)] : []),
    ],
  };
}

function callOf(ctx: Ctx, hash: string, { address, countsPost, showsLimits, changesProfile }: Credentials, told: Told) {
  const call = { address: address(), countsPost, showsPosts: showsLimits, changesProfile, ...told };
  return authorizeCall(ctx.now, hash, call);
}

/** @throws RedisScriptFailed */
function roomOf(remaining: Reply | undefined, resetsAt: Reply | undefined): WindowRoom {
  const room = { remaining: Number(remaining ?? Number.NaN), resetsAt: Number(resetsAt ?? Number.NaN) };
  if (!Number.isSafeInteger(room.remaining) || !Number.isSafeInteger(room.resetsAt)) throw new RedisScriptFailed();
  return room;
}

/** @throws RedisScriptFailed on an answer the script cannot have given: a refusal in doubt */
export function toVerdict(reply: Reply): Verdict {
  if (!Array.isArray(reply)) throw new RedisScriptFailed();
  // By place: a pattern with a rest would walk it through an iterator.
  const outcome: Reply | undefined = reply[0];
  const record: Reply | undefined = reply[1];
  if (outcome === 'miss' || outcome === 'unknown' || outcome === 'unreadable') return { outcome };
  if (typeof record !== 'string') throw new RedisScriptFailed();
  if (outcome === 'revoked' || outcome === 'expired' || outcome === 'suspended' || outcome === 'ip_not_allowed') {
    return { outcome, record };
  }
  const status = {
    ...roomOf(reply[2], reply[3]),
    day: roomOf(reply[6], reply[7]),
    ...(reply[8] !== '' && { posts: roomOf(reply[8], reply[9]) }),
  };
  const window: Reply | undefined = reply[4];
  const retryAt: Reply | undefined = reply[5];
  if (outcome === 'admitted') {
    // The script's sixth value: the time of the last write, or nothing.
    return { outcome, record, ...status, hasMoved: window === 'moved', lastWriteAt: Number(retryAt) || undefined };
  }
  if (outcome === 'limited' && (window === 'minute' || window === 'posts' || window === 'day')) {
    return { outcome, record, ...status, window, retryAt: Number(retryAt) };
  }
  throw new RedisScriptFailed();
}
