import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { time } from './time.ts';

/** A person on Jestha. Each total changes in the transaction of the rows that it counts. */
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
    /**
     * Sequence of the account's newest event. Its row lock is held until the commit, so a smaller number commits first.
     */
    eventSequence: bigint('event_sequence', { mode: 'number' }).notNull().default(0),
    createdAt: time('created_at').notNull(),
    updatedAt: time('updated_at').notNull(),
    /** From this time on sessions and keys of the account are refused; NULL = they are not. */
    suspendedAt: time('suspended_at'),
    /**
     * From this time on the person gets no warnings by mail about API keys; mails that keep the account safe are still
     * sent.
     */
    keyWarningsStoppedAt: time('key_warnings_stopped_at'),
    /** The person asked to delete the account. Signing in within the grace period sets it back to NULL. */
    deletionRequestedAt: time('deletion_requested_at'),
    /** The grace period is over: the row no longer holds anything of the person. */
    deletedAt: time('deleted_at'),
    /** The sweep has removed everything the account had. */
    purgedAt: time('purged_at'),
  },
  (table) => [
    index('accounts_deletion_requested_at_index')
      .on(table.deletionRequestedAt)
      .where(sql`${table.deletionRequestedAt} IS NOT NULL AND ${table.purgedAt} IS NULL`),
    check(
      'accounts_totals_not_negative',
      sql`${table.totalFollowers} >= 0 AND ${table.totalFollowing} >= 0 AND ${table.totalPosts} >= 0`,
    ),
  ],
);

/** Usernames of deleted accounts, which no sign-up may take until they are free again. */
export const retiredUsernames = pgTable(
  'retired_usernames',
  {
    username: text().primaryKey(),
    freeAt: time('free_at').notNull(),
  },
  (table) => [index('retired_usernames_free_at_index').on(table.freeAt)],
);
