import { sql } from 'drizzle-orm';
import { check, index, integer, json, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';
import { jehubs } from './jehubs.ts';
import { time } from './time.ts';

/** The audiences of a Jes or JesClip (contract section 8). */
export const VISIBILITIES = ['PUBLIC', 'FOLLOWERS', 'PRIVATE'] as const;

/** The same for a CHECK. */
export const IN_VISIBILITIES = sql.raw(VISIBILITIES.map((name) => `'${name}'`).join(', '));

/** A Jes; bounces are Jes too. */
export const posts = pgTable(
  'posts',
  {
    id: text().primaryKey(),
    authorId: text('author_id')
      .notNull()
      .references(() => accounts.id),
    content: text().notNull(),
    visibility: text({ enum: VISIBILITIES }).notNull(),
    /** The key it was posted with; "via" shows its label. */
    apiKeyId: text('api_key_id').references(() => apiKeys.id),
    /** In a bounce, the Jes it bounces; without content it is a plain one. No foreign key: the original may go. */
    bounceOfId: text('bounce_of_id'),
    /** The community whose members see it; `visibility` does not apply then. */
    jehubId: text('jehub_id').references(() => jehubs.id),
    /** `{ name, latitude, longitude }`, as sent. */
    location: json(),
    /** Without `#`, in the order and spelling of the content. */
    hashtags: text().array().notNull().default([]),
    /** Ids of the accounts named, in the order of the content. */
    mentionIds: text('mention_ids').array().notNull().default([]),
    /** The URL to unfurl; a preview of any other URL comes too late. */
    linkPreviewUrl: text('link_preview_url'),
    linkPreview: json('link_preview'),
    likeCount: integer('like_count').notNull().default(0),
    commentCount: integer('comment_count').notNull().default(0),
    bounceCount: integer('bounce_count').notNull().default(0),
    saveCount: integer('save_count').notNull().default(0),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    editedAt: time('edited_at'),
    /** From this time on no caller can read the Jes; the sweep removes its remains. */
    deletedAt: time('deleted_at'),
  },
  (table) => [
    uniqueIndex('posts_bounced_once')
      .on(table.authorId, table.bounceOfId)
      .where(sql`${table.bounceOfId} IS NOT NULL AND ${table.content} = '' AND ${table.deletedAt} IS NULL`),
    index('posts_deleted_at_index').on(table.deletedAt).where(sql`${table.deletedAt} IS NOT NULL`),
    index('posts_api_key_id_id_index').on(table.apiKeyId, table.id).where(sql`${table.apiKeyId} IS NOT NULL`),
    index('posts_jehub_id_index').on(table.jehubId).where(sql`${table.jehubId} IS NOT NULL`),
    index('posts_author_id_index').on(table.authorId, table.createdAt),
    check('posts_visibility_known', sql`${table.visibility} IN (${IN_VISIBILITIES})`),
  ],
);

/** The follows: they decide who sees a Jes that is not public. */
export const follows = pgTable(
  'follows',
  {
    followerId: text('follower_id')
      .notNull()
      .references(() => accounts.id),
    followeeId: text('followee_id')
      .notNull()
      .references(() => accounts.id),
    createdAt: time('created_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'follows_pkey', columns: [table.followerId, table.followeeId] }),
    index('follows_followee_id_index').on(table.followeeId),
    check('follows_not_oneself', sql`${table.followerId} <> ${table.followeeId}`),
  ],
);
