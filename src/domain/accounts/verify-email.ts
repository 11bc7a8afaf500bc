import { THROTTLES } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';
import { addressSubject, throttle } from './throttle.ts';
import type { Visitor } from './visitor.ts';

/** Whether the token of a mailed link proves an e-mail address; it then is. @throws Refused `rate_limit_exceeded` */
export async function verifyEmail(ctx: Ctx, visitor: Visitor, token: string): Promise<boolean> {
  await throttle(ctx, [{ rule: THROTTLES.tokenAddress, subject: addressSubject(visitor.address) }]);
  const identity = await ctx.ports.identity;
  return await identity.verifyEmail(token);
}

/** Mails the link again, unless the address is proven. @throws Refused `rate_limit_exceeded` */
export async function resendVerification(ctx: Ctx, email: string): Promise<void> {
  await throttle(ctx, [{ rule: THROTTLES.mailAccount, subject: email }]);
  const identity = await ctx.ports.identity;
  await identity.sendVerification(email);
}
