import * as z from 'zod';
import type { SessionCtx } from '../context.ts';
import { parseInput } from '../parse-input.ts';
import { ownKey } from './own-key.ts';
import { readUsages, type UsageBucket } from './usage.ts';

const querySchema = z.strictObject({
  window: z.enum(['24h', '30d'], { error: 'must be 24h or 30d' }).default('24h'),
});

/**
 * What a key was used for: 24 hours by the hour, or 30 days by the UTC day.
 *
 * @throws Refused `not_found`, `invalid_request`; RedisUnavailable, since usage lives in Redis only
 */
export async function readUsage(ctx: SessionCtx, id: string, query: unknown): Promise<readonly UsageBucket[]> {
  const { window } = parseInput(querySchema, query);
  const [buckets = []] = await readUsages(ctx, [await ownKey(ctx, id)], window);
  return buckets;
}
