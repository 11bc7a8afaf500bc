import { WEBHOOK_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { isId } from '../../lib/id.ts';
import type { ClientAddress, Ctx, SessionCtx } from '../context.ts';
import { announceEvent, awaitStarts, cancelSilenced, insertRevokedEvents, selectNewestLease } from '../outbox/index.ts';
import { Refused } from '../refusal.ts';
import { type ApiKey, toApiKey } from './api-key.ts';
import { ownerEvent } from './audit.ts';
import { readLastUses } from './last-use.ts';
import { toRecord } from './load-record.ts';
import { orUnknown } from './or-unknown.ts';
import { recordEntry } from './record.ts';
import {
  insertEvent,
  isRevokedNow,
  type KeyRow,
  type KeyToRevoke,
  markRevoked,
  markTombstoned,
  selectOwnerOf,
} from './store.ts';

/**
 * Revokes a key of the person who acts, and answers it. @throws Refused like {@link revokeKey}
 */
export async function revokeOwnKey(ctx: SessionCtx, id: string, address?: ClientAddress): Promise<ApiKey> {
  if (!isId(id)) throw new Refused({ code: 'not_found' });
  return await revokeKey(ctx, { id, accountId: ctx.actor.accountId, reason: 'user' }, address);
}

/**
 * Revokes whosever key, for an admin who knows its id or the key itself. @throws Refused like {@link revokeKey}
 */
export async function revokeAnyKey(
  ctx: Ctx,
  which: { readonly id: string } | { readonly key: string },
  reason: 'admin' | 'leaked',
): Promise<ApiKey> {
  const by = 'id' in which ? { id: which.id } : { hash: await sha256Hex(which.key) };
  const [row] = await runSql(selectOwnerOf(ctx.ports.db, by));
  if (!row) throw new Refused({ code: 'not_found' });
  return await revokeKey(ctx, { ...row, reason });
}

/**
 * Revokes a key: first the row in Neon, then the tombstone in Redis, and only then the answer. From here on no
 * request with it is admitted anywhere, and no delivery to an endpoint of its starts but that of this event. Idempotent;
 * the first reason stays.
 *
 * @throws Refused `not_found` (no such key of this account); `service_unavailable` when Redis could not be told:
 * the row is revoked, records in Redis may admit the key a little longer, the sweep tells Redis again, and so
 * does repeating the call
 * @param address the person's, for the audit log
 */
export async function revokeKey(ctx: Ctx, key: KeyToRevoke, address?: ClientAddress): Promise<ApiKey> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const revoked = ownerEvent(ctx, key, 'revoked', address);
  const [rows, events, leases] = await runSql(
    db.batch([
      markRevoked(db, key, at),
      insertRevokedEvents(db, isRevokedNow(key.id, at)),
      selectNewestLease(db, key.id),
      insertEvent(db, revoked),
    ]),
  );
  const [row] = rows;
  if (!row) throw new Refused({ code: 'not_found' });
  for (const { id } of events.rows) announceEvent(ctx, id);
  try {
    await Promise.all([placeTombstones(ctx, rows), awaitStarts(leases.rows[0]?.claimed_until, ctx.now)]);
  } catch {
    throw new Refused({ code: 'service_unavailable', why: 'revocation' });
  }
  ctx.defer(noteTombstones(ctx, rows));
  ctx.defer(runSql(cancelSilenced(db, { now: ctx.now, limit: WEBHOOK_BATCH, keyId: key.id })));
  const [lastUse] = (await orUnknown(readLastUses(ctx, [row.key]))) ?? [];
  return toApiKey(row.key, ctx.now, lastUse);
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
