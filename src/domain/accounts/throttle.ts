import type { ThrottleRule } from '../../config/limits.ts';
import { addressBlock } from '../../lib/ip.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { type Refusal, Refused } from '../refusal.ts';

/** Attempts to count: under which rule, of whom. */
export interface Attempt {
  readonly rule: ThrottleRule;
  readonly subject: string;
}

type Window = Extract<Refusal, { code: 'rate_limit_exceeded' }>['window'];

/** Who an address stands for: an IPv6 caller has a whole /64. */
export function addressSubject(address: ClientAddress | undefined): string {
  return address ? addressBlock(address.hex) : 'none';
}

/**
 * Counts attempts, all of them. @throws Refused `rate_limit_exceeded` where one was too many
 *
 * @param window names the limit in the answer
 */
export async function throttle(ctx: Ctx, attempts: readonly Attempt[], window: Window = 'attempts'): Promise<void> {
  const waits = await Promise.all(attempts.map(({ rule, subject }) => ctx.ports.throttle.attempt(rule, subject)));
  const retryAfter = Math.max(...waits);
  if (retryAfter > 0) throw new Refused({ code: 'rate_limit_exceeded', window, retryAfter });
}
