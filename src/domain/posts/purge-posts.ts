import { PRUNE_BATCH } from '../../config/limits.ts';
import { runBatch } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteRemains } from './store.ts';

/** Removes what is left of deleted Jes: their comments, likes, saves and votes, a batch of each, then the Jes. */
export async function purgePosts(ctx: Ctx): Promise<void> {
  const { db } = ctx.ports;
  const [last, ...first] = deleteRemains(db, PRUNE_BATCH).reverse();
  if (last) await runBatch(db, first, last);
}
