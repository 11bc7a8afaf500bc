import { OBJECTS_SWEPT_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { forgetMedia } from '../media/index.ts';
import { selectDeletedObjects } from './store.ts';

/** Deletes the files of deleted Jes that are still there, a batch of them. */
export async function purgeMedia(ctx: Ctx): Promise<BatchDone> {
  const { rows } = await runSql(selectDeletedObjects(ctx.ports.db, OBJECTS_SWEPT_BATCH));
  await forgetMedia(
    ctx,
    rows.map(({ object }) => object),
  );
  return { done: rows.length, hasBacklog: rows.length === OBJECTS_SWEPT_BATCH };
}
