import { OUTBOX_KEPT_MS, PRUNE_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteOldEvents } from './store.ts';

/** Forgets events that nobody is to be told any more, a batch of them. */
export async function pruneEvents(ctx: Ctx): Promise<void> {
  await runSql(deleteOldEvents(ctx.ports.db, new Date(ctx.now - OUTBOX_KEPT_MS), PRUNE_BATCH));
}
