import { sql } from 'drizzle-orm';
import type { Sql } from '../../data/db.ts';
import type { Slot } from '../../data/template.ts';

/**
 * The aliases under which a statement has a Jes, or a JesClip; its author is `{alias}_author`. Ours alone, never a
 * caller's.
 */
export type PostAlias = 'post' | 'original' | 'bounced';

/** The same with the alias of a JesClip, which no JeHub holds. */
export type Alias = PostAlias | 'jesclip';

/**
 * Who sees a Jes or a JesClip (contract section 8), as a condition on its row and its author in `accounts`: the one
 * place where this is said. One's own always; in a JeHub what is there for members; of others PUBLIC from a public
 * account, and PUBLIC and FOLLOWERS from whom one follows. What is deleted nobody sees.
 *
 * @param viewerId null = somebody who is not signed in: PUBLIC of public accounts, and no JeHub
 */
export function visibleTo(viewerId: Slot<string> | null, alias: Alias): Sql {
  const row = sql.raw(alias);
  const author = sql.raw(`${alias}_author`);
  const isForEverybody = sql`${row}.visibility = 'PUBLIC' AND NOT ${author}.is_private`;
  const isOwn = sql`${row}.author_id = ${viewerId}`;
  const isForViewer = sql`(${isForEverybody}) OR (${row}.visibility <> 'PRIVATE' AND EXISTS (
    SELECT FROM follows WHERE follower_id = ${viewerId} AND followee_id = ${row}.author_id))`;
  // There are no JeHubs for JesClips, and nobody deletes one.
  if (alias === 'jesclip') return viewerId === null ? sql`(${isForEverybody})` : sql`(${isOwn} OR ${isForViewer})`;
  if (viewerId === null) {
    return sql`(${row}.deleted_at IS NULL AND ${row}.jehub_id IS NULL AND ${isForEverybody})`;
  }
  return sql`(${row}.deleted_at IS NULL AND (
    ${isOwn}
    OR CASE WHEN ${row}.jehub_id IS NOT NULL
      THEN EXISTS (SELECT FROM jehub_members WHERE jehub_id = ${row}.jehub_id AND account_id = ${viewerId})
      ELSE ${isForViewer}
    END))`;
}

/** A Jes or a JesClip and its author, to be joined to anything that must be visible: `posts … JOIN accounts …`. */
export function withAuthor(alias: Alias): Sql {
  const row = sql.raw(alias);
  const author = sql.raw(`${alias}_author`);
  const table = sql.raw(alias === 'jesclip' ? 'jesclips' : 'posts');
  return sql`${table} ${row} JOIN accounts ${author} ON ${author}.id = ${row}.author_id`;
}
