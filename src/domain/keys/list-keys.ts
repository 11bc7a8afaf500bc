import { runSql } from '../../data/db.ts';
import type { SessionCtx } from '../context.ts';
import { type ApiKey, statusOf, toApiKey } from './api-key.ts';
import { readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import { selectKeysOf } from './store.ts';
import { readUsages, type UsageBucket } from './usage.ts';

/**
 * The keys of the person's account, the newest first. Without Redis too: last uses are Neon's copies then, which may be
 * an hour old.
 */
export async function listKeys(ctx: SessionCtx): Promise<readonly ApiKey[]> {
  const rows = await runSql(selectKeysOf(ctx.ports.db, ctx.actor.accountId));
  const lastUses = await orUnknown(readLastUses(ctx, rows));
  return rows.map((row, i) => toApiKey(row, ctx.now, lastUses?.[i]));
}

/** A key with its last 24 hours; undefined = unknown, since Redis does not answer. */
export interface KeyWithUsage {
  readonly apiKey: ApiKey;
  readonly usage: readonly UsageBucket[] | undefined;
}

/** Like {@link listKeys}, with the last 24 hours of each active key beside it. */
export async function listKeysWithUsage(ctx: SessionCtx): Promise<readonly KeyWithUsage[]> {
  const rows = await runSql(selectKeysOf(ctx.ports.db, ctx.actor.accountId));
  const active = rows.filter((row) => statusOf(row, ctx.now) === 'active');
  const [lastUses, usages] = await Promise.all([
    orUnknown(readLastUses(ctx, rows)),
    orUnknown(readUsages(ctx, active, '24h')),
  ]);
  return rows.map((row, i) => ({
    apiKey: toApiKey(row, ctx.now, lastUses?.[i]),
    usage: usages?.[active.indexOf(row)],
  }));
}
