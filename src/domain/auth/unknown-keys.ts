import { BLOCKED_ADDRESSES_MAX, UNKNOWN_KEY_BLOCK_MS } from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { addressBlock } from '../../lib/ip.ts';
import type { ClientAddress, Ctx } from '../context.ts';

/**
 * The flood shield: guessing keys must not cost us statements. Only keys that turn out unknown count against an
 * address, so a service that holds a thousand good keys behind one address never meets it. Counted by the Workers
 * binding, which is asked without a network wait and stands when Redis does not; an isolate remembers the
 * addresses that went too far.
 */
const blockedUntil = new BoundedMap<string, number>(BLOCKED_ADDRESSES_MAX);

const blockOf = (address: ClientAddress | undefined) => (address ? addressBlock(address.hex) : 'none');

/** Whole seconds for which an address gets no look-up of a key we do not have at hand; 0 = it gets one. */
export function secondsBlocked(ctx: Ctx, address: ClientAddress | undefined): number {
  const until = blockedUntil.get(blockOf(address)) ?? 0;
  return Math.max(0, Math.ceil((until - ctx.now) / 1_000));
}

/** Counts an unknown key against an address. */
export async function countUnknownKey(ctx: Ctx, address: ClientAddress | undefined): Promise<void> {
  const block = blockOf(address);
  const { success } = await ctx.ports.unknownKeyLimiter.limit({ key: block });
  if (!success) blockedUntil.set(block, ctx.now + UNKNOWN_KEY_BLOCK_MS);
}
