import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { toRecord } from './load-record.ts';
import { recordEntry } from './record.ts';
import { type KeyRow, type KeyToRevoke, markRevoked, markTombstoned } from './store.ts';

/**
 * Revokes a key: first the row in Neon, then the tombstone in Redis, and only then the answer. From here on no
 * request with it is admitted anywhere. Idempotent; the first reason stays.
 *
 * @throws Refused `not_found` (no such key of this account); `service_unavailable` when Redis could not be told:
 * the row is revoked, records in Redis may admit the key a little longer, the sweep tells Redis again, and so
 * does repeating the call
 */
export async function revokeKey(ctx: Ctx, key: KeyToRevoke): Promise<void> {
  const rows = await runSql(markRevoked(ctx.ports.db, key, new Date(ctx.now)));
  if (rows.length === 0) throw new Refused({ code: 'not_found' });
  try {
    await placeTombstones(ctx, rows);
  } catch {
    throw new Refused({ code: 'service_unavailable', why: 'revocation' });
  }
  ctx.defer(noteTombstones(ctx, rows));
}

/** Puts the tombstones of revoked keys over whatever Redis holds for them. */
export async function placeTombstones(ctx: Ctx, rows: readonly KeyRow[]): Promise<void> {
  await ctx.ports.redis.set(rows.map((row) => recordEntry(row.key.hash, toRecord(row, ctx.now))));
}

/** Takes revocations off the sweep's list. */
export async function noteTombstones(ctx: Ctx, rows: readonly KeyRow[]): Promise<void> {
  const ids = rows.map(({ key }) => key.id);
  await runSql(markTombstoned(ctx.ports.db, ids, new Date(ctx.now)));
}
