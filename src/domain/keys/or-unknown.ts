import { RedisUnavailable } from '../../data/redis.ts';

/** What only Redis knows, or undefined where it does not answer: a person's keys are shown and revoked without it. */
export async function orUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RedisUnavailable) return undefined;
    throw error;
  }
}
