import type * as z from 'zod';
import { DAY_MS, HOUR_MS, USAGE_HOURS } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';
import type { usageBucketSchema } from './answers.ts';
import { usageKey, windowsKey } from './record.ts';
import { type HourCounts, hourCounts } from './usage-log.ts';

export type UsageBucket = z.infer<typeof usageBucketSchema>;

export const USAGE_WINDOWS = {
  '24h': { buckets: 24, bucketMs: HOUR_MS },
  '30d': { buckets: 30, bucketMs: DAY_MS },
  /** All hours of the 30 UTC days, and some before them. */
  '30d-by-hour': { buckets: USAGE_HOURS, bucketMs: HOUR_MS },
} as const;

export type UsageWindow = keyof typeof USAGE_WINDOWS;

/**
 * Earlier Workers count in a hash for each key and UTC day: `HH:accepted`, `HH:throttled`. Its life is 32 days, so 32
 * days after the last of them nothing reads these any more.
 */
const earlierUsageKey = (hash: string, dayMs: number) => `usage:${hash}:${new Date(dayMs).toISOString().slice(0, 10)}`;

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
  const days = [...new Set(starts.map((start) => start - (start % DAY_MS)))];
  const { values, hashes } = await ctx.ports.redis.getWithHashes(
    keys.flatMap(({ hash }) => [windowsKey(hash), usageKey(hash)]),
    keys.flatMap(({ hash }) => days.map((day) => earlierUsageKey(hash, day))),
  );
  return keys.map((_, key) => {
    const hours = hourCounts(values[2 * key] ?? null, values[2 * key + 1] ?? null);
    days.forEach((day, i) => {
      addEarlier(hours, day, hashes[key * days.length + i] ?? {});
    });
    return starts.map((start) => bucketOf(hours, start, bucketMs));
  });
}

function bucketOf(hours: HourCounts, start: number, bucketMs: number): UsageBucket {
  let [accepted, throttled] = [0, 0];
  for (let hour = start / HOUR_MS; hour < (start + bucketMs) / HOUR_MS; hour++) {
    accepted += hours.of(hour).accepted;
    throttled += hours.of(hour).throttled;
  }
  return { start: new Date(start).toISOString(), accepted, throttled };
}

function addEarlier(hours: HourCounts, dayMs: number, counters: Readonly<Record<string, string>>): void {
  for (const [field, count] of Object.entries(counters)) {
    const hour = dayMs / HOUR_MS + Number(field.slice(0, 2));
    if (field.endsWith('accepted')) hours.add(hour, Number(count), 0);
    else hours.add(hour, 0, Number(count));
  }
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
