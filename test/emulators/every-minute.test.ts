import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { everyMinute } from '../../src/dev/every-minute.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-26T09:00:20.500Z') }));
afterEach(() => void vi.useRealTimers());

test('runs at the beginning of each minute, and not after it was stopped', async () => {
  const ran: string[] = [];
  const stop = everyMinute(async () => void ran.push(new Date().toISOString()));
  await vi.advanceTimersByTimeAsync(39_499);
  expect(ran).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_001);
  expect(ran).toEqual(['2026-11-26T09:01:00.000Z', '2026-11-26T09:02:00.000Z']);
  await stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(ran).toHaveLength(2);
});

test('runs one after another, and stopping waits for the run that is under way', async () => {
  const finish: (() => void)[] = [];
  let ended = 0;
  const stop = everyMinute(async () => {
    await new Promise<void>((resolve) => finish.push(resolve));
    ended++;
  });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(finish).toHaveLength(1);
  finish[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(finish).toHaveLength(2);
  const stopped = stop().then(() => ended);
  finish[1]?.();
  expect(await stopped).toBe(2);
});
