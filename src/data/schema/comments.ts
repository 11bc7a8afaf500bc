import { sql } from 'drizzle-orm';
import { type AnyPgColumn, index, pgTable, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';
import { jesclips } from './jesclips.ts';
import { posts } from './posts.ts';
import { time } from './time.ts';

/** A comment on a Jes, or a reply to one: threads are one level deep. */
export const comments = pgTable(
  'comments',
  {
    id: text().primaryKey(),
    authorId: text('author_id')
      .notNull()
      .references(() => accounts.id),
    postId: text('post_id')
      .notNull()
      .references(() => posts.id, { onDelete: 'cascade' }),
    content: text().notNull(),
    /** The comment at the top of the thread. */
    parentId: text('parent_id').references((): AnyPgColumn => comments.id, { onDelete: 'cascade' }),
    apiKeyId: text('api_key_id').references(() => apiKeys.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    // Ids are sorted by time, so this is the order of the list, too.
    index('comments_post_id_index').on(table.postId, table.id),
    index('comments_parent_id_index').on(table.parentId),
    index('comments_api_key_id_id_index').on(table.apiKeyId, table.id).where(sql`${table.apiKeyId} IS NOT NULL`),
    index('comments_author_id_index').on(table.authorId, table.id),
  ],
);

/** The same of a JesClip: `jesclip_id` in the place of `post_id`. */
export const jesclipComments = pgTable(
  'jesclip_comments',
  {
    id: text().primaryKey(),
    authorId: text('author_id')
      .notNull()
      .references(() => accounts.id),
    jesclipId: text('jesclip_id')
      .notNull()
      .references(() => jesclips.id, { onDelete: 'cascade' }),
    content: text().notNull(),
    parentId: text('parent_id').references((): AnyPgColumn => jesclipComments.id, { onDelete: 'cascade' }),
    apiKeyId: text('api_key_id').references(() => apiKeys.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    index('jesclip_comments_jesclip_id_index').on(table.jesclipId, table.id),
    index('jesclip_comments_parent_id_index').on(table.parentId),
    index('jesclip_comments_api_key_id_id_index')
      .on(table.apiKeyId, table.id)
      .where(sql`${table.apiKeyId} IS NOT NULL`),
    index('jesclip_comments_author_id_index').on(table.authorId, table.id),
  ],
);
