import { sql } from 'drizzle-orm';
import type { Db, Sql } from '../../data/db.ts';
import { outboxEvents } from '../../data/schema/outbox-events.ts';

/**
 * Writes down, in the transaction in which it happens, that something did.
 *
 * @param event.data a query of one JSON: the object as it is then
 */
export function insertEvent(
  db: Db,
  event: {
    readonly event: (typeof outboxEvents.$inferInsert)['event'];
    readonly accountId: string;
    readonly data: Sql;
    readonly at: Date;
  },
) {
  return db.insert(outboxEvents).values({
    id: `evt_${crypto.randomUUID()}`,
    event: event.event,
    accountId: event.accountId,
    data: sql`(${event.data})::json`,
    createdAt: event.at,
  });
}
