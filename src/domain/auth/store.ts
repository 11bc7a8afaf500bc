import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { sessions } from '../../data/schema/sessions.ts';
import { profileColumns } from '../accounts/index.ts';

/** The session a token belongs to, unless it is over or its account is deleted, with its account. */
export function selectSession(db: Db, token: string, now: Date) {
  return db
    .select({
      session: {
        id: sessions.id,
        createdAt: sessions.createdAt,
        reauthenticatedAt: sessions.reauthenticatedAt,
        lastSeenAt: sessions.lastSeenAt,
      },
      owner: profileColumns,
      suspendedAt: accounts.suspendedAt,
    })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, now), isNull(accounts.deletedAt)));
}

/** Notes that a session is in use, unless that was noted since `before`. */
export function touchSession(db: Db, id: string, at: Date, before: Date) {
  return db
    .update(sessions)
    .set({ lastSeenAt: at })
    .where(and(eq(sessions.id, id), lte(sql`coalesce(${sessions.lastSeenAt}, ${sessions.createdAt})`, before)));
}
