import { IDEMPOTENCY_KEPT_MS, PRUNE_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteOldClaims } from './store.ts';

/** Forgets answers that were kept long enough, a batch of them. */
export async function pruneClaims(ctx: Ctx): Promise<void> {
  await runSql(deleteOldClaims(ctx.ports.db, new Date(ctx.now - IDEMPOTENCY_KEPT_MS), PRUNE_BATCH));
}
