import { DAY_MS, HOUR_MS } from '../../config/limits.ts';
import type { ApiKey } from './api-key.ts';
import type { UsageBucket } from './usage.ts';

/** Whether the older of two keys can be revoked, from what is known of their traffic. */
export type RotationVerdict =
  /** The counters do not answer. */
  | { readonly code: 'unknown' }
  /** The older key was never used. */
  | { readonly code: 'unused' }
  /** The newer key was not used yet, so the service still needs the older one. */
  | { readonly code: 'not_moved' }
  /** The older key was used in too few hours to know how long its service rests. */
  | { readonly code: 'rare'; readonly silenceMs: number }
  /** The older key has been silent before for as long as it is now. */
  | { readonly code: 'wait'; readonly silenceMs: number; readonly longestMs: number }
  /** It was never silent for so long. */
  | { readonly code: 'revoke'; readonly silenceMs: number; readonly longestMs: number };

/** How far back the buckets of a verdict reach, unless the key is younger. */
export const ROTATION_HISTORY_MS = 30 * DAY_MS;

/**
 * Says whether the older key of a rotation can go. A silence counts as its greatest possible length, since the buckets
 * do not tell when within their hours a request came; the silence of this moment is no silence of the past.
 *
 * @param older with its buckets of an hour, the oldest first; undefined = unknown
 * @param now unix ms
 */
export function rotationVerdict(
  older: { readonly apiKey: ApiKey; readonly hours: readonly UsageBucket[] | undefined },
  newer: { readonly apiKey: ApiKey },
  now: number,
): RotationVerdict {
  const { apiKey, hours } = older;
  if (hours === undefined) return { code: 'unknown' };
  if (apiKey.lastUsedAt === null) return { code: 'unused' };
  if (newer.apiKey.lastUsedAt === null) return { code: 'not_moved' };
  const silenceMs = Math.max(0, now - Date.parse(apiKey.lastUsedAt));
  const longestMs = longestSilence(hours);
  if (silenceMs >= ROTATION_HISTORY_MS) return { code: 'revoke', silenceMs, longestMs: longestMs ?? 0 };
  if (longestMs === undefined) return { code: 'rare', silenceMs };
  return { code: silenceMs <= longestMs ? 'wait' : 'revoke', silenceMs, longestMs };
}

/** The longest time between two requests, in ms; undefined where requests came in fewer than two hours. */
function longestSilence(hours: readonly UsageBucket[]): number | undefined {
  const starts = hours
    .filter(({ accepted, throttled }) => accepted + throttled > 0)
    .map(({ start }) => Date.parse(start));
  const silences = starts.slice(1).map((start, i) => start + HOUR_MS - (starts[i] ?? start));
  return silences.length === 0 ? undefined : Math.max(...silences);
}
