import type { ThrottleRule } from '../../config/limits.ts';
import { addressBlock } from '../../lib/ip.ts';
import { ApiError, type ErrorReason } from '../api-error.ts';
import type { ClientAddress, Ctx } from '../context.ts';
import { knownBrowserId } from './known-browser.ts';
import type { Visitor } from './visitor.ts';

/** An attempt to count: its rule and its subject. */
export interface Attempt {
  readonly rule: ThrottleRule;
  readonly subject: string;
}

type Window = Extract<ErrorReason, { code: 'rate_limit_exceeded' }>['window'];

/** The subject of a limit per address: an IPv6 caller has a whole /64. */
export function addressSubject(address: ClientAddress | undefined): string {
  return address ? addressBlock(address.hex) : 'none';
}

/**
 * Counts attempts in their order, and stops at the first that is refused: put the address of the caller before the
 * person it names, so that a caller without attempts left takes none of that person's.
 *
 * @param window names the limit in the error
 * @throws ApiError `rate_limit_exceeded`
 */
export async function throttle(ctx: Ctx, attempts: readonly Attempt[], window: Window = 'attempts'): Promise<void> {
  for (const { rule, subject } of attempts) {
    const retryAfter = await ctx.ports.throttle.attempt(rule, subject);
    if (retryAfter > 0) throw new ApiError({ code: 'rate_limit_exceeded', window, retryAfter });
  }
}

/**
 * The windows of an attempt on an account: the own window of a browser that signed in to this account before, or the
 * address of the caller and then the account. So strangers who use up the account's window lock out no known browser.
 */
export async function attemptsOn(
  ctx: Ctx,
  visitor: Visitor,
  email: string,
  rules: { readonly browser: ThrottleRule; readonly address: ThrottleRule; readonly account: ThrottleRule },
): Promise<readonly Attempt[]> {
  const browserId = await knownBrowserId(ctx, visitor, email);
  if (browserId !== undefined) return [{ rule: rules.browser, subject: `${browserId} ${email}` }];
  return [
    { rule: rules.address, subject: addressSubject(visitor.address) },
    { rule: rules.account, subject: email },
  ];
}

/** An attempt succeeded: it no longer counts against the account, or its browser. The address's count stays. */
export function forgive(ctx: Ctx, attempts: readonly Attempt[]): void {
  const last = attempts.at(-1);
  if (last) ctx.defer(ctx.ports.throttle.forget(last.rule, last.subject));
}
