import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { time } from './time.ts';

/** A community. Names are not unique: a Jes names its id. */
export const jehubs = pgTable(
  'jehubs',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    creatorId: text('creator_id')
      .notNull()
      .references(() => accounts.id),
    memberCount: integer('member_count').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (table) => [index('jehubs_creator_id_index').on(table.creatorId)],
);

/** The members of a community: they see its Jes and may post there. */
export const jehubMembers = pgTable(
  'jehub_members',
  {
    jehubId: text('jehub_id')
      .notNull()
      .references(() => jehubs.id, { onDelete: 'cascade' }),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id),
    joinedAt: time('joined_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'jehub_members_pkey', columns: [table.jehubId, table.accountId] }),
    index('jehub_members_account_id_index').on(table.accountId),
  ],
);
