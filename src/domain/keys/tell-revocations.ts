import { SWEEP_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { announceEvent, insertRevokedEvents } from '../outbox/index.ts';
import { noteTombstones, placeTombstones } from './revoke-key.ts';
import { isUntombstoned, selectUntombstoned } from './store.ts';

/**
 * Tells Redis of the revocations it has missed, so that one which met a dead Redis is bounded by the sweep. Such a key may have
 * been revoked by hand, so its event is written, too, unless there is one.
 */
export async function tellRevocations(ctx: Ctx): Promise<number> {
  const rows = await runSql(selectUntombstoned(ctx.ports.db, SWEEP_BATCH));
  if (rows.length === 0) return 0;
  const events = await runSql(insertRevokedEvents(ctx.ports.db, isUntombstoned()));
  for (const { id } of events.rows) announceEvent(ctx, id);
  await placeTombstones(ctx, rows);
  await noteTombstones(ctx, rows);
  return rows.length;
}
