import { WEBHOOK_BATCH } from '../../config/limits.ts';
import { runSql, type Sql } from '../../data/db.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { isId, newId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type ClientAddress, type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { actingAccount, explainActor } from '../idempotency/index.ts';
import { insertRevokedMail, insertRevokedMailOfAll } from '../key-mails/index.ts';
import { announceEvent, awaitStarts, cancelSilenced, insertRevokedEvents, selectSilenced } from '../outbox/index.ts';
import { type ApiKey, toApiKey } from './api-key.ts';
import { ownerEvent } from './audit.ts';
import { readLastUses } from './last-use.ts';
import { toRecord } from './load-record.ts';
import { orUnknown } from './or-unknown.ts';
import { recordEntry } from './record.ts';
import {
  accountIn,
  insertAllRevoked,
  insertEvent,
  isRevokedNow,
  type KeyRow,
  type KeyToRevoke,
  markAllRevoked,
  markLeaked,
  markRevoked,
  markTombstoned,
  selectKnownHashes,
  selectOwnerOf,
} from './store.ts';

/**
 * Revokes a key of the person who acts, and answers it. @throws ApiError like {@link revokeKey}
 */
export async function revokeOwnKey(ctx: SessionCtx, id: string, address?: ClientAddress): Promise<ApiKey> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const key = { id, accountId: ctx.actor.accountId, reason: 'user' } as const;
  try {
    return await revoke(ctx, key, actingAccount(writerOf(ctx)), address);
  } catch (error) {
    throw await explainActor(ctx, error);
  }
}

/**
 * Revokes whosever key, for an admin who knows its id or the key itself. @throws ApiError like {@link revokeKey}
 */
export async function revokeAnyKey(
  ctx: Ctx,
  which: { readonly id: string } | { readonly key: string },
  reason: 'admin' | 'leaked',
): Promise<ApiKey> {
  const by = 'id' in which ? { id: which.id } : { hash: await sha256Hex(which.key) };
  const [row] = await runSql(selectOwnerOf(ctx.ports.db, by));
  if (!row) throw new ApiError({ code: 'not_found' });
  return await revokeKey(ctx, { ...row, reason });
}

/**
 * Revokes a key: first the row in Neon, then the tombstone in Redis, and only then the answer. From here on no request
 * with it is admitted anywhere, and no delivery to an endpoint of its starts but that of this event. Idempotent; the
 * first reason stays.
 *
 * @throws ApiError `not_found` (no such key of this account); `service_unavailable` when Redis could not be told: the
 * row is revoked, records in Redis may admit the key a little longer, the sweep tells Redis again, and so does
 * repeating the call
 * @param address the person's, for the audit log
 */
export async function revokeKey(ctx: Ctx, key: KeyToRevoke, address?: ClientAddress): Promise<ApiKey> {
  return await revoke(ctx, key, accountIn(key.accountId), address);
}

/** @param account the id of the account in SQL, which may refuse */
async function revoke(ctx: Ctx, key: KeyToRevoke, account: Sql, address: ClientAddress | undefined): Promise<ApiKey> {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const revoked = ownerEvent(ctx, key, 'revoked', address);
  const [rows] = await runSql(
    db.batch([
      markRevoked(db, key, account, at),
      insertRevokedEvents(db, isRevokedNow({ id: key.id }, at)),
      insertEvent(db, revoked),
      insertRevokedMail(db, isRevokedNow({ id: key.id }, at), revoked.address, at),
    ]),
  );
  const [row] = rows;
  if (!row) throw new ApiError({ code: 'not_found' });
  if (!(await announceRevocations(ctx, rows))) throw new ApiError({ code: 'service_unavailable', why: 'revocation' });
  const [lastUse] = (await orUnknown(readLastUses(ctx, [row.key]))) ?? [];
  return toApiKey(row.key, ctx.now, lastUse);
}

/**
 * The statements that revoke all keys of an account, for a transaction that has locked the account before them: no key
 * is generated in between. Its caller then announces what the first of them answers.
 *
 * @param account its id, in SQL
 * @param address of whoever asked for it, for the audit log
 */
export function revokingAll(ctx: Ctx, account: Sql, address: ClientAddress | undefined) {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const revoked = isRevokedNow({ account }, at);
  return [
    markAllRevoked(db, account, at),
    insertRevokedEvents(db, revoked),
    insertAllRevoked(db, revoked, newId(ctx.now), address?.text ?? null, at),
    insertRevokedMailOfAll(db, revoked, address?.text ?? null, at),
  ] as const;
}

/**
 * The statements that revoke keys that leaked, by their hashes; a key that was revoked before stays as it is. The first
 * answers the keys that were live, the last the hashes that a key has.
 *
 * @param urls where each was found
 */
export function revokingLeaked(ctx: Ctx, urls: ReadonlyMap<string, string | null>) {
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const hashes = [...urls.keys()];
  const revoked = isRevokedNow({ hashes }, at);
  return [
    markLeaked(db, urls, at),
    insertRevokedEvents(db, revoked),
    insertAllRevoked(db, revoked, newId(ctx.now), null, at),
    selectKnownHashes(db, hashes),
  ] as const;
}

/**
 * Tells Redis of revocations, in one request, and waits until no delivery to the endpoints of these keys can start any
 * more but that of the revocation. Call it before the caller learns that the revocations hold.
 *
 * @returns whether Redis knows; if not, the sweep tells it again
 */
export async function announceRevocations(ctx: Ctx, rows: readonly KeyRow[]): Promise<boolean> {
  if (rows.length === 0) return true;
  try {
    await Promise.all([placeTombstones(ctx, rows), silence(ctx, rows)]);
  } catch {
    return false;
  }
  ctx.defer(noteTombstones(ctx, rows));
  return true;
}

/**
 * Waits until the endpoints of revoked or suspended keys hear of nothing more but a revocation, which is then on its
 * way to them.
 */
export async function silence(ctx: Ctx, rows: readonly KeyRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { db } = ctx.ports;
  const keyIds = rows.map(({ key }) => key.id);
  const [silenced] = (await runSql(selectSilenced(db, keyIds))).rows;
  for (const eventId of silenced?.events ?? []) announceEvent(ctx, eventId);
  ctx.defer(runSql(cancelSilenced(db, { now: ctx.now, limit: WEBHOOK_BATCH, keyIds })));
  await awaitStarts(silenced?.newestLease, ctx);
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
