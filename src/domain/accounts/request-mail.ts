import { THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx, SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { mailLink } from './mail-link.ts';
import { emailSchema } from './schemas.ts';
import { selectPasswordHash } from './store.ts';
import { attemptsOn, throttle } from './throttle.ts';
import type { Visitor } from './visitor.ts';

const RULES = {
  browser: THROTTLES.mailBrowser,
  address: THROTTLES.mailAddress,
  account: THROTTLES.mailAccount,
} as const;

/**
 * Mails a link to choose another password. The response and its duration do not depend on the existence of an account
 * with the address: the link is made and mailed after the response.
 *
 * @throws ApiError `invalid_request`, `rate_limit_exceeded`
 */
export async function requestPasswordReset(ctx: Ctx, visitor: Visitor, input: unknown): Promise<void> {
  const { email } = parseInput(emailSchema, input);
  await throttle(ctx, await attemptsOn(ctx, visitor, email, RULES));
  // Checks that Neon answers before we promise a mail.
  await runSql(selectPasswordHash(ctx.ports.db, { email }));
  ctx.defer(mailLink(ctx, email, 'reset'));
}

/** Mails the link that confirms the person's email address again. @throws ApiError `rate_limit_exceeded` */
export async function resendVerification(
  ctx: SessionCtx,
  owner: { readonly email: string; readonly emailVerified: boolean },
): Promise<void> {
  if (owner.emailVerified) return;
  await throttle(ctx, [{ rule: THROTTLES.verificationMail, subject: ctx.actor.accountId }]);
  ctx.defer(mailLink(ctx, owner.email, 'verification'));
}
