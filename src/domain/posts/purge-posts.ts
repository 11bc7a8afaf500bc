import { PRUNE_BATCH } from '../../config/limits.ts';
import { runChanges } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { deleteRemains } from './store.ts';

/** Removes what is left of deleted Jes: their comments, likes, saves and votes, a batch of each, then the Jes. */
export async function purgePosts({ ports: { db } }: Ctx): Promise<BatchDone> {
  const counts = await runChanges(db, deleteRemains(db, PRUNE_BATCH));
  return { done: counts.reduce((sum, count) => sum + count, 0), hasBacklog: counts.includes(PRUNE_BATCH) };
}
