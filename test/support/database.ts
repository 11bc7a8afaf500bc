import { eq } from 'drizzle-orm';
import { runSql } from '../../src/data/db.ts';
import { dailyUsage, follows, posts as postsTable } from '../../src/data/schema/posts.ts';
import type { Harness } from './harness.ts';

/** Makes one account follow another. */
export function follow(harness: Harness, followerId: string, followeeId: string): Promise<unknown> {
  const createdAt = new Date(harness.now);
  return harness.run((ctx) => runSql(ctx.ports.db.insert(follows).values({ followerId, followeeId, createdAt })));
}

export const posts = {
  /** As if the account had created so many today. */
  setCreationsToday(harness: Harness, accountId: string, day: string, creations: number): Promise<unknown> {
    const usage = { accountId, day, creations };
    return harness.run((ctx) =>
      runSql(
        ctx.ports.db
          .insert(dailyUsage)
          .values(usage)
          .onConflictDoUpdate({ target: [dailyUsage.accountId, dailyUsage.day], set: usage }),
      ),
    );
  },

  /** The contents of an account's Jes, sorted. */
  async contentsOf(harness: Harness, accountId: string): Promise<string[]> {
    const rows = await harness.run((ctx) =>
      runSql(
        ctx.ports.db.select({ content: postsTable.content }).from(postsTable).where(eq(postsTable.authorId, accountId)),
      ),
    );
    return rows.map(({ content }) => content).sort();
  },
};
