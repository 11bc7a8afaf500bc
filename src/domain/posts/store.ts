import { and, eq, isNull, type Placeholder, sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson, unlessBroken } from '../../data/db.ts';
import { type DbFunction, dbFunction } from '../../data/db-function.ts';
import { pollOptions, polls } from '../../data/schema/polls.ts';
import { posts } from '../../data/schema/posts.ts';
import { template } from '../../data/template.ts';
import {
  accountsNamed,
  asBody,
  authorJson,
  type Entities,
  type EventView,
  mentionsJson,
  type PostAlias,
  textArray,
  type View,
  type Visibility,
  viaJson,
  visibleTo,
  withAuthor,
} from '../content/index.ts';
import type { Actor, Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { eventMediaJson, mediaJson } from '../media/index.ts';
import { insertEvent, type SubjectEvent } from '../outbox/index.ts';
import { hasVisibleText } from '../text.ts';
import type { Location } from './jes.ts';

/**
 * A Jes as one JSON: the answer to a read, and in the transaction of a write the answer to it. NULL where the viewer
 * sees no such Jes.
 */
const jesJson = dbFunction('jes_json_v1', { id: 'text', viewerId: 'text', webOrigin: 'text' }, 'text', (slot) => {
  const [viewerId, webOrigin] = [slot('viewerId'), slot('webOrigin')];
  const original = sql`(
    SELECT row_to_json(jes) FROM (
      SELECT ${storedColumns('original', webOrigin)}, NULL::json AS "bounceOf"
      FROM ${withAuthor('original')}
      WHERE original.id = post.bounce_of_id AND ${visibleTo(viewerId, 'original')}) jes)`;
  return sql`
    SELECT row_to_json(jes)::text FROM (
      SELECT ${storedColumns('post', webOrigin)}, ${original} AS "bounceOf"
      FROM ${withAuthor('post')}
      WHERE post.id = ${slot('id')} AND ${visibleTo(viewerId, 'post')}) jes`;
});

/** The columns of {@link jesJson}: files by their objects, counts, and what `toJes` needs to know beside them. */
function storedColumns(alias: PostAlias, webOrigin: Placeholder): Sql {
  const p = sql.raw(alias);
  const media = sql`
    ${mediaJson('post', sql`${p}.id`)} AS media,
    ${visibleTo(null, alias)} AS "isForEverybody",
    ${p}.bounce_of_id AS "bounceOfId"`;
  const counts = sql`(SELECT row_to_json(counts) FROM (
    SELECT ${p}.like_count AS likes, ${p}.comment_count AS comments, ${p}.bounce_count AS bounces,
      ${p}.save_count AS saves) counts) AS counts,`;
  return jesColumns(alias, webOrigin, media, counts);
}

/** A Jes as its event tells it, in one JSON: what a read answers without counts, and with addresses that last. */
const jesEvent = dbFunction(
  'jes_event_v1',
  { id: 'text', viewerId: 'text', webOrigin: 'text', apiOrigin: 'text' },
  'json',
  (slot) => {
    const columns = eventColumns('original', slot);
    const told = (more: Sql) =>
      sql`(SELECT row_to_json(told) FROM (SELECT ${columns}, NULL::json AS "bounceOf"${more}) told)`;
    const original = sql`(
      SELECT CASE WHEN original.bounce_of_id IS NULL THEN ${told(sql``)}
        ELSE ${told(sql`, original.bounce_of_id AS "bounceOfId"`)} END
      FROM ${withAuthor('original')}
      WHERE original.id = post.bounce_of_id AND ${visibleTo(slot('viewerId'), 'original')})`;
    return sql`
      SELECT row_to_json(jes) FROM (
        SELECT ${eventColumns('post', slot)}, ${original} AS "bounceOf"
        FROM ${withAuthor('post')} WHERE post.id = ${slot('id')}) jes`;
  },
);

function eventColumns(alias: PostAlias, slot: (name: 'webOrigin' | 'apiOrigin') => Placeholder): Sql {
  const id = sql`${sql.raw(alias)}.id`;
  const media = eventMediaJson('post', id, {
    isForEverybody: visibleTo(null, alias),
    webOrigin: slot('webOrigin'),
    readAt: sql`${slot('apiOrigin')} || '/api/posts/' || ${id}`,
  });
  return jesColumns(alias, slot('webOrigin'), sql`${media} AS media`);
}

/** The functions of Jes in the database. */
export const JES_FUNCTIONS: readonly DbFunction[] = [jesJson, jesEvent];

/**
 * @param media columns of its files
 * @param counts the column of its counts and a comma
 */
function jesColumns(alias: PostAlias, webOrigin: Placeholder, media: Sql, counts = sql``): Sql {
  const p = sql.raw(alias);
  return sql`
    ${p}.id, ${webOrigin} || '/post/' || ${p}.id AS url, ${p}.content, ${p}.visibility,
    ${authorJson(`${alias}_author`)} AS author,
    ${viaJson(sql`${p}.api_key_id`)} AS via,
    ${media},
    (${pollJson(sql`${p}.id`)}) AS poll,
    ${p}.location, ${p}.link_preview AS "linkPreview",
    array_to_json(${p}.hashtags) AS hashtags,
    ${mentionsJson(sql`${p}.mention_ids`)} AS mentions,
    (SELECT row_to_json(hub) FROM (SELECT id, name FROM jehubs WHERE id = ${p}.jehub_id) hub) AS "jeHub",
    ${counts}
    ${timeJson(sql`${p}.created_at`)} AS "createdAt",
    ${timeJson(sql`${p}.updated_at`)} AS "updatedAt",
    ${timeJson(sql`${p}.edited_at`)} AS "editedAt"`;
}

/** The poll of a Jes, or nothing. @param postId a column or an id */
export function pollJson(postId: Sql): Sql {
  return sql`
    SELECT row_to_json(poll) FROM (
      SELECT
        array_to_json(ARRAY(SELECT row_to_json(option) FROM (
          SELECT id, text, vote_count AS votes FROM poll_options WHERE post_id = polls.post_id ORDER BY position
        ) option)) AS options,
        multiple, ${timeJson(sql`ends_at`)} AS "endsAt",
        (SELECT coalesce(sum(vote_count), 0) FROM poll_options WHERE post_id = polls.post_id) AS "totalVotes"
      FROM polls WHERE post_id = ${postId}) poll`;
}

/** A Jes that the viewer sees, or NULL. */
export function selectJes(db: Db, id: string, { viewerId, webOrigin }: View) {
  return db.execute<{ body: string | null }>(asBody({}, { json: jesJson.call({ id, viewerId, webOrigin }) }));
}

/** A Jes after its author wrote it, or no row where it is not theirs. */
export function ownJes(id: string, { viewerId, webOrigin }: View): Sql {
  return ownJesSql({}, { id, viewerId, json: jesJson.call({ id, viewerId, webOrigin }) });
}

const ownJesSql = template<Record<string, never>, 'id' | 'viewerId' | 'json'>(
  (_, slot) => sql`SELECT ${slot('json')} FROM posts WHERE id = ${slot('id')} AND author_id = ${slot('viewerId')}`,
);

/** A new Jes with checked values. Names in `usernames` may exist or not; the statement looks the accounts up. */
export interface NewPostRow {
  readonly id: string;
  readonly actor: Writer;
  readonly content: string;
  readonly visibility: Visibility;
  readonly jehubId: string | null;
  readonly location: Location | null;
  readonly hashtags: string[];
  readonly usernames: string[];
  readonly linkPreviewUrl: string | null;
  readonly createdAt: Date;
}

/** Inserts a Jes. Rule: `jehub_member`, where the account is no member of the JeHub. */
export function insertPost(db: Db, post: NewPostRow) {
  const { actor } = post;
  const variant = { isInJehub: post.jehubId !== null };
  const values = {
    id: post.id,
    authorId: actingAccount(actor),
    accountId: actor.accountId,
    content: post.content,
    visibility: post.visibility,
    apiKeyId: actor.type === 'apiKey' ? actor.keyId : null,
    jehubId: post.jehubId,
    location: post.location && JSON.stringify(post.location),
    hashtags: textArray(post.hashtags),
    mentionIds: accountsNamed(post.usernames),
    linkPreviewUrl: post.linkPreviewUrl,
    createdAt: post.createdAt.toISOString(),
  };
  return db.execute(insertPostSql(variant, values));
}

const insertPostSql = template<
  { isInJehub: boolean },
  | 'id'
  | 'authorId'
  | 'accountId'
  | 'content'
  | 'visibility'
  | 'apiKeyId'
  | 'jehubId'
  | 'location'
  | 'hashtags'
  | 'mentionIds'
  | 'linkPreviewUrl'
  | 'createdAt'
>(({ isInJehub }, slot) => {
  const isMember = sql`EXISTS (
    SELECT FROM jehub_members WHERE jehub_id = ${slot('jehubId')} AND account_id = ${slot('accountId')})`;
  const authorId = unlessBroken(slot('authorId'), isInJehub ? { jehub_member: sql`NOT ${isMember}` } : {});
  const createdAt = sql`${slot('createdAt')}::timestamptz`;
  return sql`
    INSERT INTO posts (id, author_id, content, visibility, api_key_id, jehub_id, location, hashtags, mention_ids,
      link_preview_url, created_at, updated_at)
    VALUES (${slot('id')}, ${authorId}, ${slot('content')}, ${slot('visibility')}, ${slot('apiKeyId')}, ${slot('jehubId')},
      ${slot('location')}::json, ${slot('hashtags')}::text[], ${slot('mentionIds')}, ${slot('linkPreviewUrl')}, ${createdAt},
      ${createdAt})`;
});

const ONE_MORE_POST = sql`, total_posts = total_posts + 1`;

/** The event of a new Jes, and one more in the total of its author. */
export function insertPostEvent(db: Db, event: SubjectEvent, { viewerId, webOrigin, apiOrigin }: EventView) {
  const data = jesEvent.call({ id: event.subjectId, viewerId, webOrigin, apiOrigin });
  return insertEvent(db, { ...event, event: 'jes.created', data, alsoSet: ONE_MORE_POST });
}

/** Adds a poll to a Jes. */
export function insertPoll(
  db: Db,
  postId: string,
  poll: {
    readonly options: readonly { readonly id: string; readonly text: string }[];
    readonly multiple: boolean;
    readonly endsAt: Date;
  },
) {
  return [
    db.insert(polls).values({ postId, multiple: poll.multiple, endsAt: poll.endsAt }),
    db.insert(pollOptions).values(poll.options.map(({ id, text }, position) => ({ id, postId, position, text }))),
  ] as const;
}

/** The fields to change: an absent one stays, a null location is removed. */
export interface PostChange {
  readonly content?: string | undefined;
  /** Of the new content. */
  readonly entities?: Entities | undefined;
  readonly visibility?: Visibility | undefined;
  readonly location?: Location | null | undefined;
  readonly media?: readonly AltText[] | undefined;
}

/** A text for a file. */
export interface AltText {
  readonly id: string;
  /** Null takes it away. */
  readonly alt: string | null;
}

/**
 * Changes a Jes of the actor's. Rules, in this order: `content_required`, where nothing would be left to be seen;
 * `bounce_without_content`, where it is a plain bounce; `jehub_visibility`, since a Jes in a JeHub is for its members;
 * `files_of_post`, where a file is none of this Jes. {@link updateAlt} changes the texts of files.
 */
export function updatePost(db: Db, id: string, actor: Writer, change: PostChange, at: Date) {
  const { content, entities, visibility, location, media } = change;
  const hasMedia = sql`EXISTS (SELECT FROM media WHERE post_id = ${posts.id})`;
  const isPlainBounce = sql`${posts.bounceOfId} IS NOT NULL AND ${posts.content} = ''`;
  const isEmptied = content !== undefined && !hasVisibleText(content);
  const authorId = unlessBroken(actingAccount(actor), {
    // Without words there must be something else.
    ...(isEmptied && { content_required: sql`NOT ${hasMedia}` }),
    ...(content !== undefined && !isEmptied && { bounce_without_content: isPlainBounce }),
    ...(visibility !== undefined && visibility !== 'PUBLIC' && { jehub_visibility: sql`${posts.jehubId} IS NOT NULL` }),
    ...(media && { files_of_post: sql`NOT ${hasFiles(media)}` }),
  });
  return db
    .update(posts)
    .set({
      authorId,
      ...(content !== undefined && { content }),
      ...(entities && {
        hashtags: entities.hashtags,
        mentionIds: accountsNamed(entities.usernames),
        linkPreviewUrl: sql`CASE WHEN NOT ${hasMedia} THEN ${entities.url} END`,
        linkPreview: sql`CASE WHEN ${posts.linkPreviewUrl} = ${entities.url} THEN ${posts.linkPreview} END`,
      }),
      ...(visibility !== undefined && { visibility }),
      ...(location !== undefined && { location }),
      updatedAt: at,
      editedAt: at,
    })
    .where(and(eq(posts.id, id), eq(posts.authorId, actor.accountId), isNull(posts.deletedAt)));
}

/** Tells if a Jes has all of these files, each of which is named once. */
function hasFiles(files: readonly AltText[]): Sql {
  const named = sql.param(
    files.map(({ id }) => id),
    posts.mentionIds,
  );
  return sql`(${files.length} = (SELECT count(*) FROM media WHERE post_id = ${posts.id} AND id = ANY (${named}::text[])))`;
}

/** Changes texts of files of a Jes, where it is the actor's. */
export function updateAlt(db: Db, postId: string, { accountId }: Actor, texts: readonly AltText[]) {
  return db.execute(sql`
    UPDATE media SET alt = named.alt
    FROM jsonb_to_recordset(${JSON.stringify(texts)}::jsonb) AS named(id text, alt text), posts
    WHERE media.id = named.id AND media.post_id = ${postId}
      AND posts.id = ${postId} AND posts.author_id = ${accountId} AND posts.deleted_at IS NULL`);
}

/** The files of a Jes. */
export function selectFileIds(db: Db, postId: string) {
  return db.execute<{ id: string }>(sql`SELECT id FROM media WHERE post_id = ${postId}`);
}

/** What a Jes said, as it stands in kept answers and events once the Jes is deleted. */
const EMPTIED = sql.raw(
  `'${JSON.stringify({
    content: '',
    media: [],
    poll: null,
    location: null,
    linkPreview: null,
    hashtags: [],
    mentions: [],
    bounceOf: null,
  })}'::jsonb`,
);

/**
 * Parts of a statement that deletes Jes: they take the words of the deleted ones out of answers that are kept for
 * replays, out of events, and out of polls; of bounces in answers and events they take the bounced Jes. The statement
 * has a part `gone` with a column `id`.
 */
export function emptyDeleted(): Sql {
  return sql`
    emptied_answers AS (
      UPDATE idempotency_keys SET body = (body::jsonb || ${EMPTIED})::text FROM gone WHERE idempotency_keys.post_id = gone.id
    ), emptied_bounces AS (
      UPDATE idempotency_keys SET body = jsonb_set(body::jsonb, '{bounceOf}', 'null')::text
      FROM gone WHERE idempotency_keys.bounced_post_id = gone.id AND post_id NOT IN (SELECT id FROM gone)
    ), emptied_events AS (
      UPDATE outbox_events SET data = (data::jsonb || ${EMPTIED})::json FROM gone WHERE outbox_events.data ->> 'id' = gone.id
    ), emptied_bounce_events AS (
      UPDATE outbox_events SET data = jsonb_set(data::jsonb, '{bounceOf}', 'null')::json
      FROM gone WHERE outbox_events.data -> 'bounceOf' ->> 'id' = gone.id AND data ->> 'id' NOT IN (SELECT id FROM gone)
    ), emptied_polls AS (
      UPDATE poll_options SET text = '' FROM gone WHERE poll_options.post_id = gone.id
    )`;
}

/** A row where the viewer sees a Jes. */
export function selectJesVisible(db: Db, id: string, viewerId: string) {
  return db.execute(sql`SELECT 1 FROM ${withAuthor('post')} WHERE post.id = ${id} AND ${visibleTo(viewerId, 'post')}`);
}

/**
 * Deletes a Jes of the actor's: from this moment it is there for nobody. What it said is gone at once, its comments and
 * likes with the sweep, which may be many. The total of its author, and the bounces of what it bounced, are right
 * afterwards.
 */
export function markDeleted(db: Db, id: string, actor: Writer, at: Date) {
  return db.execute(sql`
    WITH gone AS (
      UPDATE posts SET author_id = ${actingAccount(actor)}, deleted_at = ${at.toISOString()}::timestamptz, content = '',
        hashtags = '{}', mention_ids = '{}', location = NULL, link_preview_url = NULL, link_preview = NULL
      WHERE id = ${id} AND author_id = ${actor.accountId} AND deleted_at IS NULL
      RETURNING id, author_id, bounce_of_id
    ), ${emptyDeleted()}, described AS (
      UPDATE media SET alt = NULL FROM gone WHERE media.post_id = ${id} AND media.alt IS NOT NULL
    ), original AS (
      UPDATE posts SET bounce_count = bounce_count - 1 FROM gone WHERE posts.id = gone.bounce_of_id
    )
    UPDATE accounts SET total_posts = total_posts - 1 FROM gone WHERE accounts.id = gone.author_id`);
}

/** An empty text where this very request has deleted the Jes. */
export function deletedAnswer(id: string, accountId: string, at: Date): Sql {
  return sql`
    SELECT '' FROM posts WHERE id = ${id} AND author_id = ${accountId} AND deleted_at = ${at.toISOString()}::timestamptz`;
}

/** The names of a Jes's objects. */
export function objectsOf(id: string): Sql {
  return sql`SELECT array_to_json(ARRAY(SELECT object FROM media WHERE post_id = ${id}))`;
}

/** Objects of deleted Jes, which the request that deleted them could not delete. */
export function selectDeletedObjects(db: Db, limit: number) {
  return db.execute<{ object: string }>(sql`
    SELECT object FROM posts JOIN media ON media.post_id = posts.id WHERE posts.deleted_at IS NOT NULL LIMIT ${limit}`);
}

/** A new bounce; the statement decides if its Jes may be bounced. */
export interface NewBounceRow {
  readonly id: string;
  readonly actor: Writer;
  /** The Jes that is bounced. */
  readonly postId: string;
  /** Empty = a plain bounce. */
  readonly content: string;
  readonly entities: Entities;
  readonly createdAt: Date;
}

/**
 * Inserts a bounce, of the original where a plain bounce is bounced. Rules, in this order: `bounced_visible`, where the
 * account sees no such Jes; `bounced_public`, where it is not for everybody; `posts_bounced_once`, an index, where it
 * is a second plain one.
 */
export function insertBounce(db: Db, bounce: NewBounceRow) {
  const { actor, entities, createdAt } = bounce;
  const at = sql`${createdAt.toISOString()}::timestamptz`;
  const authorId = unlessBroken(actingAccount(actor), {
    bounced_visible: sql`NOT EXISTS (SELECT FROM target)`,
    bounced_public: sql`(SELECT is_public FROM target) IS NOT TRUE`,
  });
  return db.execute(sql`
    WITH named AS (
      SELECT CASE WHEN bounced.content = '' AND bounced.bounce_of_id IS NOT NULL THEN bounced.bounce_of_id
        ELSE bounced.id END AS id
      FROM ${withAuthor('bounced')}
      WHERE bounced.id = ${bounce.postId} AND ${visibleTo(actor.accountId, 'bounced')}
    ), target AS (
      SELECT original.id, ${visibleTo(null, 'original')} AS is_public
      FROM named, ${withAuthor('original')}
      WHERE original.id = named.id AND ${visibleTo(actor.accountId, 'original')}
    )
    INSERT INTO posts (id, author_id, content, visibility, api_key_id, bounce_of_id, hashtags, mention_ids,
      link_preview_url, created_at, updated_at)
    VALUES (${bounce.id}, ${authorId}, ${bounce.content}, 'PUBLIC', ${actor.type === 'apiKey' ? actor.keyId : null},
      (SELECT id FROM target), ${textArray(entities.hashtags)}::text[], ${accountsNamed(entities.usernames)}, ${entities.url},
      ${at}, ${at})`);
}

/** Adds one to the bounces of what a bounce bounces. */
export function countBounce(db: Db, bounceId: string) {
  return db.execute(sql`
    UPDATE posts SET bounce_count = bounce_count + 1 WHERE id = (SELECT bounce_of_id FROM posts WHERE id = ${bounceId})`);
}

/** What may be many in a deleted Jes, a batch of each; the Jes itself once they, and its files, are gone. */
export function deleteRemains(db: Db, limit: number) {
  const parts = ['comments', 'likes', 'saves', 'poll_votes'].map((name) => sql.raw(name));
  const remove = (part: Sql) =>
    db.execute(sql`
      DELETE FROM ${part} WHERE ctid = ANY (ARRAY(
        SELECT part.ctid FROM posts JOIN ${part} part ON part.post_id = posts.id
        WHERE posts.deleted_at IS NOT NULL LIMIT ${limit}))`);
  const isBare = [...parts, sql.raw('media')].map(
    (part) => sql`NOT EXISTS (SELECT FROM ${part} part WHERE part.post_id = posts.id)`,
  );
  return [
    ...parts.map(remove),
    db.execute(sql`
      DELETE FROM posts WHERE id = ANY (ARRAY(
        SELECT id FROM posts WHERE deleted_at IS NOT NULL AND ${sql.join(isBare, sql` AND `)} LIMIT ${limit}))`),
  ];
}
