import { DELETE_BATCH, DELETION_GRACE_MS, PURGED_ACCOUNTS_BATCH, USERNAME_FREE_AFTER_MS } from '../../config/limits.ts';
import { runChanges, runSql } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { deleteFiles } from '../media/index.ts';
import { markPurged, removals, retireAccounts, selectClipObjects, selectPurging } from './store.ts';

/**
 * Removes accounts whose grace period is over. First it removes the personal data from the row itself; then, a batch of
 * each kind in a run, everything that the account had. A row with an id remains, since the JeHubs that it made name it.
 * Jes are marked as deleted here, and removed with their files by `purgePosts` and `purgeMedia`.
 *
 * @returns the accounts worked on; `hasBacklog`: something was removed, so more may be left
 */
export async function purgeAccounts(ctx: Ctx): Promise<BatchDone> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const over = new Date(ctx.now - DELETION_GRACE_MS);
  await runSql(db.batch([retireAccounts(db, over, at, USERNAME_FREE_AFTER_MS, PURGED_ACCOUNTS_BATCH)]));
  const purging = await runSql(selectPurging(db, PURGED_ACCOUNTS_BATCH));
  if (purging.length === 0) return { done: 0, hasBacklog: false };
  const ids = purging.map(({ id }) => id);
  const { rows } = await runSql(selectClipObjects(db, ids, DELETE_BATCH));
  await deleteFiles(
    ctx,
    rows.map(({ object }) => object),
  );
  const counts = await runChanges(db, [...removals(db, ids, at, DELETE_BATCH), markPurged(db, ids, at)]);
  const hasRemoved = counts.slice(0, -1).some((count) => count > 0);
  return { done: ids.length, hasBacklog: hasRemoved || rows.length === DELETE_BATCH };
}
