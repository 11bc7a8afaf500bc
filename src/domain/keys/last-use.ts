import type { Ctx } from '../context.ts';
import { windowsKey } from './record.ts';

/** When a key was last admitted, and from which address. */
export interface LastUse {
  /** Unix ms. */
  readonly at: number;
  /** Null where the edge told none. */
  readonly address: string | null;
}

/** The head of a key's windows in Redis (see `data/scripts/authorize.ts`). */
const HEAD = /^u1\|(\d+)\|([0-9a-fA-F:.]*)\|/;

/**
 * The last use of keys, as Redis knows it to the millisecond; undefined where it knows none. @throws RedisUnavailable
 */
export async function readLastUses(
  ctx: Ctx,
  keys: readonly { readonly hash: string }[],
): Promise<(LastUse | undefined)[]> {
  return (await readWindows(ctx, keys)).map(lastUseIn);
}

/** The windows of keys as Redis keeps them; null where it keeps none. @throws RedisUnavailable */
export async function readWindows(
  ctx: Ctx,
  keys: readonly { readonly hash: string }[],
): Promise<readonly (string | null)[]> {
  if (keys.length === 0) return [];
  return await ctx.ports.redis.get(keys.map(({ hash }) => windowsKey(hash)));
}

/** The last use that windows tell. */
export function lastUseIn(windows: string | null): LastUse | undefined {
  const head = HEAD.exec(windows ?? '');
  return head ? { at: Number(head[1]), address: head[2] || null } : undefined;
}
