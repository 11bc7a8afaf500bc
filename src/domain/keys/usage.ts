import type * as z from 'zod';
import { DAY_MS, HOUR_MS } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';
import { usageKey } from './record.ts';
import type { usageBucketSchema } from './responses.ts';

export type UsageBucket = z.infer<typeof usageBucketSchema>;

export const USAGE_WINDOWS = {
  '24h': { buckets: 24, bucketMs: HOUR_MS },
  '30d': { buckets: 30, bucketMs: DAY_MS },
  /** All hours of the 30 UTC days, and some before them. */
  '30d-by-hour': { buckets: 720, bucketMs: HOUR_MS },
} as const;

export type UsageWindow = keyof typeof USAGE_WINDOWS;

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

/**
 * The usage of keys, oldest bucket first; the last one is the hour or day that is under way.
 *
 * @throws RedisUnavailable: usage lives in Redis only
 */
export async function readUsages(
  ctx: Ctx,
  keys: readonly { readonly hash: string }[],
  window: UsageWindow,
): Promise<UsageBucket[][]> {
  if (keys.length === 0) return [];
  const { buckets, bucketMs } = USAGE_WINDOWS[window];
  const newest = Math.floor(ctx.now / bucketMs) * bucketMs;
  const starts = Array.from({ length: buckets }, (_, i) => newest - (buckets - 1 - i) * bucketMs);
  const days = [...new Set(starts.map(dayOf))];
  const found = await ctx.ports.redis.getHashes(keys.flatMap(({ hash }) => days.map((day) => usageKey(hash, day))));
  return keys.map((_, key) => {
    const counters = new Map(days.map((day, i) => [day, found[key * days.length + i] ?? {}]));
    return starts.map((start) => {
      const ofDay = counters.get(dayOf(start)) ?? {};
      const hour = bucketMs === HOUR_MS ? new Date(start).toISOString().slice(11, 13) : undefined;
      return {
        start: new Date(start).toISOString(),
        accepted: sum(ofDay, 'accepted', hour),
        throttled: sum(ofDay, 'throttled', hour),
      };
    });
  });
}

/** The newest UTC days of buckets of an hour, the oldest first. */
export function byDay(hours: readonly UsageBucket[], days: number): UsageBucket[] {
  const sums = new Map<string, UsageBucket>();
  for (const { start, accepted, throttled } of hours) {
    const day = `${start.slice(0, 10)}T00:00:00.000Z`;
    const sum = sums.get(day) ?? { start: day, accepted: 0, throttled: 0 };
    sums.set(day, { start: day, accepted: sum.accepted + accepted, throttled: sum.throttled + throttled });
  }
  return [...sums.values()].slice(-days);
}

/** Counters are `HH:accepted` and `HH:throttled`. @param hour only of this one */
function sum(counters: Readonly<Record<string, string>>, outcome: 'accepted' | 'throttled', hour?: string): number {
  if (hour !== undefined) return Number(counters[`${hour}:${outcome}`] ?? 0);
  const counts = Object.entries(counters).filter(([field]) => field.endsWith(outcome));
  return counts.reduce((total, [, count]) => total + Number(count), 0);
}
