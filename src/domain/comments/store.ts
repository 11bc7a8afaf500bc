import { sql } from 'drizzle-orm';
import type { Db, Sql } from '../../data/db.ts';
import { comments } from '../../data/schema/comments.ts';
import type { Actor } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { insertEvent } from '../outbox/index.ts';
import { authorJson, postWithAuthor, timeJson, viaJson, visibleTo } from '../posts/index.ts';

/** The fields of a comment in their order, of `comments comment JOIN accounts comment_author`. */
const commentColumns = (): Sql => sql`
  comment.id, comment.post_id AS "postId", comment.parent_id AS "parentId", comment.content,
  ${authorJson('comment_author')} AS author,
  ${viaJson(sql`comment.api_key_id`)} AS via,
  ${timeJson(sql`comment.created_at`)} AS "createdAt"`;

const commentsWithAuthor = (): Sql =>
  sql`comments comment JOIN accounts comment_author ON comment_author.id = comment.author_id`;

export interface NewCommentRow {
  readonly id: string;
  readonly postId: string;
  readonly actor: Actor;
  readonly content: string;
  readonly parentId: string | null;
  readonly createdAt: Date;
}

/**
 * Inserts a comment. What its rules refuse comes out NULL in a column that refuses it: `author_id` where the actor may
 * not write any more, `post_id` where the account sees no such Jes, `content` where the Jes has no such comment to reply
 * to. A reply to a reply joins the thread of the comment above.
 */
export function insertComment(db: Db, comment: NewCommentRow) {
  const { actor, postId, parentId, content } = comment;
  const visiblePost = sql`(
    SELECT post.id FROM ${postWithAuthor('post')} WHERE post.id = ${postId} AND ${visibleTo(actor.accountId, 'post')})`;
  const parent = sql`FROM comments parent WHERE parent.id = ${parentId} AND parent.post_id = ${postId}`;
  return db.insert(comments).values({
    id: comment.id,
    authorId: actingAccount(actor),
    postId: visiblePost,
    content: parentId === null ? content : sql`(SELECT ${content} ${parent})`,
    parentId: parentId === null ? null : sql`(SELECT coalesce(parent.parent_id, parent.id) ${parent})`,
    apiKeyId: actor.type === 'apiKey' ? actor.keyId : null,
    createdAt: comment.createdAt,
  });
}

/** Adds one to the comments of a Jes. */
export function countComment(db: Db, postId: string) {
  return db.execute(sql`UPDATE posts SET comment_count = comment_count + 1 WHERE id = ${postId}`);
}

/** A comment as one JSON. */
export function commentJson(id: string): Sql {
  return sql`
    SELECT row_to_json(shown)::text FROM (
      SELECT ${commentColumns()} FROM ${commentsWithAuthor()} WHERE comment.id = ${id}) shown`;
}

/** The event of a new comment. */
export function insertCreatedEvent(db: Db, id: string, accountId: string, at: Date) {
  return insertEvent(db, { event: 'comment.created', accountId, data: commentJson(id), at });
}

/**
 * So many comments of a Jes as one JSON, the oldest first; no row where the viewer sees no such Jes.
 *
 * @param after id of the last comment of the page before; empty = from the first
 */
export function selectComments(
  db: Db,
  page: { readonly postId: string; readonly viewerId: string | null; readonly after: string; readonly limit: number },
) {
  return db.execute<{ body: string }>(sql`
    SELECT array_to_json(ARRAY(
      SELECT row_to_json(shown) FROM (
        SELECT ${commentColumns()} FROM ${commentsWithAuthor()}
        WHERE comment.post_id = ${page.postId} AND comment.id > ${page.after}
        ORDER BY comment.id LIMIT ${page.limit}) shown))::text AS body
    FROM ${postWithAuthor('post')} WHERE post.id = ${page.postId} AND ${visibleTo(page.viewerId, 'post')}`);
}
