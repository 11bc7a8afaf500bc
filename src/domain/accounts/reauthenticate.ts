import { REAUTHENTICATE_AFTER_MS, THROTTLES } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { parseInput } from '../parse-input.ts';
import { reauthenticateSchema } from './schemas.ts';
import { markReauthenticated, selectPasswordHash } from './store.ts';
import { throttle } from './throttle.ts';

/**
 * Guards acts of lasting harm: the password must have been given within the last 12 hours. A browser that was
 * left open must not suffice. @throws ApiError `reauthentication_required`
 */
export function requireFreshSession(ctx: SessionCtx): void {
  if (!isFreshSession(ctx)) throw new ApiError({ code: 'reauthentication_required' });
}

/** True if the password was given within the last 12 hours. */
export function isFreshSession({ actor, now }: SessionCtx): boolean {
  return now - actor.authenticatedAt <= REAUTHENTICATE_AFTER_MS;
}

/** True if the person has a password; some sign in with Google only. */
export async function hasPassword(ctx: SessionCtx): Promise<boolean> {
  const [account] = await runSql(selectPasswordHash(ctx.ports.db, { id: ctx.actor.accountId }));
  return account?.passwordHash != null;
}

/**
 * Checks the password of the signed-in person.
 *
 * @param field of the password in the input
 * @throws ApiError `invalid_request` (it is wrong, or the account has none), `rate_limit_exceeded`
 */
export async function requirePassword(ctx: SessionCtx, password: string, field: string): Promise<void> {
  const { accountId, sessionId } = ctx.actor;
  // Each session has its own window: a guesser in one locks out no other.
  const attempt = { rule: THROTTLES.passwordSession, subject: sessionId };
  await throttle(ctx, [attempt]);
  const [account] = await runSql(selectPasswordHash(ctx.ports.db, { id: accountId }));
  if (!account?.passwordHash) throw invalidField(field, 'this account has no password; sign in with Google again');
  const isRight = await (await ctx.ports.identity).verifyPassword(password, account.passwordHash);
  if (!isRight) throw invalidField(field, 'is not the password of this account');
  ctx.defer(ctx.ports.throttle.forget(attempt.rule, attempt.subject));
}

/**
 * Checks the password again in an old session. The session then counts as new for 12 hours.
 *
 * @returns the context of the renewed session
 * @throws ApiError `invalid_request`, `rate_limit_exceeded`, `authentication_required` (the session ended meanwhile)
 */
export async function reauthenticate(ctx: SessionCtx, input: unknown): Promise<SessionCtx> {
  const { password } = parseInput(reauthenticateSchema, input);
  await requirePassword(ctx, password, 'password');
  const marked = await runAsActor(ctx, markReauthenticated(ctx.ports.db, writerOf(ctx), new Date(ctx.now)));
  // Without a row, no account was asked for.
  if (marked.length === 0) throw new ApiError({ code: 'authentication_required', by: 'session' });
  return { ...ctx, actor: { ...ctx.actor, authenticatedAt: ctx.now } };
}
