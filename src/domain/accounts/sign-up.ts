import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { mailLink } from './mail-link.ts';
import { signUpSchema } from './schemas.ts';
import type { Entered } from './sign-in.ts';
import { selectRetired } from './store.ts';
import { addressSubject, throttle } from './throttle.ts';
import { toClient, type Visitor } from './visitor.ts';

const TAKEN = 'is taken by another account';

/**
 * Makes an account, signs its person in and mails the link that confirms the email address. A sign-up that was cut
 * short can be repeated.
 *
 * @throws ApiError `invalid_request` (a taken email address or username is named in the details), `rate_limit_exceeded`
 */
export async function signUp(ctx: Ctx, visitor: Visitor, input: unknown): Promise<Entered> {
  const person = parseInput(signUpSchema, input);
  await throttle(ctx, [
    { rule: THROTTLES.signUpAddress, subject: addressSubject(visitor.address) },
    { rule: THROTTLES.signUpAccount, subject: person.email },
  ]);
  const [retired] = await runSql(selectRetired(ctx.ports.db, person.username, new Date(ctx.now)));
  if (retired) throw invalidField('username', TAKEN);
  const identity = await ctx.ports.identity;
  const result = await identity.signUp(person, toClient(visitor));
  if (!('taken' in result)) {
    ctx.defer(mailLink(ctx, person.email, 'verification'));
    return { ...result, knownBrowser: undefined, isRestored: false };
  }
  // Nothing is taken: the database refused something else, which is no fault of the person.
  if (result.taken.length === 0) throw new ApiError({ code: 'internal_error' });
  const details = result.taken.map((path) => ({ path, message: TAKEN }));
  throw new ApiError({ code: 'invalid_request', details });
}
