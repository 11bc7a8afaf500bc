import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';
import { IN_VISIBILITIES, VISIBILITIES } from './posts.ts';
import { time } from './time.ts';

/** A JesClip; its video is in `media`. */
export const jesclips = pgTable(
  'jesclips',
  {
    id: text().primaryKey(),
    authorId: text('author_id')
      .notNull()
      .references(() => accounts.id),
    /** May be empty. */
    caption: text().notNull(),
    visibility: text({ enum: VISIBILITIES }).notNull(),
    /** The key it was posted with; "via" shows its label. */
    apiKeyId: text('api_key_id').references(() => apiKeys.id),
    /** Without `#`, in the order and spelling of the caption. */
    hashtags: text().array().notNull().default([]),
    /** Ids of the accounts named, in the order of the caption. */
    mentionIds: text('mention_ids').array().notNull().default([]),
    commentCount: integer('comment_count').notNull().default(0),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    editedAt: time('edited_at'),
  },
  (table) => [
    index('jesclips_api_key_id_id_index').on(table.apiKeyId, table.id).where(sql`${table.apiKeyId} IS NOT NULL`),
    index('jesclips_author_id_index').on(table.authorId, table.createdAt),
    check('jesclips_visibility_known', sql`${table.visibility} IN (${IN_VISIBILITIES})`),
  ],
);
