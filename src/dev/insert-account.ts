import { runSql } from '../data/db.ts';
import { accounts } from '../data/schema/accounts.ts';
import type { Ctx } from '../domain/context.ts';
import { newId } from '../lib/id.ts';

/** An account as the seed and the tests make them. Sign-up is for people. */
export interface AccountSeed {
  readonly username: string;
  readonly displayName?: string;
  readonly bio?: string;
  readonly isPrivate?: boolean;
}

/** Inserts an account and answers its id; one with the same username is left as it is and answered. */
export async function insertAccount(ctx: Ctx, seed: AccountSeed): Promise<string> {
  const now = new Date(ctx.now);
  const [row] = await runSql(
    ctx.ports.db
      .insert(accounts)
      .values({
        id: newId(ctx.now),
        username: seed.username,
        email: `${seed.username}@example.com`,
        displayName: seed.displayName ?? seed.username,
        bio: seed.bio ?? null,
        isPrivate: seed.isPrivate ?? false,
        emailVerified: true,
        createdAt: now,
        updatedAt: now,
      })
      // Not "do nothing": that answers no row for the one that is there.
      .onConflictDoUpdate({ target: accounts.username, set: { username: seed.username } })
      .returning({ id: accounts.id }),
  );
  if (!row) throw new Error('an upsert answers its row');
  return row.id;
}
