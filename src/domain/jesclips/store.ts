import { and, eq, type Placeholder, sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { type DbFunction, dbFunction } from '../../data/db-function.ts';
import { jesclips } from '../../data/schema/jesclips.ts';
import {
  accountsNamed,
  asBody,
  authorJson,
  type Entities,
  type EventView,
  mentionsJson,
  type View,
  type Visibility,
  viaJson,
  visibleTo,
  withAuthor,
} from '../content/index.ts';
import type { Writer } from '../context.ts';
import { actingAccount } from '../idempotency/index.ts';
import { eventMediaJson, mediaJson } from '../media/index.ts';
import { insertEvent, type SubjectEvent } from '../outbox/index.ts';

/**
 * A JesClip as one JSON: the answer to a read, and in the transaction of a write the answer to it. NULL where the
 * viewer sees no such JesClip.
 */
const jesClipJson = dbFunction(
  'jesclip_json_v1',
  { id: 'text', viewerId: 'text', webOrigin: 'text' },
  'text',
  (slot) => {
    const video = sql`
    ${mediaJson('jesclip', sql`jesclip.id`)} AS video,
    ${visibleTo(null, 'jesclip')} AS "isForEverybody"`;
    const counts = sql`(SELECT row_to_json(counts) FROM (SELECT jesclip.comment_count AS comments) counts) AS counts,`;
    return sql`
    SELECT row_to_json(shown)::text FROM (
      SELECT ${clipColumns(slot('webOrigin'), video, counts)} FROM ${withAuthor('jesclip')}
      WHERE jesclip.id = ${slot('id')} AND ${visibleTo(slot('viewerId'), 'jesclip')}) shown`;
  },
);

/** A JesClip as its event tells it: without counts, and with an address that lasts. */
const jesClipEvent = dbFunction(
  'jesclip_event_v1',
  { id: 'text', webOrigin: 'text', apiOrigin: 'text' },
  'json',
  (slot) => {
    const files = eventMediaJson('jesclip', sql`jesclip.id`, {
      isForEverybody: visibleTo(null, 'jesclip'),
      webOrigin: slot('webOrigin'),
      readAt: sql`${slot('apiOrigin')} || '/api/jesclips/' || jesclip.id`,
    });
    return sql`
      SELECT row_to_json(shown) FROM (
        SELECT ${clipColumns(slot('webOrigin'), sql`(${files})->0 AS video`)} FROM ${withAuthor('jesclip')}
        WHERE jesclip.id = ${slot('id')}) shown`;
  },
);

/** The functions of JesClips in the database. */
export const JESCLIP_FUNCTIONS: readonly DbFunction[] = [jesClipJson, jesClipEvent];

/**
 * @param video columns of its file
 * @param counts the column of its counts and a comma
 */
function clipColumns(webOrigin: Placeholder, video: Sql, counts = sql``): Sql {
  return sql`
    jesclip.id, ${webOrigin} || '/jesclip/' || jesclip.id AS url, jesclip.caption,
    ${video},
    ${authorJson('jesclip_author')} AS author,
    ${viaJson(sql`jesclip.api_key_id`)} AS via,
    jesclip.visibility,
    array_to_json(jesclip.hashtags) AS hashtags,
    ${mentionsJson(sql`jesclip.mention_ids`)} AS mentions,
    ${counts}
    ${timeJson(sql`jesclip.created_at`)} AS "createdAt",
    ${timeJson(sql`jesclip.updated_at`)} AS "updatedAt",
    ${timeJson(sql`jesclip.edited_at`)} AS "editedAt"`;
}

/** A JesClip that the viewer sees, or NULL. */
export function selectJesClip(db: Db, id: string, { viewerId, webOrigin }: View) {
  return db.execute<{ body: string | null }>(asBody({}, { json: jesClipJson.call({ id, viewerId, webOrigin }) }));
}

/** A JesClip after its author wrote it, or no row for another's. */
export function ownJesClip(id: string, { viewerId, webOrigin }: View): Sql {
  const json = jesClipJson.call({ id, viewerId, webOrigin });
  return sql`SELECT ${json} FROM jesclips WHERE id = ${id} AND author_id = ${viewerId}`;
}

export interface NewJesClipRow {
  readonly id: string;
  readonly actor: Writer;
  readonly caption: string;
  readonly visibility: Visibility;
  /** Found in the caption. */
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

/** The event of a new JesClip; it carries no counts. */
export function insertJesClipEvent(db: Db, event: SubjectEvent, { webOrigin, apiOrigin }: EventView) {
  const data = jesClipEvent.call({ id: event.subjectId, webOrigin, apiOrigin });
  return insertEvent(db, { ...event, event: 'jesclip.created', data });
}

export interface JesClipChange {
  readonly caption?: string | undefined;
  /** Found in the new caption. */
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
