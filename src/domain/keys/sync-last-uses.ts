import { USE_NOTED_BATCH, USE_NOTED_EVERY_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { BatchDone, Ctx } from '../context.ts';
import { readLastUses } from './last-use.ts';
import { selectUsesToNote, updateLastUses } from './store.ts';

/**
 * Copies last uses from Redis, which knows them to the second and forgets them after 32 days, to Neon: each key once an
 * hour, a batch at a time, so that the path of a request has nothing to do with it.
 *
 * @returns the keys looked at
 */
export async function syncLastUses(ctx: Ctx): Promise<BatchDone> {
  const { db } = ctx.ports;
  const rows = await runSql(selectUsesToNote(db, new Date(ctx.now - USE_NOTED_EVERY_MS), USE_NOTED_BATCH));
  if (rows.length === 0) return { done: 0, hasBacklog: false };
  const lastUses = await readLastUses(ctx, rows);
  const uses = rows.map(({ id }, i) => {
    const lastUse = lastUses[i];
    return { id, at: lastUse ? new Date(lastUse.at).toISOString() : null, address: lastUse?.address ?? null };
  });
  await runSql(updateLastUses(db, uses, new Date(ctx.now)));
  return { done: rows.length, hasBacklog: rows.length === USE_NOTED_BATCH };
}
