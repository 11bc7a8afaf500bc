import { HOUR_MS, SWEEP_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { newId } from '../../lib/id.ts';
import { invalidField } from '../api-error.ts';
import { type ClientAddress, type Ctx, type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { deleteUnsentScheduleMails, insertRevokedMail, insertScheduleMail } from '../key-mails/index.ts';
import { insertRevokedEvents } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { type ApiKeyRow, statusOf } from './api-key.ts';
import { type LastUse, readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import { requireOwnKey } from './require-own-key.ts';
import { announceRevocations } from './revoke-key.ts';
import { revocationScheduleSchema } from './schemas.ts';
import {
  insertAllRevoked,
  insertEvent,
  isRevokedNow,
  markDueRevoked,
  postponeRevocations,
  selectDueRevocations,
  updateSchedule,
} from './store.ts';

/** A revocation that the sweep will do. */
export interface RevocationSchedule {
  /** When; with `afterSilence`, the earliest time as far as is known. */
  readonly at: Date;
  /** Hours that the key must have been silent for; null = it is revoked in any case. */
  readonly afterSilence: number | null;
}

/** The revocation that is scheduled for a key; undefined = none is, or it is done. */
export function scheduleOf(row: {
  readonly revokedAt: Date | null;
  readonly revokeAt: Date | null;
  readonly revokeAfterSilence: number | null;
}): RevocationSchedule | undefined {
  if (row.revokeAt === null || row.revokedAt !== null) return undefined;
  return { at: row.revokeAt, afterSilence: row.revokeAfterSilence };
}

/**
 * Schedules the revocation of a key, in place of an earlier schedule: at a time, or once it has been silent for some
 * hours, of which those before now count. Nothing changes for a key that has ended.
 *
 * @param input `{ when: 'time', at }` or `{ when: 'silence', hours }`
 * @param address of whoever asked for it, for the history of the key
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function scheduleRevocation(
  ctx: SessionCtx,
  id: string,
  input: unknown,
  address: ClientAddress | undefined,
): Promise<void> {
  const { db } = ctx.ports;
  const row = await requireOwnKey(ctx, id);
  const schedule = parseInput(revocationScheduleSchema, input);
  if (statusOf(row, ctx.now) !== 'active') return;
  if (schedule.when === 'time' && Date.parse(schedule.at) <= ctx.now) {
    throw invalidField('at', 'choose a time in the future (UTC)');
  }
  const chosen =
    schedule.when === 'time'
      ? { at: new Date(schedule.at), afterSilence: null }
      : { at: silentAt(row, await lastUseOf(ctx, row), schedule.hours), afterSilence: schedule.hours };
  const now = new Date(ctx.now);
  await runAsActor(
    ctx,
    db.batch([
      updateSchedule(db, id, writerOf(ctx), chosen),
      deleteUnsentScheduleMails(db, id),
      insertEvent(db, scheduleEvent(ctx, id, 'revocation_scheduled', address)),
      insertScheduleMail(db, id, address?.text ?? null, now),
    ]),
  );
}

/** Takes the schedule of a key away. Idempotent. @throws ApiError `not_found` */
export async function cancelScheduledRevocation(
  ctx: SessionCtx,
  id: string,
  address: ClientAddress | undefined,
): Promise<void> {
  const { db } = ctx.ports;
  if (scheduleOf(await requireOwnKey(ctx, id)) === undefined) return;
  await runAsActor(
    ctx,
    db.batch([
      updateSchedule(db, id, writerOf(ctx), null),
      deleteUnsentScheduleMails(db, id),
      insertEvent(db, scheduleEvent(ctx, id, 'revocation_cancelled', address)),
    ]),
  );
}

/** As far as is known: while Redis is away the sweep finds out. */
async function lastUseOf(ctx: Ctx, row: { readonly hash: string }): Promise<LastUse | undefined> {
  return (await orUnknown(readLastUses(ctx, [row])))?.[0];
}

function scheduleEvent(
  ctx: SessionCtx,
  id: string,
  event: 'revocation_scheduled' | 'revocation_cancelled',
  address: ClientAddress | undefined,
) {
  const at = new Date(ctx.now);
  const { accountId } = ctx.actor;
  const common = { keyId: id, accountId, event, address: address?.text ?? null };
  return { ...common, id: newId(ctx.now), dedupeKey: at.toISOString(), at };
}

/** When a key will have been silent for some hours, if nobody uses it again. */
function silentAt(
  { createdAt, lastUsedAt }: Pick<ApiKeyRow, 'createdAt' | 'lastUsedAt'>,
  lastUse: LastUse | undefined,
  hours: number,
): Date {
  const silentSince = Math.max(createdAt.getTime(), lastUsedAt?.getTime() ?? 0, lastUse?.at ?? 0);
  return new Date(silentSince + hours * HOUR_MS);
}

/**
 * Revokes the keys whose scheduled time has come, exactly as a person would. One that was to be silent and was used
 * meanwhile is looked at again when its silence can be over. While Redis does not tell last uses, keys that must be
 * silent stay.
 *
 * @returns the number of keys that are revoked now
 * @throws RedisUnavailable after those keys were revoked that wait for no silence
 */
export async function revokeScheduled(ctx: Ctx): Promise<number> {
  const rows = await runSql(selectDueRevocations(ctx.ports.db, new Date(ctx.now), SWEEP_BATCH));
  const silent = rows.filter(({ revokeAfterSilence }) => revokeAfterSilence !== null);
  const revoked = await revokeDue(
    ctx,
    rows.filter(({ revokeAfterSilence }) => revokeAfterSilence === null),
  );
  const lastUses = await readLastUses(ctx, silent);
  const ends = silent.map((row, i) => ({ row, at: silentAt(row, lastUses[i], row.revokeAfterSilence ?? 0) }));
  const used = ends.filter(({ at }) => at.getTime() > ctx.now);
  if (used.length > 0) {
    const later = used.map(({ row, at }) => ({ id: row.id, was: row.revokeAt, at }));
    await runSql(postponeRevocations(ctx.ports.db, later));
  }
  return (
    revoked +
    (await revokeDue(
      ctx,
      ends.filter((end) => !used.includes(end)).map(({ row }) => row),
    ))
  );
}

async function revokeDue(ctx: Ctx, due: readonly { readonly hash: string }[]): Promise<number> {
  if (due.length === 0) return 0;
  const { db } = ctx.ports;
  const at = new Date(ctx.now);
  const hashes = due.map(({ hash }) => hash);
  const revoked = isRevokedNow({ hashes }, at);
  const [rows] = await runSql(
    db.batch([
      markDueRevoked(db, hashes, at),
      insertRevokedEvents(db, revoked),
      insertAllRevoked(db, revoked, newId(ctx.now), null, at),
      insertRevokedMail(db, revoked, null, at, 'schedule'),
    ]),
  );
  // Where Redis could not be told, `syncRevocations` of the same run tries again.
  await announceRevocations(ctx, rows);
  return rows.length;
}
