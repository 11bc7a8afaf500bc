import { THROTTLES } from '../../config/limits.ts';
import type { SignedIn } from '../../data/identity.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { Refused } from '../refusal.ts';
import { signInSchema } from './schemas.ts';
import { addressSubject, throttle } from './throttle.ts';
import { toClient, type Visitor } from './visitor.ts';

/** @throws Refused `invalid_credentials` (which of the two was wrong is not told), `rate_limit_exceeded`, `invalid_request` */
export async function signIn(ctx: Ctx, visitor: Visitor, input: unknown): Promise<SignedIn> {
  const { email, password } = parseInput(signInSchema, input);
  await throttle(ctx, [
    { rule: THROTTLES.signInAddress, subject: addressSubject(visitor.address) },
    { rule: THROTTLES.signInAccount, subject: email },
  ]);
  const identity = await ctx.ports.identity;
  const signedIn = await identity.signIn({ email, password }, toClient(visitor));
  if (!signedIn) throw new Refused({ code: 'invalid_credentials' });
  return signedIn;
}
