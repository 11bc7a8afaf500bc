import { OBJECTS_SWEPT_BATCH, ORPHAN_AGE_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { newId } from '../../lib/id.ts';
import type { Ctx } from '../context.ts';
import { isObjectName } from './object-name.ts';
import { selectKnown, selectPosition, upsertPosition } from './store.ts';

const TASK = 'objects';

/**
 * Deletes what uploads left in the bucket whose request died, or whose write had an unknown outcome: objects older than
 * {@link ORPHAN_AGE_MS} without a row. Names are sorted by time, so one walk through the bucket, a batch in a run,
 * meets every object once; what failed is met again, since the position is noted last.
 */
export async function sweepObjects({ ports, now }: Ctx): Promise<{ readonly deleted: number }> {
  const { db, objects } = ports;
  const { rows } = await runSql(selectPosition(db, TASK));
  const listed = await objects.list(rows[0]?.position ?? '', OBJECTS_SWEPT_BATCH);
  const young = newId(now - ORPHAN_AGE_MS).slice(0, TIME_DIGITS);
  const old = listed.filter((name) => name < young);
  const last = old.at(-1);
  if (last === undefined) return { deleted: 0 };
  // Somebody may have put something else there, by hand.
  const ours = old.filter(isObjectName);
  const known = ours.length === 0 ? [] : await runSql(selectKnown(db, ours));
  const kept = new Set(known.map(({ object }) => object));
  const orphans = ours.filter((name) => !kept.has(name));
  if (orphans.length > 0) await objects.delete(orphans);
  await runSql(upsertPosition(db, TASK, last));
  return { deleted: orphans.length };
}

/** Of a ULID. */
const TIME_DIGITS = 10;
