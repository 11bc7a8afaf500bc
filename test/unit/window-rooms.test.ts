import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkWindows, EMPTY_WINDOWS, type Windows } from '../../src/domain/limits/index.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 24, 12);

/** The history of the key: nothing, or nearly all that a day allows. */
const past = fc.oneof(
  fc.constant(EMPTY_WINDOWS),
  fc.record({ rest: fc.integer({ min: 1, max: 59 }), ago: fc.integer({ min: 2, max: 1_270 }) }).map(({ rest, ago }) => {
    const oldest = Math.floor(NOW / MINUTE) - ago - 166;
    const day = Array.from({ length: 167 }, (_, i) => ({ bucket: oldest + i, count: i === 0 ? rest : 60 }));
    return { minute: [], posts: [], day };
  }),
);
const bursts = fc.array(
  fc.record({
    after: fc.constantFrom(0, 1, 999, MINUTE - 1, MINUTE, 24 * 60 * MINUTE),
    countsPost: fc.boolean(),
    times: fc.integer({ min: 1, max: 30 }),
  }),
  { maxLength: 4 },
);

test('the windows admit exactly the number of requests that they show as remaining, for any history', () => {
  const property = fc.property(past, bursts, fc.boolean(), (before, history, countsPost) => {
    let windows: Windows = before;
    let now = NOW;
    const send = (asPost: boolean) => {
      const verdict = checkWindows(windows, { now, countsPost: asPost });
      if (verdict.outcome === 'admitted') windows = verdict.windows;
      return verdict;
    };
    for (const burst of history) {
      now += burst.after;
      for (let i = 0; i < burst.times; i++) send(burst.countsPost);
    }
    const { remaining, day, posts } = send(countsPost);
    const left = Math.min(remaining, day.remaining, posts?.remaining ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < left; i++) expect(send(countsPost).outcome).toBe('admitted');
    expect(send(countsPost).outcome).toBe('limited');
  });
  fc.assert(property, { numRuns: 10_000 });
});
