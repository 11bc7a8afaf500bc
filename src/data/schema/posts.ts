import { sql } from 'drizzle-orm';
import { check, date, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';
import { CREATIONS_PER_DAY } from '../../config/limits.ts';
import { accounts } from './accounts.ts';
import { apiKeys } from './api-keys.ts';

/** A Jes. */
export const posts = pgTable(
  'posts',
  {
    id: text().primaryKey(),
    authorId: text('author_id')
      .notNull()
      .references(() => accounts.id),
    content: text().notNull(),
    visibility: text({ enum: ['PUBLIC', 'FOLLOWERS', 'PRIVATE'] }).notNull(),
    /** The key it was posted with; its label is what "via" shows. */
    apiKeyId: text('api_key_id').references(() => apiKeys.id),
    likeCount: integer('like_count').notNull().default(0),
    commentCount: integer('comment_count').notNull().default(0),
    bounceCount: integer('bounce_count').notNull().default(0),
    saveCount: integer('save_count').notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
    editedAt: timestamp('edited_at', { withTimezone: true, precision: 3, mode: 'date' }),
  },
  (table) => [
    index('posts_author_id_index').on(table.authorId, table.createdAt),
    check('posts_visibility_known', sql`${table.visibility} IN ('PUBLIC', 'FOLLOWERS', 'PRIVATE')`),
  ],
);

/** Jes and JesClips an account created through the API on a UTC day; the CHECK is the daily quota. */
export const dailyUsage = pgTable(
  'daily_usage',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    day: date({ mode: 'string' }).notNull(),
    creations: integer().notNull(),
  },
  (table) => [
    primaryKey({ name: 'daily_usage_pkey', columns: [table.accountId, table.day] }),
    check('daily_usage_quota', sql`${table.creations} <= ${sql.raw(String(CREATIONS_PER_DAY))}`),
  ],
);

/** Who follows whom: decides who sees a Jes that is not for everybody. */
export const follows = pgTable(
  'follows',
  {
    followerId: text('follower_id')
      .notNull()
      .references(() => accounts.id),
    followeeId: text('followee_id')
      .notNull()
      .references(() => accounts.id),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'follows_pkey', columns: [table.followerId, table.followeeId] }),
    index('follows_followee_id_index').on(table.followeeId),
    check('follows_not_oneself', sql`${table.followerId} <> ${table.followeeId}`),
  ],
);
