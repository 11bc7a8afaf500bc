import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkWindows, EMPTY_WINDOWS, RememberedLimits, type Windows } from '../../src/domain/limits/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Half a minute before an hour ends: histories cross it. */
const NOW = Date.UTC(2026, 10, 24, 13) - MINUTE / 2;

/** The history of the key: nothing, or nearly all that a day allows, whose oldest minutes are about to leave. */
const past = fc.oneof(
  fc.constant(EMPTY_WINDOWS),
  fc
    .record({ rest: fc.integer({ min: 1, max: 40 }), ago: fc.integer({ min: 1_260, max: 1_274 }) })
    .map(({ rest, ago }): Windows => {
      const oldest = Math.floor(NOW / MINUTE) - ago - 166;
      const day = Array.from({ length: 167 }, (_, i) => ({ bucket: oldest + i, count: i === 0 ? rest : 60 }));
      return { minute: [], posts: [], day };
    }),
);

const LOOKS = [
  { countsPost: false, showsPosts: false },
  { countsPost: true, showsPosts: false },
  { countsPost: false, showsPosts: true },
];
const steps = fc.array(
  fc.record({
    after: fc.oneof(
      fc.integer({ min: 0, max: 3_000 }),
      fc.constantFrom(0, 1, 4_999, 5_000, MINUTE / 2, MINUTE - 1, MINUTE, MINUTE + 1, HOUR),
    ),
    isolate: fc.nat({ max: 2 }),
    looks: fc.constantFrom(...LOOKS),
    times: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 40, max: 70 })),
  }),
  { minLength: 1, maxLength: 14 },
);
/** The error of each isolate's clock, in ms. */
const skews = fc.tuple(fc.constant(0), fc.constantFrom(0, 0, -700, 900), fc.constantFrom(0, 0, 40, -2_000));

test('a remembered refusal is the one of Redis, for any history of several isolates, and the counters count each refusal', () => {
  let remembered = 0;
  const property = fc.property(past, steps, skews, (before, history, skew) => {
    const isolates = [new RememberedLimits(), new RememberedLimits(), new RememberedLimits()];
    let windows = before;
    let time = NOW;
    const refused = new Map<number, number>();
    const counted = new Map<number, number>();
    const add = (to: Map<number, number>, hour: number, count: number) => to.set(hour, (to.get(hour) ?? 0) + count);
    const count = (isolate: RememberedLimits) => {
      const throttled = isolate.takeThrottled();
      if (throttled) add(counted, throttled.hour, throttled.count);
    };
    for (const { after, isolate: at, looks, times } of history) {
      time += after;
      const isolate = isolates[at] ?? new RememberedLimits();
      const now = time + (skew[at] ?? 0);
      for (let i = 0; i < times; i++) {
        const repeated = isolate.repeat(now, looks);
        const verdict = checkWindows(windows, { now, ...looks });
        if (repeated) {
          remembered += 1;
          add(refused, now - (now % HOUR), 1);
          // Another clock is ahead and has admitted a request: this isolate refuses until the time by its own clock.
          const isBehind = (windows.minute.at(-1) ?? 0) > now;
          if (!isBehind) expect(repeated).toEqual(verdict);
          continue;
        }
        count(isolate);
        if (verdict.outcome === 'limited') {
          isolate.note(now, looks, verdict, null);
        } else {
          isolate.forget();
          windows = verdict.windows;
        }
      }
    }
    for (const isolate of isolates) count(isolate);
    expect(counted).toEqual(refused);
  });
  fc.assert(property, { numRuns: 2_000 });
  expect(remembered).toBeGreaterThan(10_000);
});

test('an isolate asks Redis once in five seconds about a limited key, and again when the key expires', () => {
  const limits = new RememberedLimits();
  const looks = { countsPost: false };
  let windows = EMPTY_WINDOWS;
  for (let i = 0; i < 60; i++) {
    const verdict = checkWindows(windows, { now: NOW, ...looks });
    if (verdict.outcome === 'admitted') windows = verdict.windows;
  }
  const asked: number[] = [];
  for (let now = NOW; now < NOW + 21_000; now += 10) {
    if (limits.repeat(now, looks)) continue;
    asked.push(now - NOW);
    const verdict = checkWindows(windows, { now, ...looks });
    if (verdict.outcome === 'limited') limits.note(now, looks, verdict, NOW + 18_000);
  }
  // From the expiry on each call asks: the answer is another.
  expect(asked.slice(0, 6)).toEqual([0, 5_000, 10_000, 15_000, 18_000, 18_010]);
});
