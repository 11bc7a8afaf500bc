import { sql } from 'drizzle-orm';
import type { Sql } from '../../data/db.ts';

/** The aliases under which a statement has a Jes; its author is `{alias}_author`. Ours alone, never a caller's. */
export type PostAlias = 'post' | 'original' | 'bounced';

/**
 * Who sees a Jes (contract section 8), as a condition on a row of `posts` and its author in `accounts`: the one place
 * where this is said. One's own always; in a JeHub what is there for members; of others PUBLIC from a public account,
 * and PUBLIC and FOLLOWERS from whom one follows. What is deleted nobody sees.
 *
 * @param viewerId null = somebody who is not signed in: PUBLIC of public accounts, and no JeHub
 */
export function visibleTo(viewerId: string | null, alias: PostAlias): Sql {
  const post = sql.raw(alias);
  const author = sql.raw(`${alias}_author`);
  const isForEverybody = sql`${post}.visibility = 'PUBLIC' AND NOT ${author}.is_private`;
  if (viewerId === null) {
    return sql`(${post}.deleted_at IS NULL AND ${post}.jehub_id IS NULL AND ${isForEverybody})`;
  }
  return sql`(${post}.deleted_at IS NULL AND (
    ${post}.author_id = ${viewerId}
    OR CASE WHEN ${post}.jehub_id IS NOT NULL
      THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = ${post}.jehub_id AND account_id = ${viewerId})
      ELSE (${isForEverybody}) OR (${post}.visibility <> 'PRIVATE' AND EXISTS (
        SELECT FROM follows WHERE follower_id = ${viewerId} AND followee_id = ${post}.author_id))
    END))`;
}

/** A Jes and its author, to be joined to anything that must be visible: `posts … JOIN accounts …`. */
export function postWithAuthor(alias: PostAlias): Sql {
  const post = sql.raw(alias);
  const author = sql.raw(`${alias}_author`);
  return sql`posts ${post} JOIN accounts ${author} ON ${author}.id = ${post}.author_id`;
}
