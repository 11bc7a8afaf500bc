import { pgTable, text } from 'drizzle-orm/pg-core';

/** How far a task of the sweep has come that walks through something in order. */
export const sweepPositions = pgTable('sweep_positions', {
  task: text().primaryKey(),
  position: text().notNull(),
});
