import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import { accounts } from '../../data/schema/accounts.ts';
import { apiKeys } from '../../data/schema/api-keys.ts';
import { dailyUsage, posts } from '../../data/schema/posts.ts';
import { authorColumns, type Jes, postColumns } from './jes.ts';
import { visibleTo } from './visibility.ts';

export interface NewPostRow {
  readonly id: string;
  readonly keyId: string;
  readonly content: string;
  readonly visibility: Jes['visibility'];
  readonly createdAt: Date;
}

/**
 * Inserts a Jes for the owner of a key that is not revoked. With a revoked one the author is NULL, which the column
 * refuses, and the whole batch with it. The lock lets a revocation wait until this write is done, or this write
 * until the revocation is, so none lands after it.
 */
export function insertPost(db: Db, post: NewPostRow) {
  const author = sql`(
    SELECT ${apiKeys.accountId} FROM ${apiKeys}
    WHERE ${apiKeys.id} = ${post.keyId} AND ${apiKeys.revokedAt} IS NULL FOR SHARE)`;
  return db
    .insert(posts)
    .values({
      id: post.id,
      authorId: author,
      content: post.content,
      visibility: post.visibility,
      apiKeyId: post.keyId,
      createdAt: post.createdAt,
      updatedAt: post.createdAt,
    })
    .returning(postColumns);
}

/** Counts a creation against the account's daily quota; beyond it the CHECK `daily_usage_quota` refuses. */
export function countCreation(db: Db, accountId: string, day: string) {
  return db
    .insert(dailyUsage)
    .values({ accountId, day, creations: 1 })
    .onConflictDoUpdate({
      target: [dailyUsage.accountId, dailyUsage.day],
      set: { creations: sql`${dailyUsage.creations} + 1` },
    });
}

/** Adds one to an account's Jes and answers the author snippet as it is now. */
export function countPost(db: Db, accountId: string) {
  return db
    .update(accounts)
    .set({ totalPosts: sql`${accounts.totalPosts} + 1` })
    .where(eq(accounts.id, accountId))
    .returning(authorColumns);
}

/** A Jes that the viewer may see, or nothing. */
export function selectPost(db: Db, id: string, viewerId: string) {
  return db
    .select({ post: postColumns, author: authorColumns, label: apiKeys.label })
    .from(posts)
    .innerJoin(accounts, eq(accounts.id, posts.authorId))
    .leftJoin(apiKeys, eq(apiKeys.id, posts.apiKeyId))
    .where(and(eq(posts.id, id), visibleTo(db, viewerId)));
}
