import { newId } from '../../lib/id.ts';
import { changePasswordSchema, requirePassword } from '../accounts/index.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { actingAccount, runAsActor } from '../idempotency/index.ts';
import { parseInput } from '../parse-input.ts';
import { deleteOtherSessionsOf, endLinks, updatePassword } from './store.ts';

/**
 * Replaces the password of the person who gives the current one. All other sessions end, and all mailed links: one of
 * them may be why the password is changed.
 *
 * @throws ApiError `invalid_request` (the current password is wrong, the new one too short), `rate_limit_exceeded`,
 * `authentication_required` (the session ended meanwhile)
 */
export async function changePassword(ctx: SessionCtx, input: unknown): Promise<void> {
  const { currentPassword, newPassword } = parseInput(changePasswordSchema, input);
  await requirePassword(ctx, currentPassword, 'currentPassword');
  const hash = await (await ctx.ports.identity).hashPassword(newPassword);
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const account = actingAccount(writerOf(ctx));
  await runAsActor(
    ctx,
    db.batch([
      updatePassword(db, account, { id: newId(ctx.now), hash }, at),
      deleteOtherSessionsOf(db, account, ctx.actor, at),
      endLinks(db, account, at),
    ]),
  );
}
