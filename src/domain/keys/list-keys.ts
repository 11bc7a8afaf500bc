import type * as z from 'zod';
import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { invalidField } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { type ApiKey, statusOf, toApiKey } from './api-key.ts';
import { healthOf, type KeyHealth } from './health.ts';
import { type LastUse, readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import type { apiKeyListSchema } from './responses.ts';
import { scheduleOf } from './schedule-revocation.ts';
import { keyPageSchema } from './schemas.ts';
import { type ListedKeyRow, selectActiveKeys, selectEndedKeys } from './store.ts';
import { readUsages, type UsageBucket } from './usage.ts';

export type KeyList = z.infer<typeof apiKeyListSchema>;

/**
 * The keys of the person's account, the newest first: on the first page all that are active, and beside them a page of
 * those that are revoked or expired. Without Redis too: last uses are Neon's copies then, which may be an hour old.
 *
 * @param input `{ limit?, cursor? }`
 * @throws ApiError `invalid_request`
 */
export async function listKeys(ctx: SessionCtx, input: unknown): Promise<KeyList> {
  const { rows, nextCursor } = await readPage(ctx, input);
  const lastUses = await orUnknown(readLastUses(ctx, rows));
  const apiKeys = withHealth(rows, ctx.now, lastUses).map(({ apiKey, health }) => ({ ...apiKey, health }));
  return { apiKeys, nextCursor };
}

async function readPage(ctx: SessionCtx, input: unknown) {
  const { limit, cursor } = parseInput(keyPageSchema, input);
  const { db, sessionSecrets } = ctx.ports;
  const { accountId } = ctx.actor;
  const list = `keys of ${accountId}`;
  const before = cursor === undefined ? undefined : await openCursor(sessionSecrets, list, cursor);
  if (cursor !== undefined && before === undefined) throw invalidField('cursor', 'must be a nextCursor of this list');
  const now = new Date(ctx.now);
  // One more than asked for shows if there is another page.
  const [found, active] = await runSql(
    db.batch([
      selectEndedKeys(db, accountId, { now, before, limit: limit + 1 }),
      ...(before === undefined ? [selectActiveKeys(db, accountId, now)] : []),
    ]),
  );
  const ended = found.slice(0, limit);
  const last = ended.at(-1);
  const nextCursor = found.length > limit && last ? await sealCursor(sessionSecrets[0], list, last.id) : null;
  const rows = [...(active ?? []), ...ended].sort(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  return { rows, nextCursor };
}

/** An active key, and whether its last use is unknown, since Redis does not answer. */
export interface ActiveKey {
  readonly apiKey: ApiKey;
  readonly isUseUnknown: boolean;
}

/** The active keys of the person's account, the newest first. */
export async function listActiveKeys(ctx: SessionCtx): Promise<readonly ActiveKey[]> {
  const rows = await runSql(selectActiveKeys(ctx.ports.db, ctx.actor.accountId, new Date(ctx.now)));
  const lastUses = await orUnknown(readLastUses(ctx, rows));
  return rows.map((row, i) => ({
    apiKey: toApiKey(row, ctx.now, lastUses?.[i]),
    isUseUnknown: lastUses === undefined,
  }));
}

/** Keys with their health. @param now unix ms @param lastUses undefined = unknown, since Redis does not answer */
function withHealth(
  rows: readonly ListedKeyRow[],
  now: number,
  lastUses: readonly (LastUse | undefined)[] | undefined,
): { readonly apiKey: ApiKey; readonly health: KeyHealth[] }[] {
  return rows.map((row, i) => {
    const apiKey = toApiKey(row, now, lastUses?.[i]);
    const of = {
      isUseKnown: lastUses !== undefined,
      isLeakDismissed: row.leakDismissedAt !== null,
      schedule: scheduleOf(row),
    };
    return { apiKey, health: healthOf(apiKey, now, of) };
  });
}

/** A key with its last 24 hours; undefined = unknown, since Redis does not answer. */
export interface KeyWithUsage {
  readonly apiKey: ApiKey;
  readonly health: readonly KeyHealth[];
  readonly usage: readonly UsageBucket[] | undefined;
}

/** Like {@link listKeys}, with the last 24 hours of each active key beside it. */
export async function listKeysWithUsage(
  ctx: SessionCtx,
  input: unknown,
): Promise<{ readonly keys: readonly KeyWithUsage[]; readonly nextCursor: string | null }> {
  const { rows, nextCursor } = await readPage(ctx, input);
  const active = rows.filter((row) => statusOf(row, ctx.now) === 'active');
  const [lastUses, usages] = await Promise.all([
    orUnknown(readLastUses(ctx, rows)),
    orUnknown(readUsages(ctx, active, '24h')),
  ]);
  const keys = withHealth(rows, ctx.now, lastUses).map((shown, i) => ({
    ...shown,
    usage: usages?.[active.findIndex(({ id }) => id === rows[i]?.id)],
  }));
  return { keys, nextCursor };
}
