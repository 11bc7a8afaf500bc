import { AUDIT_LOG_KEPT_MS, PRUNE_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteExpiredReveals, deleteOldEvents } from './store.ts';

/** Removes sealed keys nobody came for, and what an audit log no longer goes back to, a batch of each. */
export async function pruneKeys(ctx: Ctx): Promise<void> {
  const { db } = ctx.ports;
  const oldest = new Date(ctx.now - AUDIT_LOG_KEPT_MS);
  await runSql(
    db.batch([deleteExpiredReveals(db, new Date(ctx.now), PRUNE_BATCH), deleteOldEvents(db, oldest, PRUNE_BATCH)]),
  );
}
