import { eq, inArray, lte } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { sessions, verifications } from '../../data/schema/sessions.ts';
import { profileColumns } from './profile.ts';

export function selectProfile(db: Db, accountId: string) {
  return db.select(profileColumns).from(accounts).where(eq(accounts.id, accountId));
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
