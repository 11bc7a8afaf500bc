import { and, eq, sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { jesclips } from '../../data/schema/jesclips.ts';
import type { Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { eventMediaJson, mediaJson } from '../media/index.ts';
import { insertEvent, type SubjectEvent } from '../outbox/index.ts';
import {
  accountsNamed,
  authorJson,
  type Entities,
  type EventView,
  mentionsJson,
  type View,
  type Visibility,
  viaJson,
  visibleTo,
  withAuthor,
} from '../posts/index.ts';

/**
 * A JesClip as one JSON, made by Postgres: the answer to a read, and the answer to a write in the transaction of that
 * write.
 *
 * @param condition which one; of its own it must be visible to the viewer
 */
function jesClipJson(view: View, condition: Sql): Sql {
  const video = sql`
    ${mediaJson('jesclip', sql`jesclip.id`)} AS video,
    ${visibleTo(null, 'jesclip')} AS "isForEverybody"`;
  return sql`SELECT shown::text FROM (${clipJson(view, condition, video)}) AS found(shown)`;
}

/** A JesClip as its event tells it: without counts, and with an address that lasts. */
function eventClipJson(view: EventView, id: string): Sql {
  const files = eventMediaJson('jesclip', sql`jesclip.id`, {
    isForEverybody: visibleTo(null, 'jesclip'),
    webOrigin: view.webOrigin,
    readAt: sql`${`${view.apiOrigin}/api/jesclips/`}::text || jesclip.id`,
  });
  return clipJson({ ...view, withCounts: false }, sql`jesclip.id = ${id}`, sql`(${files})->0 AS video`);
}

/** @param video columns of its file */
function clipJson({ viewerId, webOrigin, withCounts }: View, condition: Sql, video: Sql): Sql {
  const counts = sql`(SELECT row_to_json(counts) FROM (SELECT jesclip.comment_count AS comments) counts) AS counts,`;
  return sql`
    SELECT row_to_json(shown) FROM (
      SELECT
        jesclip.id, ${`${webOrigin}/jesclip/`}::text || jesclip.id AS url, jesclip.caption,
        ${video},
        ${authorJson('jesclip_author')} AS author,
        ${viaJson(sql`jesclip.api_key_id`)} AS via,
        jesclip.visibility,
        array_to_json(jesclip.hashtags) AS hashtags,
        ${mentionsJson(sql`jesclip.mention_ids`)} AS mentions,
        ${withCounts ? counts : sql``}
        ${timeJson(sql`jesclip.created_at`)} AS "createdAt",
        ${timeJson(sql`jesclip.updated_at`)} AS "updatedAt",
        ${timeJson(sql`jesclip.edited_at`)} AS "editedAt"
      FROM ${withAuthor('jesclip')}
      WHERE ${condition} AND ${visibleTo(viewerId, 'jesclip')}) shown`;
}

/** A JesClip that the viewer may see, or no row. */
export function selectJesClip(db: Db, id: string, view: View) {
  const json = jesClipJson(view, sql`jesclip.id = ${id}`);
  return db.execute<{ body: string }>(sql`SELECT body FROM (${json}) AS found(body)`);
}

/** A JesClip after its author wrote it, or NULL where it is not theirs. */
export function ownJesClip(id: string, accountId: string, view: View): Sql {
  return jesClipJson(view, sql`jesclip.id = ${id} AND jesclip.author_id = ${accountId}`);
}

export interface NewJesClipRow {
  readonly id: string;
  readonly actor: Writer;
  readonly caption: string;
  readonly visibility: Visibility;
  /** Of the caption. */
  readonly entities: Entities;
  readonly createdAt: Date;
}

/** Inserts a JesClip. */
export function insertJesClip(db: Db, clip: NewJesClipRow) {
  const { actor, entities, createdAt } = clip;
  return db.insert(jesclips).values({
    id: clip.id,
    authorId: actingAccount(actor),
    caption: clip.caption,
    visibility: clip.visibility,
    apiKeyId: actor.type === 'apiKey' ? actor.keyId : null,
    hashtags: entities.hashtags,
    mentionIds: accountsNamed(entities.usernames),
    createdAt,
    updatedAt: createdAt,
  });
}

/** The event of a new JesClip; no webhook learns its counts. */
export function insertJesClipEvent(db: Db, event: SubjectEvent, view: EventView) {
  return insertEvent(db, { ...event, event: 'jesclip.created', data: eventClipJson(view, event.subjectId) });
}

export interface JesClipChange {
  readonly caption?: string | undefined;
  /** Of the new caption. */
  readonly entities?: Entities | undefined;
  readonly visibility?: Visibility | undefined;
}

/** Changes a JesClip of the actor's. */
export function updateJesClip(db: Db, id: string, actor: Writer, change: JesClipChange, at: Date) {
  const { caption, entities, visibility } = change;
  return db
    .update(jesclips)
    .set({
      authorId: actingAccount(actor),
      ...(caption !== undefined && { caption }),
      ...(entities && { hashtags: entities.hashtags, mentionIds: accountsNamed(entities.usernames) }),
      ...(visibility !== undefined && { visibility }),
      updatedAt: at,
      editedAt: at,
    })
    .where(and(eq(jesclips.id, id), eq(jesclips.authorId, actor.accountId)));
}
