import { eq } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { profileColumns } from './profile.ts';

export function selectProfile(db: Db, accountId: string) {
  return db.select(profileColumns).from(accounts).where(eq(accounts.id, accountId));
}
