import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HELD_MAX_BYTES, HOLD_WAIT_MS } from '../../src/config/limits.ts';
import { holdBytes } from '../../src/domain/media/index.ts';
import { Refused } from '../../src/domain/refusal.ts';

const HALF = HELD_MAX_BYTES / 2;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Says when there is room, and for whom. */
function asking(log: string[], name: string, bytes: number) {
  return holdBytes(bytes).then((held) => {
    log.push(name);
    return held;
  });
}

/** Whatever is to happen without a timer has happened. */
const settled = () => new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(undefined))));

test('who finds no room waits for it, in the order of asking', async () => {
  const log: string[] = [];
  const first = await asking(log, 'first', HALF);
  const second = await asking(log, 'second', HALF);
  const large = asking(log, 'large', HELD_MAX_BYTES);
  // It would fit before the large one, which it may not overtake.
  const small = asking(log, 'small', 1);
  first.release();
  await settled();
  expect(log).toEqual(['first', 'second']);
  second.release();
  (await large).release();
  (await small).release();
  expect(log).toEqual(['first', 'second', 'large', 'small']);
});

test('who waits too long is told to come again, and no one behind them', async () => {
  const all = await holdBytes(HELD_MAX_BYTES);
  const late = holdBytes(HELD_MAX_BYTES);
  vi.advanceTimersByTime(HOLD_WAIT_MS - 1);
  const next = holdBytes(1);
  vi.advanceTimersByTime(1);
  const refusal = await late.catch((error: unknown) => (error instanceof Refused ? error.refusal : error));
  expect(refusal).toEqual({ code: 'service_unavailable', why: 'uploads' });
  all.release();
  (await next).release();
});

test('what is given back is free at once', async () => {
  const { room, release } = await holdBytes(HELD_MAX_BYTES);
  expect(room.byteLength).toBe(HELD_MAX_BYTES);
  release();
  expect(room.byteLength).toBe(0);
});
