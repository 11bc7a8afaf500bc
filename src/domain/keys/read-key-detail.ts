import { AUDIT_EVENTS_SHOWN } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { dayOf, selectDay } from '../limits/index.ts';
import { type ApiKey, statusOf, toApiKey } from './api-key.ts';
import { healthOf, type KeyHealth } from './health.ts';
import { lastUseIn, readWindows } from './last-use.ts';
import { type Meter, metersOf } from './meters.ts';
import { orUnknown } from './or-unknown.ts';
import { toEvents } from './read-history.ts';
import { type RotationVerdict, rotationVerdict } from './rotation.ts';
import { type RevocationSchedule, scheduleOf } from './schedule-revocation.ts';
import { type AuditEvent, selectActiveKeys, selectHistory, selectKeyOf } from './store.ts';
import { byDay, readUsages, USAGE_WINDOWS, type UsageBucket } from './usage.ts';

/** Everything the owner of a key can know of it. */
export interface KeyDetail {
  readonly apiKey: ApiKey;
  readonly health: readonly KeyHealth[];
  readonly schedule: RevocationSchedule | undefined;
  /** Undefined = unknown, since Redis does not answer. */
  readonly hours: readonly UsageBucket[] | undefined;
  readonly days: readonly UsageBucket[] | undefined;
  readonly meters: readonly Meter[] | undefined;
  /** The newest first. */
  readonly events: readonly AuditEvent[];
  readonly rotation: Rotation | undefined;
}

/** A key and the newest other active one with the same scopes: traffic moves from the older to the newer. */
export interface Rotation {
  readonly older: RotatedKey;
  readonly newer: RotatedKey;
  readonly verdict: RotationVerdict;
}

export interface RotatedKey {
  readonly apiKey: ApiKey;
  readonly schedule: RevocationSchedule | undefined;
  /** The last 30 days; undefined = unknown, since Redis does not answer. */
  readonly hours: readonly UsageBucket[] | undefined;
}

/** @throws ApiError `not_found`: no such key of this person's */
export async function readKeyDetail(ctx: SessionCtx, id: string): Promise<KeyDetail> {
  const { db } = ctx.ports;
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const { accountId } = ctx.actor;
  const [[row], active, events, [today]] = await runSql(
    db.batch([
      selectKeyOf(db, id, accountId),
      selectActiveKeys(db, accountId, new Date(ctx.now)),
      selectHistory(db, id, new Date(ctx.now), { limit: AUDIT_EVENTS_SHOWN }),
      selectDay(db, accountId, dayOf(ctx.now)),
    ]),
  );
  if (!row) throw new ApiError({ code: 'not_found' });
  const sibling =
    statusOf(row, ctx.now) === 'active'
      ? active.find((other) => other.id !== id && hasSameScopes(other.scopes, row.scopes))
      : undefined;
  const rows = sibling ? [row, sibling] : [row];
  const [windows, usages] = await Promise.all([
    orUnknown(readWindows(ctx, rows)),
    orUnknown(readUsages(ctx, rows, '30d-by-hour')),
  ]);
  const lastUses = windows?.map(lastUseIn);
  const [shown, other] = rows.map((each, i) => ({
    apiKey: toApiKey(each, ctx.now, lastUses?.[i]),
    schedule: scheduleOf(each),
    hours: lastUses && usages?.[i],
  }));
  if (!shown) throw new ApiError({ code: 'not_found' });
  const { apiKey, schedule, hours } = shown;
  return {
    apiKey,
    health: healthOf(apiKey, ctx.now, {
      isUseKnown: lastUses !== undefined,
      isLeakDismissed: row.leakDismissedAt !== null,
      schedule,
    }),
    schedule,
    hours: hours?.slice(-USAGE_WINDOWS['24h'].buckets),
    days: hours && byDay(hours, USAGE_WINDOWS['30d'].buckets),
    meters: windows && metersOf(windows[0] ?? null, today?.creations ?? 0, ctx.now),
    events: toEvents(events),
    rotation: other && rotationOf(shown, other, ctx.now),
  };
}

function rotationOf(one: RotatedKey, other: RotatedKey, now: number): Rotation {
  const isOlder = one.apiKey.createdAt <= other.apiKey.createdAt;
  const [older, newer] = isOlder ? [one, other] : [other, one];
  return { older, newer, verdict: rotationVerdict(older, newer, now) };
}

function hasSameScopes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((scope) => others.includes(scope));
}
