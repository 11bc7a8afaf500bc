import { AUDIT_EVENTS_SHOWN } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import type { SessionCtx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { type ApiKey, statusOf, toApiKey } from './api-key.ts';
import { healthOf, type KeyHealth } from './health.ts';
import { readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import { type AuditEvent, selectActiveKeys, selectEvents, selectKeyOf } from './store.ts';
import { readUsages, type UsageBucket } from './usage.ts';

/** Everything the owner of a key can know of it. */
export interface KeyDetail {
  readonly apiKey: ApiKey;
  readonly health: readonly KeyHealth[];
  /** Undefined = unknown, since Redis does not answer. */
  readonly hours: readonly UsageBucket[] | undefined;
  readonly days: readonly UsageBucket[] | undefined;
  /** The newest first. */
  readonly events: readonly AuditEvent[];
  /** The newest other active key with the same scopes: what traffic moves to, or comes from, in a rotation. */
  readonly sibling: { readonly apiKey: ApiKey; readonly hours: readonly UsageBucket[] | undefined } | undefined;
}

/** @throws Refused `not_found`: no such key of this person's */
export async function readKey(ctx: SessionCtx, id: string): Promise<KeyDetail> {
  const { db } = ctx.ports;
  if (!isId(id)) throw new Refused({ code: 'not_found' });
  const { accountId } = ctx.actor;
  const [[row], active, events] = await runSql(
    db.batch([
      selectKeyOf(db, id, accountId),
      selectActiveKeys(db, accountId, new Date(ctx.now)),
      selectEvents(db, id, AUDIT_EVENTS_SHOWN),
    ]),
  );
  if (!row) throw new Refused({ code: 'not_found' });
  const sibling =
    statusOf(row, ctx.now) === 'active'
      ? active.find((other) => other.id !== id && hasSameScopes(other.scopes, row.scopes))
      : undefined;
  const shown = sibling ? [row, sibling] : [row];
  const [lastUses, hours, days] = await Promise.all([
    orUnknown(readLastUses(ctx, shown)),
    orUnknown(readUsages(ctx, shown, '24h')),
    orUnknown(readUsages(ctx, [row], '30d')),
  ]);
  const apiKey = toApiKey(row, ctx.now, lastUses?.[0]);
  return {
    apiKey,
    health: healthOf(apiKey, ctx.now, {
      isUseKnown: lastUses !== undefined,
      isLeakDismissed: row.leakDismissedAt !== null,
    }),
    hours: hours?.[0],
    days: days?.[0],
    events: events.rows.map((event) => ({ ...event, at: new Date(event.at), lastAt: new Date(event.lastAt) })),
    sibling: sibling && { apiKey: toApiKey(sibling, ctx.now, lastUses?.[1]), hours: hours?.[1] },
  };
}

function hasSameScopes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((scope) => others.includes(scope));
}
