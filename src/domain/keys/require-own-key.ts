import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import type { SessionCtx } from '../context.ts';
import { type ApiKey, toApiKey } from './api-key.ts';
import { readLastUses } from './last-use.ts';
import { orUnknown } from './or-unknown.ts';
import { selectKeyOf } from './store.ts';

/** The row of a key of the person's. @throws ApiError `not_found` */
export async function requireOwnKey(ctx: SessionCtx, id: string) {
  const [row] = isId(id) ? await runSql(selectKeyOf(ctx.ports.db, id, ctx.actor.accountId)) : [];
  if (!row) throw new ApiError({ code: 'not_found' });
  return row;
}

/** A key of the person's as a list shows it. @throws ApiError `not_found` */
export async function readApiKey(ctx: SessionCtx, id: string): Promise<ApiKey> {
  return (await readApiKeyAndUse(ctx, id)).apiKey;
}

/** The same, with whether its last use is unknown, since Redis does not answer. @throws ApiError `not_found` */
export async function readApiKeyAndUse(
  ctx: SessionCtx,
  id: string,
): Promise<{ readonly apiKey: ApiKey; readonly isUseUnknown: boolean }> {
  const row = await requireOwnKey(ctx, id);
  const lastUses = await orUnknown(readLastUses(ctx, [row]));
  return { apiKey: toApiKey(row, ctx.now, lastUses?.[0]), isUseUnknown: lastUses === undefined };
}
