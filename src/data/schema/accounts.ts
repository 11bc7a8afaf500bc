import { sql } from 'drizzle-orm';
import { bigint, boolean, check, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

/** A person on Jestha. Totals are kept in the same transaction as what they count. */
export const accounts = pgTable(
  'accounts',
  {
    id: text().primaryKey(),
    username: text().notNull().unique('accounts_username_unique'),
    email: text().notNull().unique('accounts_email_unique'),
    displayName: text('display_name').notNull(),
    avatar: text(),
    coverImage: text('cover_image'),
    bio: text(),
    verified: boolean().notNull().default(false),
    emailVerified: boolean('email_verified').notNull().default(false),
    isPrivate: boolean('is_private').notNull().default(false),
    isCreator: boolean('is_creator').notNull().default(false),
    totalFollowers: integer('total_followers').notNull().default(0),
    totalFollowing: integer('total_following').notNull().default(0),
    totalPosts: integer('total_posts').notNull().default(0),
    /** Sequence of the account's newest event. Its row lock is held until the commit, so a smaller number commits first. */
    eventSequence: bigint('event_sequence', { mode: 'number' }).notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
    updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3, mode: 'date' }).notNull(),
  },
  (table) => [
    check(
      'accounts_totals_not_negative',
      sql`${table.totalFollowers} >= 0 AND ${table.totalFollowing} >= 0 AND ${table.totalPosts} >= 0`,
    ),
  ],
);
