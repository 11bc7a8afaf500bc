import { sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson, unlessBroken } from '../../data/db.ts';
import { type DbFunction, dbFunction } from '../../data/db-function.ts';
import { type Slot, template } from '../../data/template.ts';
import { asBody, authorJson, viaJson, visibleTo, withAuthor } from '../content/index.ts';
import type { Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { insertEvent, type SubjectEvent } from '../outbox/index.ts';
import type { Subject } from './comment.ts';

/** The tables of comments on a Jes and on a JesClip, and the field for the id of the Jes or JesClip in an answer. */
const PLACES = {
  post: {
    comments: sql.raw('comments'),
    subjects: sql.raw('posts'),
    id: sql.raw('post_id'),
    field: sql.raw('"postId"'),
  },
  jesclip: {
    comments: sql.raw('jesclip_comments'),
    subjects: sql.raw('jesclips'),
    id: sql.raw('jesclip_id'),
    field: sql.raw('"jesClipId"'),
  },
};

type Kind = Subject['kind'];

/** The fields of a comment in their order, of {@link commentsWithAuthor}. */
const commentColumns = (kind: Kind): Sql => sql`
  comment.id, comment.${PLACES[kind].id} AS ${PLACES[kind].field}, comment.parent_id AS "parentId", comment.content,
  ${authorJson('comment_author')} AS author,
  ${viaJson(sql`comment.api_key_id`)} AS via,
  ${timeJson(sql`comment.created_at`)} AS "createdAt"`;

const commentsWithAuthor = (kind: Kind): Sql =>
  sql`${PLACES[kind].comments} comment JOIN accounts comment_author ON comment_author.id = comment.author_id`;

/** The subject of comments, if the viewer may see it: `… FROM …`. */
const fromVisible = ({ kind, id }: { kind: Kind; id: Slot<string> }, viewerId: Slot<string> | null): Sql =>
  sql`FROM ${withAuthor(kind)} WHERE ${sql.raw(kind)}.id = ${id} AND ${visibleTo(viewerId, kind)}`;

/** A new comment. `parentId` may name a reply; the statement then takes the comment above it. */
export interface NewCommentRow {
  readonly id: string;
  readonly subject: Subject;
  readonly actor: Writer;
  readonly content: string;
  readonly parentId: string | null;
  readonly createdAt: Date;
}

/**
 * Inserts a comment. Rules, in this order: `subject_visible`, where the account sees no such thing;
 * `parent_of_subject`, where that has no such comment to reply to. A reply to a reply joins the thread of the comment
 * above.
 */
export function insertComment(db: Db, comment: NewCommentRow) {
  const { actor, subject, parentId, content } = comment;
  const values = {
    id: comment.id,
    authorId: actingAccount(actor),
    accountId: actor.accountId,
    subjectId: subject.id,
    content,
    parentId,
    apiKeyId: actor.type === 'apiKey' ? actor.keyId : null,
    createdAt: comment.createdAt.toISOString(),
  };
  return db.execute(insertCommentSql({ kind: subject.kind, isReply: parentId !== null }, values));
}

const insertCommentSql = template<
  { kind: Kind; isReply: boolean },
  'id' | 'authorId' | 'accountId' | 'subjectId' | 'content' | 'parentId' | 'apiKeyId' | 'createdAt'
>(({ kind, isReply }, slot) => {
  const { comments, id } = PLACES[kind];
  const visible = fromVisible({ kind, id: slot('subjectId') }, slot('accountId'));
  const parent = sql`FROM ${comments} parent WHERE parent.id = ${slot('parentId')} AND parent.${id} = ${slot('subjectId')}`;
  const authorId = unlessBroken(slot('authorId'), {
    subject_visible: sql`NOT EXISTS (SELECT ${visible})`,
    ...(isReply && { parent_of_subject: sql`NOT EXISTS (SELECT ${parent})` }),
  });
  return sql`
    INSERT INTO ${comments} (id, author_id, ${id}, content, parent_id, api_key_id, created_at)
    VALUES (${slot('id')}, ${authorId}, ${slot('subjectId')}, ${slot('content')},
      ${isReply ? sql`(SELECT coalesce(parent.parent_id, parent.id) ${parent})` : sql`NULL`}, ${slot('apiKeyId')},
      ${slot('createdAt')}::timestamptz)`;
});

/** Adds one to the number of comments of a Jes or JesClip. */
export function countComment(db: Db, { kind, id }: Subject) {
  return db.execute(countCommentSql({ kind }, { id }));
}

const countCommentSql = template<{ kind: Kind }, 'id'>(
  ({ kind }, slot) =>
    sql`UPDATE ${PLACES[kind].subjects} SET comment_count = comment_count + 1 WHERE id = ${slot('id')}`,
);

/** A comment as one JSON. */
export function commentJson(kind: Kind, id: string): Sql {
  return commentJsonSql({ kind }, { id });
}

const commentJsonSql = template<{ kind: Kind }, 'id'>(
  ({ kind }, slot) => sql`
    SELECT row_to_json(shown)::text FROM (
      SELECT ${commentColumns(kind)} FROM ${commentsWithAuthor(kind)} WHERE comment.id = ${slot('id')}) shown`,
);

/** The event of a new comment. */
export function insertCommentEvent(db: Db, event: SubjectEvent, kind: Kind) {
  return insertEvent(db, { ...event, event: 'comment.created', data: commentJson(kind, event.subjectId) });
}

/** A page of comments of each kind as one JSON; NULL if the viewer sees no such Jes or JesClip. */
const COMMENTS = {
  post: commentsFunction('jes_comments_v1', 'post'),
  jesclip: commentsFunction('jesclip_comments_v1', 'jesclip'),
};

function commentsFunction(name: `${string}_v1`, kind: Kind) {
  const parameters = { id: 'text', viewerId: 'text', after: 'text', limit: 'integer' } as const;
  return dbFunction(name, parameters, 'text', (slot) => {
    const subject = { kind, id: slot('id') };
    return sql`
      SELECT array_to_json(ARRAY(
        SELECT row_to_json(shown) FROM (
          SELECT ${commentColumns(kind)} FROM ${commentsWithAuthor(kind)}
          WHERE comment.${PLACES[kind].id} = ${subject.id} AND comment.id > ${slot('after')}
          ORDER BY comment.id LIMIT ${slot('limit')}) shown))::text
      ${fromVisible(subject, slot('viewerId'))}`;
  });
}

/** The functions of comments in the database. */
export const COMMENT_FUNCTIONS: readonly DbFunction[] = Object.values(COMMENTS);

/**
 * A page of comments on a Jes or JesClip as one JSON, the oldest first; NULL if the viewer may not see it.
 *
 * @param after id of the last comment of the page before; empty = from the first
 */
export function selectComments(
  db: Db,
  page: {
    readonly subject: Subject;
    readonly viewerId: string | null;
    readonly after: string;
    readonly limit: number;
  },
) {
  const { subject, viewerId, after, limit } = page;
  const json = COMMENTS[subject.kind].call({ id: subject.id, viewerId, after, limit });
  return db.execute<{ body: string | null }>(asBody({}, { json }));
}
