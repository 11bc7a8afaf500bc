import { runSql } from '../../data/db.ts';
import { toProfile } from '../accounts/index.ts';
import { refused, type Validator } from './authentication.ts';
import { selectSession } from './store.ts';

/**
 * The session cookie of a signed-in person: one statement, and no part of the library that made the session. A session
 * that is over or unknown is as good as none: 401 `authentication_required`.
 */
export const sessionValidator: Validator = {
  carrier: 'cookie',
  prefix: '',
  async validate(ctx, token) {
    const [row] = await runSql(selectSession(ctx.ports.db, token, new Date(ctx.now)));
    if (!row) return refused({ code: 'authentication_required' });
    const owner = toProfile(row.owner);
    return { outcome: 'admitted', actor: { type: 'session', accountId: owner.id, sessionId: row.session.id }, owner };
  },
};
