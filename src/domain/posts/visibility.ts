import { and, eq, exists, ne, not, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { follows, posts } from '../../data/schema/posts.ts';

/**
 * Who sees a Jes (contract section 8), as a condition on a row of `posts` joined with its author in `accounts`:
 * one's own always; of others PUBLIC from a public account, and PUBLIC and FOLLOWERS from whom one follows.
 */
export function visibleTo(db: Db, viewerId: string): SQL | undefined {
  const follow = db
    .select({ one: sql`1` })
    .from(follows)
    .where(and(eq(follows.followerId, viewerId), eq(follows.followeeId, posts.authorId)));
  const isForEverybody = and(eq(posts.visibility, 'PUBLIC'), not(accounts.isPrivate));
  return or(eq(posts.authorId, viewerId), and(ne(posts.visibility, 'PRIVATE'), or(isForEverybody, exists(follow))));
}
