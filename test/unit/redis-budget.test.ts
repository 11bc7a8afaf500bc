import { expect, test } from 'vitest';
import { REDIS_BUDGET_MAX_MS, REDIS_BUDGET_MS } from '../../src/config/limits.ts';
import { nextRoundTrip, redisBudget } from '../../src/data/redis-budget.ts';

test.each([
  ['near', 2, REDIS_BUDGET_MS],
  ['not far', 75, REDIS_BUDGET_MS],
  ['on another coast', 90, 360],
  ['on another continent', 150, 600],
  ['at the other end of the world', 250, REDIS_BUDGET_MAX_MS],
  ['farther than the world is large', 2_000, REDIS_BUDGET_MAX_MS],
  ['at an unknown distance', undefined, REDIS_BUDGET_MAX_MS],
])('Redis %s: the budget of a request', (_, roundTripMs, budget) => {
  expect(redisBudget(roundTripMs)).toBe(budget);
});

const after = (calls: readonly number[], from?: number) =>
  calls.reduce<number | undefined>((roundTripMs, ms) => nextRoundTrip(roundTripMs, ms), from);

test('the round trip is that of the fastest calls: neither the first, which opens a connection, nor a slow moment counts much', () => {
  expect(after([450, 150])).toBe(150);
  expect(redisBudget(after([290, 290, 290], 2))).toBe(REDIS_BUDGET_MS);
  expect(after([290, 290, 290, 3], 2)).toBeLessThan(60);
});

test('a Redis that moves away is followed: within 20 calls there is time for two of them', () => {
  expect(redisBudget(after(Array<number>(20).fill(150), 2))).toBeGreaterThan(2 * 150);
});
