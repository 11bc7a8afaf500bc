import type { Reply } from '../../data/redis.ts';
import { RedisScriptFailed } from '../../data/redis.ts';
import { AUTHORIZE } from '../../data/scripts/authorize.ts';
import type { Ctx } from '../context.ts';
import { type KeyRecord, recordEntry, recordKey, usageKey, windowsKey } from '../keys/index.ts';
import type { LimitStatus, WindowName } from '../limits/index.ts';
import type { Credentials } from './authentication.ts';

/** What the authorize script answers (see `data/scripts/authorize.ts`). `record` is the text in Redis. */
export type Verdict =
  | { readonly outcome: 'miss' | 'unknown' | 'unreadable' }
  | { readonly outcome: 'revoked' | 'expired' | 'ip_not_allowed'; readonly record: string }
  | ({ readonly outcome: 'admitted'; readonly record: string } & LimitStatus)
  | ({
      readonly outcome: 'limited';
      readonly record: string;
      readonly window: WindowName;
      readonly retryAt: number;
    } & LimitStatus);

/** Asks Redis about a key in one round trip. */
export async function authorize(ctx: Ctx, hash: string, credentials: Credentials): Promise<Verdict> {
  return toVerdict(await ctx.ports.redis.run(AUTHORIZE, keysOf(ctx, hash), argsOf(ctx, credentials)));
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
): Promise<Verdict> {
  const fill = recordEntry(hash, record);
  return toVerdict(await ctx.ports.redis.fillThenRun(fill, AUTHORIZE, keysOf(ctx, hash), argsOf(ctx, credentials)));
}

function keysOf(ctx: Ctx, hash: string): string[] {
  const day = new Date(ctx.now).toISOString().slice(0, 10);
  return [recordKey(hash), windowsKey(hash), usageKey(hash, day)];
}

function argsOf(ctx: Ctx, credentials: Credentials): string[] {
  const address = credentials.address();
  const hour = new Date(ctx.now).toISOString().slice(11, 13);
  return [String(ctx.now), address?.hex ?? '', address?.text ?? '', credentials.isPost ? 'posts' : '', hour];
}

/** @throws RedisScriptFailed on an answer the script cannot have given: a refusal in doubt */
export function toVerdict(reply: Reply): Verdict {
  if (!Array.isArray(reply)) throw new RedisScriptFailed();
  const [outcome, record, remaining, resetsAt, window, retryAt] = reply as readonly Reply[];
  if (outcome === 'miss' || outcome === 'unknown' || outcome === 'unreadable') return { outcome };
  if (typeof record !== 'string') throw new RedisScriptFailed();
  if (outcome === 'revoked' || outcome === 'expired' || outcome === 'ip_not_allowed') return { outcome, record };
  const status = { remaining: Number(remaining), resetsAt: Number(resetsAt) };
  if (!Number.isSafeInteger(status.remaining) || !Number.isSafeInteger(status.resetsAt)) throw new RedisScriptFailed();
  if (outcome === 'admitted') return { outcome, record, ...status };
  if (outcome === 'limited' && (window === 'minute' || window === 'posts' || window === 'day')) {
    return { outcome, record, ...status, window, retryAt: Number(retryAt) };
  }
  throw new RedisScriptFailed();
}
