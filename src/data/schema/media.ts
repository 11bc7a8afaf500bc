import { sql } from 'drizzle-orm';
import { check, integer, pgTable, smallint, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { jesclips } from './jesclips.ts';
import { posts } from './posts.ts';

/** A file of a Jes, or the video of a JesClip. Its bytes are an object of the bucket, there before the row is. */
export const media = pgTable(
  'media',
  {
    id: text().primaryKey(),
    /** No cascade: the objects of a deleted Jes go first, and their rows with them. */
    postId: text('post_id').references(() => posts.id),
    jesclipId: text('jesclip_id').references(() => jesclips.id),
    /** From 0, in the order in which the files were sent. */
    position: smallint().notNull(),
    /** Name of the object, which cannot be guessed; names are sorted by the time of their upload. */
    object: text().notNull(),
    mimeType: text('mime_type').notNull(),
    /** Pixels as shown; NULL for a video that does not say them. */
    width: integer(),
    height: integer(),
    durationMs: integer('duration_ms'),
    /** Bytes. */
    size: integer().notNull(),
    /** Describes the file to people who do not see it; NULL without a text of the author. */
    alt: text(),
  },
  (table) => [
    uniqueIndex('media_object_unique').on(table.object),
    uniqueIndex('media_post_id_unique').on(table.postId, table.position),
    uniqueIndex('media_jesclip_id_unique').on(table.jesclipId, table.position),
    check('media_of_one', sql`num_nonnulls(${table.postId}, ${table.jesclipId}) = 1`),
  ],
);
