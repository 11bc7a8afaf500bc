import { AUDIT_EVENTS_SHOWN } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import type { SessionCtx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { type ApiKey, statusOf, toApiKey } from './api-key.ts';
import { readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import { type AuditEvent, selectEvents, selectKeysOf } from './store.ts';
import { readUsages, type UsageBucket } from './usage.ts';

/** Everything the owner of a key can know of it. */
export interface KeyDetail {
  readonly apiKey: ApiKey;
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
  const [rows, events] = await runSql(
    db.batch([selectKeysOf(db, ctx.actor.accountId), selectEvents(db, id, AUDIT_EVENTS_SHOWN)]),
  );
  const row = rows.find((candidate) => candidate.id === id);
  if (!row) throw new Refused({ code: 'not_found' });
  const isActive = (candidate: (typeof rows)[number]) => statusOf(candidate, ctx.now) === 'active';
  const sibling = isActive(row)
    ? rows.find((other) => other.id !== id && isActive(other) && hasSameScopes(other.scopes, row.scopes))
    : undefined;
  const shown = sibling ? [row, sibling] : [row];
  const [lastUses, hours, days] = await Promise.all([
    orUnknown(readLastUses(ctx, shown)),
    orUnknown(readUsages(ctx, shown, '24h')),
    orUnknown(readUsages(ctx, [row], '30d')),
  ]);
  return {
    apiKey: toApiKey(row, ctx.now, lastUses?.[0]),
    hours: hours?.[0],
    days: days?.[0],
    events,
    sibling: sibling && { apiKey: toApiKey(sibling, ctx.now, lastUses?.[1]), hours: hours?.[1] },
  };
}

function hasSameScopes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((scope) => others.includes(scope));
}
