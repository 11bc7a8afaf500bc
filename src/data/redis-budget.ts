import { REDIS_BUDGET_MAX_MS, REDIS_BUDGET_MS, REDIS_BUDGET_ROUND_TRIPS } from '../config/limits.ts';

/**
 * The milliseconds that one request may wait for Redis in all. It follows the distance, so that a Redis far away does
 * not look like a sick one.
 *
 * @param roundTripMs see {@link nextRoundTrip}; undefined = none was measured
 */
export function redisBudget(roundTripMs: number | undefined): number {
  const wanted = REDIS_BUDGET_ROUND_TRIPS * (roundTripMs ?? Number.POSITIVE_INFINITY);
  return Math.max(REDIS_BUDGET_MS, Math.min(REDIS_BUDGET_MAX_MS, wanted));
}

/**
 * The round trip to Redis after one more call that succeeded. A faster call counts at once, since nothing is faster
 * than the distance; a slower one counts for a sixteenth, since a call may be slow for many reasons.
 */
export function nextRoundTrip(roundTripMs: number | undefined, callMs: number): number {
  if (roundTripMs === undefined || callMs < roundTripMs) return callMs;
  return roundTripMs + (callMs - roundTripMs) / 16;
}
