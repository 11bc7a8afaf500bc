import { boolean, index, json, pgTable, text } from 'drizzle-orm/pg-core';
import { time } from './time.ts';

/** URLs that were fetched for a link preview in the last hour, and the previews found. */
export const linkFetches = pgTable(
  'link_fetches',
  {
    /** SHA-256 of the URL. */
    hash: text().primaryKey(),
    /** The author of the Jes that it was fetched for. No foreign key: the row lives for an hour. */
    accountId: text('account_id').notNull(),
    fetchedAt: time('fetched_at').notNull(),
    isDone: boolean('is_done').notNull().default(false),
    /** NULL = nothing was found, or not yet. */
    preview: json(),
  },
  (table) => [
    index('link_fetches_fetched_at_index').on(table.fetchedAt),
    index('link_fetches_account_id_index').on(table.accountId, table.fetchedAt),
  ],
);
