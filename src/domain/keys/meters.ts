import {
  CREATIONS_PER_DAY,
  DAY_BUCKET_MS,
  DAY_WINDOW_MINUTES,
  MINUTE_WINDOW_MS,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
} from '../../config/limits.ts';

/** How full a limit is. */
export interface Meter {
  readonly name: 'minute' | 'day' | 'creations';
  readonly used: number;
  readonly limit: number;
}

/**
 * The windows of a key in Redis (see `data/scripts/authorize.ts`): last use, address, minute log, posts log, bucket,
 * total, day log.
 */
const WINDOWS = /^u1\|\d*\|[^|]*\|(\d*)\|\d*\|(\d+)\|\d+\|([0-l]+)/;

/** Digits of a timestamp in a log. */
const STAMP = 13;

/**
 * How full the limits are that a key meets.
 *
 * @param windows of the key, as Redis keeps them; null where it keeps none
 * @param creations Jes and JesClips that the account created today
 * @param now unix milliseconds
 */
export function metersOf(windows: string | null, creations: number, now: number): Meter[] {
  const [, minuteLog = '', bucket = '0', dayLog = ''] = WINDOWS.exec(windows ?? '') ?? [];
  return [
    { name: 'minute', used: countSince(minuteLog, now - MINUTE_WINDOW_MS), limit: REQUESTS_PER_MINUTE },
    { name: 'day', used: countInDay(dayLog, Number(bucket), now), limit: REQUESTS_PER_DAY },
    { name: 'creations', used: creations, limit: CREATIONS_PER_DAY },
  ];
}

function countSince(log: string, since: number): number {
  let count = 0;
  for (let i = 0; i < log.length; i += STAMP) if (Number(log.slice(i, i + STAMP)) > since) count += 1;
  return count;
}

/** @param log a character a minute, counted up from `0`; the last one is the minute `bucket` */
function countInDay(log: string, bucket: number, now: number): number {
  const elapsed = Math.max(0, Math.floor(now / DAY_BUCKET_MS) - bucket);
  const kept = Math.max(0, DAY_WINDOW_MINUTES + 1 - elapsed);
  let count = 0;
  for (let i = Math.max(0, log.length - kept); i < log.length; i++) count += log.charCodeAt(i) - 48;
  return count;
}
