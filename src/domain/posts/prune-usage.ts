import { DAILY_USAGE_KEPT_MS, PRUNE_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteOldUsage } from './store.ts';

/** Forgets what accounts created on days long over, a batch of it. */
export async function pruneUsage(ctx: Ctx): Promise<void> {
  const oldest = new Date(ctx.now - DAILY_USAGE_KEPT_MS).toISOString().slice(0, 10);
  await runSql(deleteOldUsage(ctx.ports.db, oldest, PRUNE_BATCH));
}
