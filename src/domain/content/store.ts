import { sql } from 'drizzle-orm';
import type { Db, Sql } from '../../data/db.ts';
import { posts } from '../../data/schema/posts.ts';
import { template } from '../../data/template.ts';
import { visibleTo, withAuthor } from './visibility.ts';

/** The author snippet. @param author alias of `accounts` */
export function authorJson(author: string): Sql {
  const a = sql.raw(author);
  return sql`(SELECT row_to_json(snippet) FROM (
    SELECT ${a}.id, ${a}.username, ${a}.display_name AS "displayName", ${a}.avatar, ${a}.verified) snippet)`;
}

/** "via {label}", or null for what a person posted. @param keyId a column */
export function viaJson(keyId: Sql): Sql {
  return sql`(SELECT row_to_json(chip) FROM (SELECT label FROM api_keys WHERE id = ${keyId}) chip)`;
}

/** The accounts named, but for deleted ones. OFFSET keeps the planner at one look-up for each. @param ids a column */
export function mentionsJson(ids: Sql): Sql {
  return sql`array_to_json(ARRAY(
    SELECT row_to_json(mention) FROM unnest(${ids}) WITH ORDINALITY AS named(id, n)
    JOIN LATERAL (
      SELECT accounts.id, username FROM accounts WHERE accounts.id = named.id AND accounts.deleted_at IS NULL OFFSET 0
    ) mention ON true
    ORDER BY n))`;
}

/** A query of one value, by the name `body`. */
export const asBody = template<Record<string, never>, 'json'>((_, slot) => sql`SELECT ${slot('json')} AS body`);

/** A list of words as Postgres reads a `text[]`. */
export function textArray(words: string[]): string {
  return String(posts.hashtags.mapToDriverValue(words));
}

const NO_ACCOUNTS = sql`'{}'::text[]`;

const accountsNamedSql = template<Record<string, never>, 'usernames'>(
  (_, slot) => sql`ARRAY(
    SELECT accounts.id FROM unnest(${slot('usernames')}::text[]) WITH ORDINALITY AS named(username, n)
    JOIN accounts ON accounts.username = named.username ORDER BY n)`,
);

/** Ids of the accounts that have these usernames, in their order; nobody has some of them. */
export function accountsNamed(usernames: string[]): Sql {
  return usernames.length === 0 ? NO_ACCOUNTS : accountsNamedSql({}, { usernames: textArray(usernames) });
}

/** Whose a Jes or JesClip is that the viewer sees, or no row. */
export function selectAuthorId(db: Db, what: 'post' | 'jesclip', id: string, viewerId: string) {
  const row = sql.raw(what);
  return db.execute<{ author_id: string }>(sql`
    SELECT ${row}.author_id FROM ${withAuthor(what)} WHERE ${row}.id = ${id} AND ${visibleTo(viewerId, what)}`);
}

/** A row if an object belongs to a public Jes or JesClip. */
export function selectForEverybody(db: Db, object: string) {
  return db.execute(sql`
    SELECT FROM media WHERE object = ${object} AND (
      EXISTS (SELECT FROM ${withAuthor('post')} WHERE post.id = media.post_id AND ${visibleTo(null, 'post')})
      OR EXISTS (SELECT FROM ${withAuthor('jesclip')} WHERE jesclip.id = media.jesclip_id AND ${visibleTo(null, 'jesclip')}))`);
}
