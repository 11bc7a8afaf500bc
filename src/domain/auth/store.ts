import { and, eq, gt } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { sessions } from '../../data/schema/sessions.ts';
import { profileColumns } from '../accounts/index.ts';

/** The session a token belongs to, unless it is over, with its account. */
export function selectSession(db: Db, token: string, now: Date) {
  return db
    .select({ session: { id: sessions.id }, owner: profileColumns })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, now)));
}
