import { and, eq, inArray, lte, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { credentials, mailedLinks, sessions, verifications } from '../../data/schema/sessions.ts';
import { profileColumns } from './profile.ts';

export function selectProfile(db: Db, accountId: string) {
  return db.select(profileColumns).from(accounts).where(eq(accounts.id, accountId));
}

/** An account and the hash of its password, which is null where it has none. */
export function selectPasswordHash(db: Db, by: { readonly email: string } | { readonly id: string }) {
  return db
    .select({ id: accounts.id, passwordHash: credentials.passwordHash })
    .from(accounts)
    .leftJoin(credentials, and(eq(credentials.userId, accounts.id), eq(credentials.provider, 'credential')))
    .where('email' in by ? eq(accounts.email, by.email) : eq(accounts.id, by.id));
}

export function insertSession(db: Db, session: typeof sessions.$inferInsert) {
  return db.insert(sessions).values(session);
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

export function deleteExpiredSessions(db: Db, now: Date, limit: number) {
  const expired = db.select({ id: sessions.id }).from(sessions).where(lte(sessions.expiresAt, now)).limit(limit);
  return db.delete(sessions).where(inArray(sessions.id, expired));
}

export function deleteExpiredVerifications(db: Db, now: Date, limit: number) {
  const { id, expiresAt } = verifications;
  const expired = db.select({ id }).from(verifications).where(lte(expiresAt, now)).limit(limit);
  return db.delete(verifications).where(inArray(id, expired));
}

export function deleteExpiredLinks(db: Db, now: Date, limit: number) {
  const { hash, expiresAt } = mailedLinks;
  const expired = db.select({ hash }).from(mailedLinks).where(lte(expiresAt, now)).limit(limit);
  return db.delete(mailedLinks).where(inArray(hash, expired));
}
