import { and, desc, eq, gt, isNotNull, isNull, ne, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts, retiredUsernames } from '../../data/schema/accounts.ts';
import { credentials, type mailedLinks, sessions } from '../../data/schema/sessions.ts';
import type { SessionActor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { profileColumns } from './profile.ts';

export function selectProfile(db: Db, accountId: string) {
  return db.select(profileColumns).from(accounts).where(eq(accounts.id, accountId));
}

/** The public profile of an account that is not deleted. */
export function selectPublicProfile(db: Db, username: string) {
  const { displayName, verified, isPrivate, bio, totalPosts, totalFollowers, totalFollowing } = accounts;
  return db
    .select({
      username: accounts.username,
      displayName,
      verified,
      isPrivate,
      bio,
      totalPosts,
      totalFollowers,
      totalFollowing,
    })
    .from(accounts)
    .where(and(eq(accounts.username, username), isNull(accounts.deletedAt)));
}

/** An account and the hash of its password; null without a password. */
export function selectPasswordHash(db: Db, by: { readonly email: string } | { readonly id: string }) {
  return db
    .select({ id: accounts.id, emailVerified: accounts.emailVerified, passwordHash: credentials.passwordHash })
    .from(accounts)
    .leftJoin(credentials, and(eq(credentials.userId, accounts.id), eq(credentials.provider, 'credential')))
    .where('email' in by ? eq(accounts.email, by.email) : eq(accounts.id, by.id));
}

export function insertSession(db: Db, session: typeof sessions.$inferInsert) {
  return db.insert(sessions).values(session);
}

/** The sessions of an account that are not over, the one seen last first. */
export function selectSessionsOf(db: Db, accountId: string, now: Date, limit: number) {
  const { id, createdAt, lastSeenAt, ipAddress, userAgent } = sessions;
  return db
    .select({ id, createdAt, lastSeenAt, ipAddress, userAgent })
    .from(sessions)
    .where(and(eq(sessions.accountId, accountId), gt(sessions.expiresAt, now)))
    .orderBy(desc(sql`coalesce(${lastSeenAt}, ${createdAt})`), desc(id))
    .limit(limit);
}

/** Ends a session of an account; answers it, if there is one. */
export function deleteSession(db: Db, id: string, actor: Writer<SessionActor>) {
  return db
    .delete(sessions)
    .where(and(eq(sessions.id, id), sql`${sessions.accountId} = ${actingAccount(actor)}`))
    .returning({ id: sessions.id });
}

/** Ends the sessions of an account except the acting one. */
export function deleteOtherSessions(db: Db, actor: Writer<SessionActor>) {
  return db
    .delete(sessions)
    .where(and(sql`${sessions.accountId} = ${actingAccount(actor)}`, ne(sessions.id, actor.sessionId)))
    .returning({ id: sessions.id });
}

/** Notes that the password was given in a session. */
export function markReauthenticated(db: Db, actor: Writer<SessionActor>, at: Date) {
  return db
    .update(sessions)
    .set({ reauthenticatedAt: at })
    .where(and(eq(sessions.id, actor.sessionId), sql`${sessions.accountId} = ${actingAccount(actor)}`))
    .returning({ id: sessions.id });
}

/** Signing in within the grace period keeps an account that was to be deleted; answers it, if it was. */
export function undoDeletion(db: Db, accountId: string) {
  return db
    .update(accounts)
    .set({ deletionRequestedAt: null })
    .where(and(eq(accounts.id, accountId), isNotNull(accounts.deletionRequestedAt), isNull(accounts.deletedAt)))
    .returning({ id: accounts.id });
}

/** A row if a deleted account had this username, which is not free yet. */
export function selectRetired(db: Db, username: string, now: Date) {
  return db
    .select({ username: retiredUsernames.username })
    .from(retiredUsernames)
    .where(and(eq(retiredUsernames.username, username), gt(retiredUsernames.freeAt, now)));
}

export function deleteSessionByToken(db: Db, token: string) {
  return db.delete(sessions).where(eq(sessions.token, token));
}

export type LinkPurpose = (typeof mailedLinks.$inferInsert)['purpose'];

/** Keeps a link for the account with this address; answers a row if there is one. */
export function insertMailedLink(
  db: Db,
  link: { readonly hash: string; readonly purpose: LinkPurpose; readonly expiresAt: Date },
  to: { readonly email: string },
) {
  return db.execute<{ account_id: string }>(sql`
    INSERT INTO mailed_links (hash, account_id, purpose, expires_at)
    SELECT ${link.hash}, id, ${link.purpose}, ${link.expiresAt.toISOString()}::timestamptz
    FROM accounts WHERE email = ${to.email}
    RETURNING account_id`);
}
