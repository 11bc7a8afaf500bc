import { SESSION_SEEN_EVERY_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { toProfile } from '../accounts/index.ts';
import type { Ctx, SessionActor } from '../context.ts';
import { refused, type Validator } from './authentication.ts';
import { selectSession, touchSession } from './store.ts';

/**
 * The session cookie of a signed-in person: one statement, and no part of the library that made the session. A session
 * that is over or unknown is as good as none: 401 `authentication_required`. One of a suspended account is 403
 * `account_suspended`.
 */
export const sessionValidator: Validator = {
  carrier: 'cookie',
  prefix: '',
  async validate(ctx, token) {
    const [row] = await runSql(selectSession(ctx.ports.db, token, new Date(ctx.now)));
    if (!row) return refused({ code: 'authentication_required' });
    const { session } = row;
    noteSeen(ctx, session);
    if (row.suspendedAt) return refused({ code: 'account_suspended' });
    const owner = toProfile(row.owner);
    const actor: SessionActor = {
      type: 'session',
      accountId: owner.id,
      sessionId: session.id,
      authenticatedAt: (session.reauthenticatedAt ?? session.createdAt).getTime(),
    };
    return { outcome: 'admitted', actor, owner };
  },
};

/** Once an hour, after the response: a request by a person stays one statement. */
function noteSeen(
  ctx: Ctx,
  session: { readonly id: string; readonly createdAt: Date; readonly lastSeenAt: Date | null },
) {
  const before = ctx.now - SESSION_SEEN_EVERY_MS;
  if ((session.lastSeenAt ?? session.createdAt).getTime() > before) return;
  ctx.defer(runSql(touchSession(ctx.ports.db, session.id, new Date(ctx.now), new Date(before))));
}
