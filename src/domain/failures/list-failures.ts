import type * as z from 'zod';
import { KNOCKING_SHOWN } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { isId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { ActorCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import type { failurePageSchema } from './responses.ts';
import { failuresQuerySchema } from './schemas.ts';
import { type KnockingKey, selectFailures, selectKey, selectKnocking, selectLateUse } from './store.ts';

export type FailurePage = z.infer<typeof failurePageSchema>;

/**
 * Failed calls with a key of the actor's account, the newest first.
 *
 * @param input `{ status?, code?, limit?, cursor? }`
 * @throws ApiError `not_found`, `invalid_request`
 */
export async function listFailures(ctx: ActorCtx, keyId: string, input: unknown): Promise<FailurePage> {
  const { db, sessionSecrets } = ctx.ports;
  if (!isId(keyId)) throw new ApiError({ code: 'not_found' });
  const { status, code, limit, cursor } = parseInput(failuresQuerySchema, input);
  const list = `failures of ${keyId}`;
  const before = cursor === undefined ? undefined : await openCursor(sessionSecrets, list, cursor);
  if (cursor !== undefined && before === undefined) throw invalidField('cursor', 'must be a nextCursor of this list');
  // One more than asked for shows if there is another page.
  const page = { now: ctx.now, status, code, before, limit: limit + 1 };
  const [[key], { rows }] = await runSql(
    db.batch([selectKey(db, keyId, ctx.actor.accountId), selectFailures(db, keyId, page)]),
  );
  if (!key) throw new ApiError({ code: 'not_found' });
  const failures = rows.slice(0, limit);
  const last = failures.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { failures, nextCursor: hasMore ? await sealCursor(sessionSecrets[0], list, last.requestId) : null };
}

/** Calls with a key after it was revoked or expired. */
export interface LateUse {
  readonly count: number;
  /** ISO-8601. */
  readonly lastAt: string;
  readonly address: string | null;
}

/**
 * The calls of the last 7 days with a key that had ended; undefined without such calls.
 *
 * @throws ApiError `not_found`
 */
export async function readLateUse(ctx: ActorCtx, keyId: string): Promise<LateUse | undefined> {
  const { db } = ctx.ports;
  if (!isId(keyId)) throw new ApiError({ code: 'not_found' });
  const [[key], { rows }] = await runSql(
    db.batch([selectKey(db, keyId, ctx.actor.accountId), selectLateUse(db, keyId, ctx.now)]),
  );
  if (!key) throw new ApiError({ code: 'not_found' });
  const [late] = rows;
  return late && late.lastAt !== null ? { ...late, lastAt: late.lastAt } : undefined;
}

/**
 * Keys with the scopes of this one that were revoked in the last 7 days and are still tried; empty without such keys.
 */
export async function readKnocking(
  { actor, now, ports: { db } }: ActorCtx,
  keyId: string,
): Promise<readonly KnockingKey[]> {
  if (!isId(keyId)) return [];
  return (await runSql(selectKnocking(db, keyId, actor.accountId, now, KNOCKING_SHOWN))).rows;
}
