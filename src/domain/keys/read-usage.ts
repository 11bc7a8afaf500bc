import { HOUR_MS } from '../../config/limits.ts';
import type { SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { orUnknown } from './or-unknown.ts';
import { requireOwnKey } from './require-own-key.ts';
import { usageQuerySchema } from './schemas.ts';
import { readUsages, type UsageBucket } from './usage.ts';

/**
 * What a key was used for: 24 hours by the hour, or 30 days by the UTC day.
 *
 * @throws ApiError `not_found`, `invalid_request`; RedisUnavailable, since usage lives in Redis only
 */
export async function readUsage(ctx: SessionCtx, id: string, query: unknown): Promise<readonly UsageBucket[]> {
  const { window } = parseInput(usageQuerySchema, query);
  const [buckets = []] = await readUsages(ctx, [await requireOwnKey(ctx, id)], window);
  return buckets;
}

/**
 * The usage of a key by the hour since a time, the last 30 days at most; undefined = unknown, since Redis does not
 * answer.
 *
 * @throws ApiError `not_found`
 */
export async function readUsageSince(
  ctx: SessionCtx,
  id: string,
  since: Date,
): Promise<readonly UsageBucket[] | undefined> {
  const usages = await orUnknown(readUsages(ctx, [await requireOwnKey(ctx, id)], '30d-by-hour'));
  return usages?.[0]?.filter(({ start }) => Date.parse(start) + HOUR_MS > since.getTime());
}
