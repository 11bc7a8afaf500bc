import type { ThrottleRule } from '../../config/limits.ts';
import { addressBlock } from '../../lib/ip.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { Refused } from '../refusal.ts';

/** Attempts to count: under which rule, of whom. */
export interface Attempt {
  readonly rule: ThrottleRule;
  readonly subject: string;
}

/** Who an address stands for: an IPv6 caller has a whole /64. */
export function addressSubject(address: ClientAddress | undefined): string {
  return address ? addressBlock(address.hex) : 'none';
}

/** Counts attempts, all of them. @throws Refused `rate_limit_exceeded` where one was too many */
export async function throttle(ctx: Ctx, attempts: readonly Attempt[]): Promise<void> {
  const waits = await Promise.all(attempts.map(({ rule, subject }) => ctx.ports.throttle.attempt(rule, subject)));
  const retryAfter = Math.max(...waits);
  if (retryAfter > 0) throw new Refused({ code: 'rate_limit_exceeded', window: 'attempts', retryAfter });
}
