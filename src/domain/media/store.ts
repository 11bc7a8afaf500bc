import { inArray, sql } from 'drizzle-orm';
import type { Db, Sql } from '../../data/db.ts';
import { media } from '../../data/schema/media.ts';
import { sweepPositions } from '../../data/schema/sweep-positions.ts';
import type { Slot } from '../../data/template.ts';
import type { StoredMedia } from './media.ts';

/** What files belong to: a Jes or a JesClip. */
export type MediaOwner = { readonly postId: string } | { readonly jesclipId: string };

/**
 * Adds files, at least one, to a Jes or a JesClip, which is inserted before them.
 *
 * @param alt the n-th text describes the n-th file
 */
export function insertMedia(
  db: Db,
  owner: MediaOwner,
  files: readonly StoredMedia[],
  alt: readonly (string | null)[] = [],
) {
  return db.insert(media).values(
    files.map(({ id, object, mimeType, width, height, durationMs, size }, position) => ({
      id,
      ...owner,
      position,
      object,
      mimeType,
      width,
      height,
      durationMs,
      size,
      alt: alt[position] ?? null,
    })),
  );
}

/**
 * The files of a Jes or a JesClip in a JSON made by Postgres: an array of `MediaRow`, to be turned into addresses by
 * `linkMedia`. No address is in it, since those of some are short-lived.
 *
 * @param owner whose column `id` is
 * @param address columns that say where a file is
 */
export function mediaJson(owner: 'post' | 'jesclip', id: Sql, address: Sql = sql`${media.object}`): Sql {
  const column = owner === 'post' ? media.postId : media.jesclipId;
  return sql`array_to_json(ARRAY(SELECT row_to_json(file) FROM (
    SELECT ${media.id}, ${media.mimeType} AS "mimeType", ${address}, ${media.width}, ${media.height}, ${media.size},
      ${media.alt}
    FROM ${media} WHERE ${column} = ${id} ORDER BY ${media.position}) file))`;
}

/**
 * The files as an event tells them: the address of a file that is for everybody, which lasts as long as the file; for
 * others the path of the API that answers with a signed one.
 *
 * @param of.isForEverybody a condition
 * @param of.readAt an expression: where the owner is read
 */
export function eventMediaJson(
  owner: 'post' | 'jesclip',
  id: Sql,
  of: { readonly isForEverybody: Sql; readonly webOrigin: Slot<string>; readonly readAt: Sql },
): Sql {
  const address = sql`
    CASE WHEN ${media.mimeType} LIKE 'video/%' THEN 'video' ELSE 'image' END AS type,
    CASE WHEN ${of.isForEverybody} THEN ${of.webOrigin}::text || '/media/' || ${media.object} ELSE ${of.readAt} END AS url`;
  return mediaJson(owner, id, address);
}

/** Of these objects those that have a row. */
export function selectKnown(db: Db, objects: readonly string[]) {
  return db.select({ object: media.object }).from(media).where(inArray(media.object, objects));
}

/** Forgets files whose objects are gone. */
export function deleteMedia(db: Db, objects: readonly string[]) {
  return db.delete(media).where(inArray(media.object, objects));
}

/** How far a task of the sweep has come. */
export function selectPosition(db: Db, task: string) {
  return db.execute<{ position: string }>(sql`SELECT position FROM ${sweepPositions} WHERE task = ${task}`);
}

/** Notes how far a task of the sweep has come; it never goes back. */
export function upsertPosition(db: Db, task: string, position: string) {
  return db
    .insert(sweepPositions)
    .values({ task, position })
    .onConflictDoUpdate({
      target: sweepPositions.task,
      set: { position: sql`greatest(${sweepPositions.position} COLLATE "C", ${position})` },
    });
}
