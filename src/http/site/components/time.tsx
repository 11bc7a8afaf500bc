import type { Markup } from '../render.ts';

const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** Units with their length, and the distance from which they are used: below two days, hours. */
const UNITS = [
  ['day', 86_400_000, 2 * 86_400_000],
  ['hour', 3_600_000, 3_600_000],
  ['minute', 60_000, 60_000],
] as const;

/** `24 Nov 2026, 12:00 UTC`. */
export function formatDateTime(iso: string): string {
  return `${DATE_TIME.format(new Date(iso))} UTC`;
}

/** `24 Nov 2026`. */
export function formatDate(iso: string): string {
  return DATE.format(new Date(iso));
}

/** The distance of a time from `now` (unix ms), in words: `3 hours ago`, `just now`, `in 30 days`. */
export function formatDistance(iso: string, now: number): string {
  const distance = new Date(iso).getTime() - now;
  for (const [unit, ms, from] of UNITS) {
    if (Math.abs(distance) >= from) return RELATIVE.format(Math.round(distance / ms), unit);
  }
  return distance > 0 ? 'in a moment' : 'just now';
}

/** A length of time, in words: `4 hours`, `11 days`. Hours below two days, minutes below an hour. */
export function formatDuration(ms: number): string {
  const [unit, count] =
    ms < 3_600_000
      ? ['minute', ms / 60_000]
      : ms < 2 * 86_400_000
        ? ['hour', ms / 3_600_000]
        : ['day', ms / 86_400_000];
  const whole = Math.max(1, Math.round(Number(count)));
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

/** A moment, to the minute. */
export function DateTime({ iso }: { readonly iso: string }): Markup {
  return <time datetime={iso}>{formatDateTime(iso)}</time>;
}

/** The distance of a past time in words, with the time itself as its tooltip. */
export function Ago({ iso, now }: { readonly iso: string; readonly now: number }): Markup {
  return (
    <time datetime={iso} title={formatDateTime(iso)}>
      {formatDistance(iso, now)}
    </time>
  );
}
