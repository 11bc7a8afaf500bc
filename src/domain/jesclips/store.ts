import { and, eq, sql } from 'drizzle-orm';
import { type Db, type Sql, timeJson } from '../../data/db.ts';
import { jesclips } from '../../data/schema/jesclips.ts';
import { template } from '../../data/template.ts';
import {
  accountsNamed,
  asBody,
  authorJson,
  type Entities,
  type EventView,
  mentionsJson,
  type View,
  type ViewSlots,
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
 * A JesClip as one JSON, made by Postgres: the answer to a read, and, of the author alone, the answer to a write in the
 * transaction of that write.
 */
const jesClipJson = template<
  { isSignedIn: boolean; withCounts: boolean; isOwn: boolean },
  'id' | 'viewerId' | 'webOrigin' | 'authorId'
>(({ isSignedIn, withCounts, isOwn }, slot) => {
  const view = { viewerId: isSignedIn ? slot('viewerId') : null, webOrigin: slot('webOrigin'), withCounts };
  const condition = isOwn
    ? sql`jesclip.id = ${slot('id')} AND jesclip.author_id = ${slot('authorId')}`
    : sql`jesclip.id = ${slot('id')}`;
  const video = sql`
    ${mediaJson('jesclip', sql`jesclip.id`)} AS video,
    ${visibleTo(null, 'jesclip')} AS "isForEverybody"`;
  return sql`SELECT shown::text FROM (${clipJson(view, condition, video)}) AS found(shown)`;
});

/** A JesClip as its event tells it: without counts, and with an address that lasts. */
const eventClipJson = template<{ isSignedIn: boolean }, 'id' | 'viewerId' | 'webOrigin' | 'apiOrigin'>(
  ({ isSignedIn }, slot) => {
    const view = { viewerId: isSignedIn ? slot('viewerId') : null, webOrigin: slot('webOrigin'), withCounts: false };
    const files = eventMediaJson('jesclip', sql`jesclip.id`, {
      isForEverybody: visibleTo(null, 'jesclip'),
      webOrigin: view.webOrigin,
      readAt: sql`${slot('apiOrigin')}::text || '/api/jesclips/' || jesclip.id`,
    });
    return clipJson(view, sql`jesclip.id = ${slot('id')}`, sql`(${files})->0 AS video`);
  },
);

/** @param video columns of its file */
function clipJson({ viewerId, webOrigin, withCounts }: ViewSlots, condition: Sql, video: Sql): Sql {
  const counts = sql`(SELECT row_to_json(counts) FROM (SELECT jesclip.comment_count AS comments) counts) AS counts,`;
  return sql`
    SELECT row_to_json(shown) FROM (
      SELECT
        jesclip.id, ${webOrigin}::text || '/jesclip/' || jesclip.id AS url, jesclip.caption,
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
export function selectJesClip(db: Db, id: string, { viewerId, webOrigin, withCounts }: View) {
  const variant = { isSignedIn: viewerId !== null, withCounts, isOwn: false };
  const json = jesClipJson(variant, { id, viewerId, webOrigin, authorId: null });
  return db.execute<{ body: string }>(asBody({}, { json }));
}

/** A JesClip after its author wrote it, or NULL for another's. */
export function ownJesClip(id: string, accountId: string, { viewerId, webOrigin, withCounts }: View): Sql {
  const variant = { isSignedIn: viewerId !== null, withCounts, isOwn: true };
  return jesClipJson(variant, { id, viewerId, webOrigin, authorId: accountId });
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
export function insertJesClipEvent(db: Db, event: SubjectEvent, { viewerId, webOrigin, apiOrigin }: EventView) {
  const data = eventClipJson(
    { isSignedIn: viewerId !== null },
    { id: event.subjectId, viewerId, webOrigin, apiOrigin },
  );
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
