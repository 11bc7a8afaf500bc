import { and, eq, gt, isNull, type SQLWrapper, sql } from 'drizzle-orm';
import type { Db, Sql } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { credentials, mailedLinks, sessions } from '../../data/schema/sessions.ts';
import type { SessionActor } from '../context.ts';

/** A link, and the request that uses it. */
export interface LinkUse {
  /** SHA-256 of the token. */
  readonly hash: string;
  readonly purpose: (typeof mailedLinks.$inferInsert)['purpose'];
  /** An id of the request; what follows in its transaction acts only if this very request used the link. */
  readonly use: string;
  readonly at: Date;
}

/**
 * Uses a link, once: of two requests at once, the second waits for the first and finds it used.
 *
 * @param by the session that must belong to the link's account, and not be over
 */
export function useLink(db: Db, { hash, purpose, use, at }: LinkUse, by?: SessionActor) {
  const isOfSession =
    by &&
    sql`EXISTS (
    SELECT FROM ${sessions} WHERE ${sessions.id} = ${by.sessionId} AND ${sessions.accountId} = ${mailedLinks.accountId}
    FOR KEY SHARE)`;
  return db
    .update(mailedLinks)
    .set({ usedAt: at, usedBy: use })
    .where(
      and(
        eq(mailedLinks.hash, hash),
        eq(mailedLinks.purpose, purpose),
        isNull(mailedLinks.usedAt),
        gt(mailedLinks.expiresAt, at),
        isOfSession,
      ),
    )
    .returning({ accountId: mailedLinks.accountId });
}

/** The account of a link that this very request used, in SQL; NULL if it did not. */
export function accountOf({ hash, use }: Pick<LinkUse, 'hash' | 'use'>): Sql {
  return sql`(SELECT account_id FROM mailed_links WHERE hash = ${hash} AND used_by = ${use})`;
}

/** The account with this email address, in SQL. */
export function accountWith(email: string): Sql {
  return sql`(SELECT id FROM accounts WHERE email = ${email})`;
}

/** The same account while its address is unproven, in SQL; NULL once it is proven. */
export function ifUnproven(account: Sql): Sql {
  return sql`(SELECT id FROM accounts WHERE id = ${account} AND NOT email_verified)`;
}

/** A link with the account it was mailed to. */
export function selectLink(db: Db, hash: string) {
  return db
    .select({
      accountId: mailedLinks.accountId,
      purpose: mailedLinks.purpose,
      usedAt: mailedLinks.usedAt,
      expiresAt: mailedLinks.expiresAt,
      emailVerified: accounts.emailVerified,
    })
    .from(mailedLinks)
    .innerJoin(accounts, eq(accounts.id, mailedLinks.accountId))
    .where(eq(mailedLinks.hash, hash));
}

/** Locks an account: until the end of the transaction no key is generated for it and its address is not proven. */
export function lockAccount(db: Db, account: Sql) {
  return db
    .select({ id: accounts.id, emailVerified: accounts.emailVerified })
    .from(accounts)
    .where(isAccount(accounts.id, account))
    .for('update');
}

export function markProven(db: Db, account: Sql, at: Date) {
  return db.update(accounts).set({ emailVerified: true, updatedAt: at }).where(isAccount(accounts.id, account));
}

export function deleteSessionsOf(db: Db, account: Sql) {
  return db.delete(sessions).where(isAccount(sessions.accountId, account));
}

/** Removes every way to sign in to an account. */
export function deleteCredentialsOf(db: Db, account: Sql) {
  return db.delete(credentials).where(isAccount(credentials.userId, account));
}

/** Sets the password of an account, which may have had none. @param id of the row, if it is new */
export function updatePassword(
  db: Db,
  account: Sql,
  password: { readonly id: string; readonly hash: string },
  at: Date,
) {
  const time = at.toISOString();
  return db.execute(sql`
    INSERT INTO credentials (id, account_id, provider, provider_account_id, password_hash, created_at, updated_at)
    SELECT ${password.id}, id, 'credential', id, ${password.hash}, ${time}::timestamptz, ${time}::timestamptz
    FROM accounts WHERE id = ${account}
    ON CONFLICT ON CONSTRAINT credentials_provider_account_unique
      DO UPDATE SET password_hash = excluded.password_hash, updated_at = excluded.updated_at
    RETURNING id`);
}

/** Ends the sessions of an account except the one in which the password was given just now. */
export function deleteOtherSessionsOf(db: Db, account: Sql, { sessionId }: SessionActor, at: Date) {
  const kept = sql`UPDATE sessions SET reauthenticated_at = ${at.toISOString()}::timestamptz WHERE id = ${sessionId}`;
  return db.execute(sql`
    WITH kept AS (${kept})
    DELETE FROM sessions WHERE account_id = ${account} AND id <> ${sessionId}`);
}

/** Ends all links that were mailed to an account and not used. */
export function endLinks(db: Db, account: Sql, at: Date) {
  return db
    .update(mailedLinks)
    .set({ usedAt: at })
    .where(and(isAccount(mailedLinks.accountId, account), isNull(mailedLinks.usedAt)));
}

export function insertLink(
  db: Db,
  account: Sql,
  link: Pick<typeof mailedLinks.$inferInsert, 'hash' | 'purpose'> & { readonly expiresAt: Date },
) {
  return db.execute(sql`
    INSERT INTO mailed_links (hash, account_id, purpose, expires_at)
    SELECT ${link.hash}, id, ${link.purpose}, ${link.expiresAt.toISOString()}::timestamptz
    FROM accounts WHERE id = ${account}`);
}

const isAccount = (column: SQLWrapper, account: Sql) => sql`${column} = ${account}`;
