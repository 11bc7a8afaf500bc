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

/**
 * Inserts an account with a confirmed email address and answers its id. An account with the same username is answered
 * as it is, its address confirmed.
 */
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
      .onConflictDoUpdate({ target: accounts.username, set: { emailVerified: true } })
      .returning({ id: accounts.id }),
  );
  if (!row) throw new Error('an upsert answers its row');
  return row.id;
}
