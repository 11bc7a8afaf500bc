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
  const [row] = await runSql(markRevoked(ctx.ports.db, key, new Date(ctx.now)));
  if (!row) throw new Refused({ code: 'not_found' });
  try {
    await placeTombstone(ctx, row);
  } catch {
    throw new Refused({ code: 'service_unavailable', why: 'revocation' });
  }
  ctx.defer(noteTombstone(ctx, row));
}

/** Puts a revoked key's tombstone over whatever Redis holds for it. */
export async function placeTombstone(ctx: Ctx, row: KeyRow): Promise<void> {
  await ctx.ports.redis.set(recordEntry(row.key.hash, toRecord(row, ctx.now)));
}

/** Takes a revocation off the sweep's list. */
export async function noteTombstone(ctx: Ctx, row: KeyRow): Promise<void> {
  await runSql(markTombstoned(ctx.ports.db, row.key.id, new Date(ctx.now)));
}
