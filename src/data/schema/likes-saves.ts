import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { posts } from './posts.ts';
import { time } from './time.ts';

const columns = () => ({
  postId: text('post_id')
    .notNull()
    .references(() => posts.id, { onDelete: 'cascade' }),
  accountId: text('account_id')
    .notNull()
    .references(() => accounts.id),
  createdAt: time('created_at').notNull(),
});

/** The likes of each Jes, counted in `posts.like_count` in the same statement. */
export const likes = pgTable('likes', columns(), (table) => [
  primaryKey({ name: 'likes_pkey', columns: [table.postId, table.accountId] }),
  index('likes_account_id_index').on(table.accountId, table.createdAt),
]);

/** The Jes that each account keeps for later, counted in `posts.save_count` in the same statement. */
export const saves = pgTable('saves', columns(), (table) => [
  primaryKey({ name: 'saves_pkey', columns: [table.postId, table.accountId] }),
  index('saves_account_id_index').on(table.accountId, table.createdAt),
]);
