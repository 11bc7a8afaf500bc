import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';

/**
 * The account with an id or a username. The id comes first: a username may spell the id of another account in lower
 * case.
 */
export function selectAccount(db: Db, name: string) {
  return db
    .select({ id: accounts.id, username: accounts.username })
    .from(accounts)
    .where(sql`${accounts.id} = ${name} OR ${accounts.username} = lower(${name})`)
    .orderBy(sql`${accounts.id} = ${name} DESC`)
    .limit(1);
}

/** Waits for every write in progress that acts for the account, since each locks its row (`actingAccount`). */
export function lockForSuspension(db: Db, id: string) {
  return db.select({ id: accounts.id }).from(accounts).where(eq(accounts.id, id)).for('update');
}

/** Suspends an account; the first time stays. */
export function markSuspended(db: Db, id: string, at: Date) {
  return db
    .update(accounts)
    .set({ suspendedAt: sql`coalesce(${accounts.suspendedAt}, ${at.toISOString()}::timestamptz)` })
    .where(eq(accounts.id, id))
    .returning({ suspendedAt: accounts.suspendedAt });
}

/** Lifts a suspension; does nothing to an account that is not suspended. */
export function markUnsuspended(db: Db, id: string) {
  return db.update(accounts).set({ suspendedAt: null }).where(eq(accounts.id, id));
}
