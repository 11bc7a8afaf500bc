import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Admissions, checkWindows, EMPTY_WINDOWS, type Windows } from '../../src/domain/limits/index.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

/** The end of a call of Redis. */
type Fate = 'answers' | 'times out, counted' | 'times out, not counted';

interface Step {
  readonly after: number;
  readonly countsPost: boolean;
  readonly fate: Fate;
  /** Other calls that begin before this one ends. */
  readonly overlap: number;
}

const anyStep = fc.record({
  after: fc.oneof(fc.integer({ min: 0, max: 1_500 }), fc.constantFrom(0, 0, 0, 59_999, 60_000, 60_001)),
  countsPost: fc.boolean(),
  fate: fc.constantFrom<Fate>('answers', 'answers', 'times out, counted', 'times out, not counted'),
  overlap: fc.integer({ min: 0, max: 70 }),
});

/** Redis, and one isolate that asks it. */
class World {
  readonly admissions = new Admissions();
  readonly admitted: { readonly at: number; readonly countsPost: boolean }[] = [];
  redis: Windows = EMPTY_WINDOWS;

  /** Sends a request; answers what ends it, which may come later. */
  begin(now: number, { countsPost, fate }: Pick<Step, 'countsPost' | 'fate'>): () => void {
    const sent = this.admissions.send(now, countsPost);
    const { minute, posts } = this.admissions.uncounted(now);
    const verdict = checkWindows(this.redis, { now, countsPost, uncounted: minute, uncountedPosts: posts });
    if (fate !== 'times out, not counted' && verdict.outcome === 'admitted') this.redis = verdict.windows;
    return () => {
      if (fate === 'answers') {
        this.admissions.answered(sent, now, verdict.outcome === 'admitted', verdict);
        if (verdict.outcome === 'admitted') this.admitted.push({ at: now, countsPost });
        return;
      }
      this.admissions.failed(sent);
      const alone = this.admissions.checkWithoutRedis(now, countsPost);
      if (alone.outcome === 'admitted') this.admitted.push({ at: now, countsPost });
    };
  }

  within(now: number) {
    return this.admitted.filter(({ at }) => at > now - 60_000 && at <= now);
  }
}

const PLAIN = { countsPost: false, fate: 'answers' } as const;

test('one isolate never admits a 61st request or an 11th post in a rolling minute, with Redis up or down', () => {
  const property = fc.property(fc.array(anyStep, { minLength: 1, maxLength: 25 }), (steps) => {
    const world = new World();
    let now = NOW;
    for (const step of steps) {
      now += step.after;
      const ends = Array.from({ length: 1 + step.overlap }, () => world.begin(now, step));
      for (const end of ends) end();
      expect(world.within(now).length).toBeLessThanOrEqual(60);
      expect(world.within(now).filter(({ countsPost }) => countsPost).length).toBeLessThanOrEqual(10);
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});

test('an isolate continues from the last counts of other isolates in Redis', () => {
  const world = new World();
  for (let i = 0; i < 30; i++) {
    const verdict = checkWindows(world.redis, { now: NOW - 10_000, countsPost: false });
    if (verdict.outcome === 'admitted') world.redis = verdict.windows;
  }
  world.begin(NOW, PLAIN)();
  // 30 of others and one of this isolate: 29 are left, and no more.
  const alone = Array.from({ length: 35 }, () => world.admissions.checkWithoutRedis(NOW + 1, false));
  expect(alone.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(29);
  expect(alone.at(0)).toMatchObject({ remaining: 28, resetsAt: NOW + 50_000 });
  expect(alone.at(-1)).toMatchObject({ outcome: 'limited', retryAt: NOW + 50_000 });
});

test('requests admitted without Redis weigh in Redis until they leave the minute', () => {
  const world = new World();
  for (let i = 0; i < 40; i++) world.admissions.checkWithoutRedis(NOW, false);
  for (let i = 0; i < 30; i++) world.begin(NOW + 1, PLAIN)();
  expect(world.admitted).toHaveLength(20);
  for (let i = 0; i < 50; i++) world.begin(NOW + 60_000, PLAIN)();
  // The 40 are gone; the 20 of Redis are not.
  expect(world.admitted).toHaveLength(60);
});

test('an admission that another limiter refuses is taken back', () => {
  const { admissions } = new World();
  for (let i = 0; i < 60; i++) admissions.checkWithoutRedis(NOW, true);
  admissions.takeBack(NOW, true);
  expect(admissions.checkWithoutRedis(NOW, true).outcome).toBe('admitted');
  expect(admissions.checkWithoutRedis(NOW, true).outcome).toBe('limited');
});

test('a call that never answers, since its request was ended, counts for a minute', () => {
  const { admissions } = new World();
  for (let i = 0; i < 60; i++) admissions.send(NOW, false);
  expect(admissions.checkWithoutRedis(NOW + 59_999, false).outcome).toBe('limited');
  expect(admissions.checkWithoutRedis(NOW + 60_000, false).outcome).toBe('admitted');
});
