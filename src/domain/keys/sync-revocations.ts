import { SWEEP_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { announceEvent, insertRevokedEvents } from '../outbox/index.ts';
import { noteTombstones, placeTombstones } from './revoke-key.ts';
import { isUntombstoned, selectUnsettledRevocations } from './store.ts';

/**
 * Puts the markers of revocations into Redis that it has missed, and each other marker once more a minute after its
 * revocation: an earlier command may have been under way for that long. A key that was
 * revoked by hand gets its event, too.
 *
 * @returns the markers
 */
export async function syncRevocations(ctx: Ctx): Promise<BatchDone> {
  const rows = await runSql(selectUnsettledRevocations(ctx.ports.db, new Date(ctx.now), SWEEP_BATCH));
  if (rows.length === 0) return { done: 0, hasBacklog: false };
  const events = await runSql(insertRevokedEvents(ctx.ports.db, isUntombstoned()));
  for (const { id } of events.rows) announceEvent(ctx, id);
  await placeTombstones(ctx, rows);
  await noteTombstones(ctx, rows);
  return { done: rows.length, hasBacklog: rows.length === SWEEP_BATCH };
}
