import { THROTTLES } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { invalidField } from '../refusal.ts';
import { emailSchema, isToken, resetPasswordSchema } from './schemas.ts';
import { addressSubject, throttle } from './throttle.ts';
import type { Visitor } from './visitor.ts';

/**
 * Mails a link to choose another password. The answer is the same whether an account has the address or not.
 *
 * @throws Refused `invalid_request`, `rate_limit_exceeded`
 */
export async function requestPasswordReset(ctx: Ctx, visitor: Visitor, input: unknown): Promise<void> {
  const { email } = parseInput(emailSchema, input);
  await throttle(ctx, [
    { rule: THROTTLES.mailAddress, subject: addressSubject(visitor.address) },
    { rule: THROTTLES.mailAccount, subject: email },
  ]);
  const identity = await ctx.ports.identity;
  await identity.requestPasswordReset(email);
}

/**
 * Sets a new password with the token of that link, and ends all sessions of the account.
 *
 * @throws Refused `invalid_request` (the token was used, is too old, or is none), `rate_limit_exceeded`
 */
export async function resetPassword(ctx: Ctx, visitor: Visitor, input: unknown): Promise<void> {
  const { token, password } = parseInput(resetPasswordSchema, input);
  await throttle(ctx, [{ rule: THROTTLES.tokenAddress, subject: addressSubject(visitor.address) }]);
  const identity = await ctx.ports.identity;
  if (isToken(token) && (await identity.resetPassword(token, password))) return;
  throw invalidField('token', 'this link was used already or is too old; ask for another');
}
