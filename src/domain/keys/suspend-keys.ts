import { TOMBSTONE_TTL_MS } from '../../config/limits.ts';
import { SUSPEND_RECORD, UNSUSPEND_RECORD } from '../../data/scripts/authorize.ts';
import type { Ctx } from '../context.ts';
import { toRecord } from './load-record.ts';
import { encodeRecord, recordKey } from './record.ts';
import { placeTombstones, silence } from './revoke-key.ts';
import type { KeyRow } from './store.ts';

/**
 * Puts the markers of a suspension over whatever Redis holds for these keys but revocations, and waits until no
 * delivery to their endpoints can start any more. A marker outlives every fill under way, as that of a revocation does.
 *
 * @returns whether all of it is done
 */
export async function announceSuspension(ctx: Ctx, rows: readonly KeyRow[]): Promise<boolean> {
  const mark = (row: KeyRow) => {
    // Redis has not heard of this revocation, which is final: its own marker, not ours.
    if (row.key.revokedReason) return placeTombstones(ctx, [row]);
    const record = encodeRecord({ ...toRecord(row, ctx.now), isSuspended: true });
    return ctx.ports.redis.run(SUSPEND_RECORD, [recordKey(row.key.hash)], [record, String(TOMBSTONE_TTL_MS)]);
  };
  return await isDone([...rows.map(mark), silence(ctx, rows)]);
}

/** Removes the markers of a suspension, so that the next request of each key reads Neon. @returns whether it is done */
export async function liftSuspension(ctx: Ctx, rows: readonly KeyRow[]): Promise<boolean> {
  return await isDone(rows.map(({ key }) => ctx.ports.redis.run(UNSUSPEND_RECORD, [recordKey(key.hash)], [])));
}

async function isDone(work: readonly Promise<unknown>[]): Promise<boolean> {
  const results = await Promise.allSettled(work);
  return results.every(({ status }) => status === 'fulfilled');
}
