import { DELETION_GRACE_MS, FRESH_SIGN_IN_MS } from '../../config/limits.ts';
import {
  deleteAccountSchema,
  deletionMail,
  hasPassword,
  readProfile,
  requireFreshSession,
  requirePassword,
  type Visitor,
} from '../accounts/index.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { announceRevocations, revokingAll } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { departing, endLinks, endSessions, requestDeletion } from './store.ts';

/**
 * Deletes the account of the person who gives its password: its API keys are revoked at once and all its sessions end.
 * For a week signing in undoes the deletion (except for the keys); then the sweep removes everything.
 *
 * @returns the time of the removal, unix ms
 * @throws ApiError `invalid_request` (no password, or a wrong one), `reauthentication_required` (none, and the session
 * is older than 12 hours; for accounts without a password, older than 10 minutes), `rate_limit_exceeded`;
 * `service_unavailable` when only the revocations in Redis failed
 */
export async function deleteAccount(ctx: SessionCtx, visitor: Visitor, input: unknown): Promise<number> {
  const { password } = parseInput(deleteAccountSchema, input);
  if (password === undefined) await requireOtherProof(ctx);
  else await requirePassword(ctx, password, 'password');
  const { actor, now } = ctx;
  const { db } = ctx.ports;
  const at = new Date(now);
  const owner = await readProfile(ctx, actor.accountId);
  const account = departing(actor.accountId, at);
  const [, revoked] = await runAsActor(
    ctx,
    db.batch([
      requestDeletion(db, writerOf(ctx), at),
      ...revokingAll(ctx, account, visitor.address),
      endSessions(db, account),
      endLinks(db, account),
    ]),
  );
  const deletedAt = now + DELETION_GRACE_MS;
  ctx.defer(ctx.ports.mailer.send(deletionMail(ctx.ports.webOrigin, owner.email, deletedAt)));
  if (!(await announceRevocations(ctx, revoked)))
    throw new ApiError({ code: 'service_unavailable', why: 'revocations' });
  return deletedAt;
}

/** A person without a password must have signed in just now. */
async function requireOtherProof(ctx: SessionCtx): Promise<void> {
  requireFreshSession(ctx);
  if (await hasPassword(ctx)) throw invalidField('password', 'must be given to delete the account');
  if (ctx.now - ctx.actor.authenticatedAt > FRESH_SIGN_IN_MS) throw new ApiError({ code: 'reauthentication_required' });
}
