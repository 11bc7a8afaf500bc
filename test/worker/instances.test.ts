import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, revoke, suspend } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

async function whoami(url: string, key: string, now?: number): Promise<Response> {
  const response = await fetch(`${url}/api/auth/me`, {
    headers: {
      Authorization: `Bearer ${key}`,
      'CF-Connecting-IP': '192.0.2.1',
      ...(now !== undefined && { 'X-Test-Now': String(now) }),
    },
  });
  await response.clone().arrayBuffer();
  return response;
}

/** `count` times, not more than `width` at once. */
async function inLanes<T>(count: number, width: number, task: (i: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < count; i = next++) results[i] = await task(i);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

describe('20 instances over the same stores', () => {
  let workers: Workers;
  beforeAll(async () => {
    // Waits longer for Redis, so that a slow machine does not show it as down.
    workers = await startWorkers(20, { patient: true });
  }, 180_000);
  afterAll(() => workers.close());

  test.each([
    ['revocation', revoke, '401 api_key_revoked'],
    ['suspension of the account', suspend, '403 account_suspended'],
  ])(
    'accept not one of 1,000 requests after the %s was answered',
    async (_, end, reason) => {
      const key = await makeKey(workers.secrets);
      const urlOf = (i: number) => workers.urls[i % workers.urls.length] ?? '';
      // Every instance has the key, and requests run all the time.
      await Promise.all(workers.urls.map((url) => whoami(url, key.key)));
      let hasEnded = false;
      const underWay = inLanes(200, 4, async (i) => {
        const sentAfter = hasEnded;
        const { status } = await whoami(urlOf(i), key.key);
        return { sentAfter, status };
      });
      await end(workers.secrets, key);
      hasEnded = true;
      const after = await inLanes(1_000, 16, async (i) => {
        const response = await whoami(urlOf(i), key.key);
        return `${response.status} ${((await response.json()) as { code: string }).code}`;
      });
      expect(new Set(after)).toEqual(new Set([reason]));
      expect(after).toHaveLength(1_000);
      expect(
        (await underWay).filter(({ sentAfter, status }) => sentAfter && status !== Number.parseInt(reason, 10)),
      ).toEqual([]);
    },
    60_000,
  );
});

describe('5 instances with one clock', () => {
  let workers: Workers;
  beforeAll(async () => {
    workers = await startWorkers(5, { entry: 'test/support/worker/clocked-worker.ts', patient: true });
  }, 180_000);
  afterAll(() => workers.close());

  test('admit exactly 60 of 500 concurrent requests of one key; waiting as long as the others are told works', async () => {
    const now = Date.now();
    const { key } = await makeKey(workers.secrets, {}, now);
    const urlOf = (i: number) => workers.urls[i % workers.urls.length] ?? '';
    const responses = await Promise.all(Array.from({ length: 500 }, (_, i) => whoami(urlOf(i), key, now)));
    const degraded = responses.filter((response) => response.headers.has('X-Jestha-Degraded'));
    expect(degraded).toHaveLength(0);
    const admitted = responses.filter(({ status }) => status === 200);
    const limited = responses.filter(({ status }) => status === 429);
    expect([admitted.length, limited.length]).toEqual([60, 440]);

    const waits = limited.map((response) => Number(response.headers.get('Retry-After')));
    expect(new Set(waits)).toEqual(new Set([60]));
    const remaining = admitted.map((response) => Number(response.headers.get('X-RateLimit-Remaining')));
    expect(remaining.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));

    await expect(await whoami(urlOf(0), key, now + 59_999)).toHaveStatus(429);
    await expect(await whoami(urlOf(1), key, now + 60_000)).toHaveStatus(200);
  });
});
