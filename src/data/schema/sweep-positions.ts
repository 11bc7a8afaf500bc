import { pgTable, text } from 'drizzle-orm/pg-core';

/** The position of a task of the sweep that walks through something in order. */
export const sweepPositions = pgTable('sweep_positions', {
  task: text().primaryKey(),
  position: text().notNull(),
});
