import { DELETE_BATCH, OBJECTS_SWEPT_BATCH } from '../../config/limits.ts';
import { runChanges, runSql } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { deleteFiles } from '../media/index.ts';
import { deleteRemains, selectDeletedObjects } from './store.ts';

/** Removes what is left of deleted Jes: their comments, likes, saves and votes, a batch of each, then the Jes. */
export async function purgePosts({ ports: { db } }: Ctx): Promise<BatchDone> {
  const counts = await runChanges(db, deleteRemains(db, DELETE_BATCH));
  return { done: counts.reduce((sum, count) => sum + count, 0), hasBacklog: counts.includes(DELETE_BATCH) };
}

/** Deletes the files of deleted Jes that are still there, a batch of them. */
export async function purgeMedia(ctx: Ctx): Promise<BatchDone> {
  const { rows } = await runSql(selectDeletedObjects(ctx.ports.db, OBJECTS_SWEPT_BATCH));
  await deleteFiles(
    ctx,
    rows.map(({ object }) => object),
  );
  return { done: rows.length, hasBacklog: rows.length === OBJECTS_SWEPT_BATCH };
}
