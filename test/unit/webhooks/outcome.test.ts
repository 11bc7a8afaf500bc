import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttemptError, AttemptResult } from '../../../src/domain/deliveries/attempt.ts';
import { decideOutcome, type History } from '../../../src/domain/deliveries/outcome.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const FIRST: History = { roundAttempts: 0, failingSince: null, lastAttemptAt: null, isWarned: false };
/** The random value that adds no jitter. */
const EVEN = 0.5;

const response = (statusCode: number, retryAfter: string | null = null): AttemptResult => ({
  kind: 'response',
  statusCode,
  retryAfter,
  body: '',
  durationMs: 20,
});
const failure = (error: AttemptError): AttemptResult => ({ kind: 'no_response', error, durationMs: 20 });

/** The time that the delivery waits after a first attempt with this result, in ms; or its final status. */
function waitAfter(result: AttemptResult, history: Partial<History> = {}, random = EVEN): number | string {
  const { delivery } = decideOutcome({ ...FIRST, ...history }, result, NOW, random);
  return delivery.status === 'pending' ? delivery.nextAttemptAt - NOW : delivery.status;
}

describe('an attempt', () => {
  test.each([
    200, 201, 202, 204, 206, 299,
  ])('answered %i is delivered, and ends the failures of the endpoint', (status) => {
    const history = { roundAttempts: 3, failingSince: NOW - DAY, lastAttemptAt: NOW - HOUR, isWarned: true };
    expect(decideOutcome(history, response(status), NOW, EVEN)).toEqual({
      delivery: { status: 'delivered' },
      endpoint: { failingSince: null, disabledReason: null, notice: null },
    });
  });

  test.each([
    300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 413, 422, 429, 451, 500, 502, 503, 504, 599,
  ])('answered %i is tried again after 5 seconds', (status) => {
    expect(decideOutcome(FIRST, response(status), NOW, EVEN)).toEqual({
      delivery: { status: 'pending', nextAttemptAt: NOW + 5 * SECOND },
      endpoint: { failingSince: NOW, disabledReason: null, notice: null },
    });
  });

  test.each<AttemptError>([
    'timeout',
    'dns',
    'connection',
    'tls',
    'target_not_allowed',
  ])('without a response (%s) is tried again after 5 seconds', (error) => {
    expect(decideOutcome(FIRST, failure(error), NOW, EVEN)).toEqual({
      delivery: { status: 'pending', nextAttemptAt: NOW + 5 * SECOND },
      endpoint: { failingSince: NOW, disabledReason: null, notice: null },
    });
  });

  test('answered 410 fails the delivery and disables the endpoint, and its owner is mailed', () => {
    expect(decideOutcome(FIRST, response(410), NOW, EVEN)).toEqual({
      delivery: { status: 'failed' },
      endpoint: { failingSince: NOW, disabledReason: 'gone', notice: 'disabled' },
    });
  });
});

describe('the retry schedule', () => {
  const WAITS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

  test.each(
    WAITS.map((wait, i) => [i + 1, wait] as const),
  )('waits after attempt %i for %i ms, give or take a tenth', (n, wait) => {
    expect(waitAfter(response(500), { roundAttempts: n - 1 })).toBe(wait);
    expect(waitAfter(response(500), { roundAttempts: n - 1 }, 0)).toBe(wait - wait / 10);
    expect(waitAfter(response(500), { roundAttempts: n - 1 }, 1)).toBe(wait + wait / 10);
  });

  test('ends with the tenth attempt', () => {
    expect(waitAfter(response(500), { roundAttempts: 9 })).toBe('failed');
    expect(waitAfter(response(503, '60'), { roundAttempts: 9 })).toBe('failed');
  });
});

describe('Retry-After', () => {
  test.each<[string, string | null, number]>([
    ['seconds', '120', 120 * SECOND],
    ['a date', 'Tue, 24 Nov 2026 13:00:00 GMT', HOUR],
    ['less than the schedule', '1', 5 * SECOND],
    ['zero', '0', 5 * SECOND],
    ['a date in the past', 'Tue, 24 Nov 2020 13:00:00 GMT', 5 * SECOND],
    ['more than a day', '86401', DAY],
    ['a date in years', 'Fri, 24 Nov 2084 13:00:00 GMT', DAY],
    ['more digits than a number has', '9'.repeat(400), DAY],
    ['white space around it', ' 60 ', MINUTE],
    ['nothing', null, 5 * SECOND],
    ['an empty text', '', 5 * SECOND],
    ['a negative number', '-60', 5 * SECOND],
    ['a fraction', '60.5', 5 * SECOND],
    ['an ISO date', '2026-11-24T13:00:00Z', 5 * SECOND],
    ['words', 'in a minute', 5 * SECOND],
  ])('as %s is honoured where it makes sense', (_, header, wait) => {
    for (const status of [429, 503]) expect([status, waitAfter(response(status, header))]).toEqual([status, wait]);
  });

  test.each([400, 500, 502])('is ignored in a %i', (status) => {
    expect(waitAfter(response(status, '3600'))).toBe(5 * SECOND);
  });
});

describe('an endpoint that goes on failing', () => {
  const judge = (failingForMs: number, history: Partial<History> = {}) => {
    const lastAttemptAt = NOW - HOUR;
    const before = { roundAttempts: 1, failingSince: NOW - failingForMs, lastAttemptAt, isWarned: false, ...history };
    const { disabledReason, notice } = decideOutcome(before, response(500), NOW, EVEN).endpoint;
    return { disabledReason, notice };
  };

  test.each<[string, number, Partial<History>, string | null, string | null]>([
    ['for a day', DAY, {}, null, null],
    ['for a moment less than 2.5 days', 2.5 * DAY - 1, {}, null, null],
    ['for 2.5 days', 2.5 * DAY, {}, null, 'failing'],
    ['for 2.5 days, its owner warned', 2.5 * DAY, { isWarned: true }, null, null],
    ['for a moment less than 5 days', 5 * DAY - 1, { isWarned: true }, null, null],
    ['for 5 days', 5 * DAY, { isWarned: true }, 'failing', 'disabled'],
    ['for 5 days, its owner not warned', 5 * DAY, {}, 'failing', 'disabled'],
    ['once, 6 days ago, and now', 6 * DAY, { lastAttemptAt: NOW - 6 * DAY }, null, null],
    ['within 12 h, 6 days ago, and now', 6 * DAY, { lastAttemptAt: NOW - 5.5 * DAY - 1 }, null, null],
    ['over 12 h, 6 days ago, and now', 6 * DAY, { lastAttemptAt: NOW - 5.5 * DAY }, 'failing', 'disabled'],
  ])('%s', (_, failingFor, history, disabledReason, notice) => {
    expect(judge(failingFor, history)).toEqual({ disabledReason, notice });
  });

  test('keeps the time of its first failure', () => {
    const { failingSince } = decideOutcome({ ...FIRST, failingSince: NOW - HOUR }, response(500), NOW, EVEN).endpoint;
    expect(failingSince).toBe(NOW - HOUR);
  });
});

test('a pending delivery always has its next attempt in the future, at most 26.4 hours ahead', () => {
  const result = fc.oneof(
    fc.record({
      kind: fc.constant('response' as const),
      statusCode: fc.integer({ min: 200, max: 599 }),
      retryAfter: fc.option(fc.string()),
      body: fc.string(),
      durationMs: fc.nat(),
    }),
    fc.constantFrom(failure('timeout'), failure('dns')),
  );
  const history = fc.record({
    roundAttempts: fc.nat(12),
    failingSince: fc.option(fc.integer({ min: 0, max: NOW })),
    lastAttemptAt: fc.option(fc.integer({ min: 0, max: NOW })),
    isWarned: fc.boolean(),
  });
  fc.assert(
    fc.property(history, result, fc.double({ min: 0, max: 1, noNaN: true }), (before, came, random) => {
      const { delivery } = decideOutcome(before, came, NOW, random);
      const wait = delivery.status === 'pending' ? delivery.nextAttemptAt - NOW : 1;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(1.1 * DAY);
    }),
  );
});
