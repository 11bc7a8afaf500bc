import { DAILY_LIMITS, DAY_MS, type DailyLimit } from '../../config/limits.ts';
import { type Db, runSql } from '../../data/db.ts';
import { constraintOf } from '../../data/schema/daily-usage.ts';
import { ApiError } from '../api-error.ts';
import { type DailyCounts, insertToday, selectDay } from './store.ts';

/** The UTC day of a time. @param now unix milliseconds */
export function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** A statement that counts a write against daily limits of an account. The write's rules are {@link dailyRules}. */
export function countToday(db: Db, accountId: string, now: number, counts: DailyCounts) {
  return insertToday(db, accountId, dayOf(now), counts);
}

/** The error for each daily limit, by the CHECK that holds it. @param now unix milliseconds */
export function dailyRules(now: number): Readonly<Record<string, () => ApiError>> {
  const names = Object.keys(DAILY_LIMITS) as DailyLimit[];
  return Object.fromEntries(names.map((limit) => [constraintOf(limit), () => spent(limit, now)]));
}

/**
 * Refuses an upload before it is read, where the account may upload nothing more today. The transaction decides
 * exactly.
 *
 * @param now unix milliseconds
 * @throws ApiError `daily_quota_exceeded`
 */
export async function requireUploadsLeft(db: Db, accountId: string, now: number): Promise<void> {
  const [today] = await runSql(selectDay(db, accountId, dayOf(now)));
  if (!today) return;
  for (const limit of ['uploads', 'uploadBytes'] as const) {
    if (today[limit] >= DAILY_LIMITS[limit].limit) throw spent(limit, now);
  }
}

/** Until midnight UTC, when the next row begins. */
function spent(limit: DailyLimit, now: number): ApiError {
  return new ApiError({
    code: 'daily_quota_exceeded',
    limit,
    retryAfter: Math.ceil((DAY_MS - (now % DAY_MS)) / 1_000),
  });
}
