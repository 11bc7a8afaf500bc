import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { SignedIn } from '../../data/identity.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { rememberBrowser } from './known-browser.ts';
import { signInSchema } from './schemas.ts';
import { beginSession } from './sessions.ts';
import { selectPasswordHash } from './store.ts';
import { attemptsOn, forgive, throttle } from './throttle.ts';
import type { Visitor } from './visitor.ts';

/**
 * A person was signed in. The browser becomes a known one, except for an unproven account, which a stranger may have
 * signed up.
 */
export interface Entered extends SignedIn {
  /** The value of the known-browser cookie; undefined while the address of the account is unproven. */
  readonly knownBrowser: string | undefined;
  /** The account was to be deleted, and is kept. */
  readonly isRestored: boolean;
}

const RULES = {
  browser: THROTTLES.signInBrowser,
  address: THROTTLES.signInAddress,
  account: THROTTLES.signInAccount,
} as const;

/**
 * Signs a person in. An address without an account costs the same statement and the same scrypt as a wrong password, so
 * that neither the response nor its time reveals an account.
 *
 * @throws ApiError `invalid_credentials` (for a wrong address as for a wrong password), `rate_limit_exceeded`,
 * `invalid_request`
 */
export async function signIn(ctx: Ctx, visitor: Visitor, input: unknown): Promise<Entered> {
  const { email, password } = parseInput(signInSchema, input);
  const attempts = await attemptsOn(ctx, visitor, email, RULES);
  await throttle(ctx, attempts);
  const [[account], identity] = await Promise.all([
    runSql(selectPasswordHash(ctx.ports.db, { email })),
    ctx.ports.identity,
  ]);
  const isRight = await identity.verifyPassword(password, account?.passwordHash);
  if (!account || !isRight) throw new ApiError({ code: 'invalid_credentials' });
  forgive(ctx, attempts);
  const session = await beginSession(ctx, account.id, visitor);
  const knownBrowser = account.emailVerified ? await rememberBrowser(ctx, visitor, email) : undefined;
  return { accountId: account.id, ...session, knownBrowser };
}
