import type { SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { ownKey } from './own-key.ts';
import { usageQuerySchema } from './schemas.ts';
import { readUsages, type UsageBucket } from './usage.ts';

/**
 * What a key was used for: 24 hours by the hour, or 30 days by the UTC day.
 *
 * @throws Refused `not_found`, `invalid_request`; RedisUnavailable, since usage lives in Redis only
 */
export async function readUsage(ctx: SessionCtx, id: string, query: unknown): Promise<readonly UsageBucket[]> {
  const { window } = parseInput(usageQuerySchema, query);
  const [buckets = []] = await readUsages(ctx, [await ownKey(ctx, id)], window);
  return buckets;
}
