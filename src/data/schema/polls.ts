import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, primaryKey, smallint, text, unique } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { posts } from './posts.ts';
import { time } from './time.ts';

/** The poll of a Jes. */
export const polls = pgTable('polls', {
  postId: text('post_id')
    .primaryKey()
    .references(() => posts.id, { onDelete: 'cascade' }),
  /** True if a voter may choose several options. */
  multiple: boolean().notNull(),
  endsAt: time('ends_at').notNull(),
});

export const pollOptions = pgTable(
  'poll_options',
  {
    id: text().primaryKey(),
    postId: text('post_id')
      .notNull()
      .references(() => polls.postId, { onDelete: 'cascade' }),
    position: smallint().notNull(),
    text: text().notNull(),
    voteCount: integer('vote_count').notNull().default(0),
  },
  (table) => [
    unique('poll_options_position_unique').on(table.postId, table.position),
    check('poll_options_votes_not_negative', sql`${table.voteCount} >= 0`),
  ],
);

/** The votes, counted in `poll_options.vote_count` in the same transaction. */
export const pollVotes = pgTable(
  'poll_votes',
  {
    postId: text('post_id')
      .notNull()
      .references(() => polls.postId, { onDelete: 'cascade' }),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    optionId: text('option_id')
      .notNull()
      .references(() => pollOptions.id, { onDelete: 'cascade' }),
    votedAt: time('voted_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'poll_votes_pkey', columns: [table.postId, table.accountId, table.optionId] }),
    index('poll_votes_option_id_index').on(table.optionId),
    index('poll_votes_account_id_index').on(table.accountId),
  ],
);
