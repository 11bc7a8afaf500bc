import { describe, expect, test } from 'vitest';
import type { ApiKey, RotationVerdict, UsageBucket } from '../../src/domain/keys/index.ts';
import { rotationVerdict } from '../../src/domain/keys/rotation.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Half past an hour. */
const NOW = Date.UTC(2026, 10, 24, 12, 30);
const at = (ms: number) => new Date(NOW + ms).toISOString();

const keyUsed = (lastUsedAt: string | null): ApiKey => ({
  id: '01HW0000000000000000000000',
  label: 'Bridge',
  maskedKey: 'jes_live_a1b2****',
  scopes: ['write:jes'],
  ipAllowlist: [],
  status: 'active',
  createdAt: at(-60 * DAY),
  expiresAt: null,
  lastUsedAt,
  lastUsedIp: null,
  revokedAt: null,
  revokedReason: null,
});

/** 720 hours up to now, with a request in each of these, counted back from the current one. */
function usedIn(hoursAgo: readonly number[], outcome: 'accepted' | 'throttled' = 'accepted'): UsageBucket[] {
  const newest = Math.floor(NOW / HOUR) * HOUR;
  return Array.from({ length: 720 }, (_, i) => {
    const ago = 719 - i;
    const bucket = { start: new Date(newest - ago * HOUR).toISOString(), accepted: 0, throttled: 0 };
    return hoursAgo.includes(ago) ? { ...bucket, [outcome]: 3 } : bucket;
  });
}

const USED = keyUsed(at(-HOUR));
const every = (step: number, from: number) =>
  Array.from({ length: Math.floor((719 - from) / step) }, (_, i) => from + i * step);

type Case = [string, string | null, UsageBucket[] | undefined, ApiKey, RotationVerdict];

describe('the verdict on an older key', () => {
  test.each<Case>([
    ['is unknown while the counters are away', at(-DAY), undefined, USED, { code: 'unknown' }],
    ['that was never used lets it go', null, usedIn([]), USED, { code: 'unused' }],
    ['waits until the newer key is used', at(-9 * DAY), usedIn(every(1, 216)), keyUsed(null), { code: 'not_moved' }],
    [
      'waits where it was used in one hour only',
      at(-5 * HOUR),
      usedIn([5]),
      USED,
      { code: 'rare', silenceMs: 5 * HOUR },
    ],
    [
      'waits as long as a silence before could have been',
      at(-12 * HOUR),
      usedIn([12, 23, 24]),
      USED,
      { code: 'wait', silenceMs: 12 * HOUR, longestMs: 12 * HOUR },
    ],
    [
      'lets it go a millisecond later',
      at(-12 * HOUR - 1),
      usedIn([12, 23, 24]),
      USED,
      { code: 'revoke', silenceMs: 12 * HOUR + 1, longestMs: 12 * HOUR },
    ],
    [
      'takes the silence of a busy key as below two hours',
      at(-3 * HOUR),
      usedIn(every(1, 3)),
      USED,
      { code: 'revoke', silenceMs: 3 * HOUR, longestMs: 2 * HOUR },
    ],
    [
      'waits for a weekly job',
      at(-6 * DAY),
      usedIn(every(168, 144)),
      USED,
      { code: 'wait', silenceMs: 6 * DAY, longestMs: 169 * HOUR },
    ],
    [
      'counts throttled requests as use',
      at(-2 * HOUR),
      usedIn([2, 10], 'throttled'),
      USED,
      { code: 'wait', silenceMs: 2 * HOUR, longestMs: 9 * HOUR },
    ],
    [
      'lets go what was silent for longer than the buckets reach',
      at(-30 * DAY),
      usedIn([]),
      USED,
      { code: 'revoke', silenceMs: 30 * DAY, longestMs: 0 },
    ],
    ['knows no negative silence', at(1_000), usedIn([0, 1]), USED, { code: 'wait', silenceMs: 0, longestMs: 2 * HOUR }],
  ])('%s', (_, lastUsedAt, hours, newer, verdict) => {
    expect(rotationVerdict({ apiKey: keyUsed(lastUsedAt), hours }, { apiKey: newer }, NOW)).toEqual(verdict);
  });
});
