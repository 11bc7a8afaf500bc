import { SWEEP_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { noteTombstones, placeTombstones } from './revoke-key.ts';
import { selectUntombstoned } from './store.ts';

/** Tells Redis of the revocations it has missed, so that one which met a dead Redis is bounded by the sweep. */
export async function tellRevocations(ctx: Ctx): Promise<number> {
  const rows = await runSql(selectUntombstoned(ctx.ports.db, SWEEP_BATCH));
  if (rows.length === 0) return 0;
  await placeTombstones(ctx, rows);
  await noteTombstones(ctx, rows);
  return rows.length;
}
