import { describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';

const ME = '/api/auth/me';

const REFUSED = {
  status: 429,
  body: {
    error: 'Rate limit exceeded',
    message: 'This IP address sent too many unknown API keys.',
    code: 'rate_limit_exceeded',
    retryAfter: 60,
  },
};

/** Sends unknown keys until the shield refuses one; answers how many were looked up. */
async function trip(harness: Harness, request: () => TestRequest, atMost = 42): Promise<number> {
  for (let sent = 0; sent < atMost; sent++) {
    const response = await harness.fetch(ME, { ...request(), key: generateKey() });
    if (response.status === 429) return sent;
    await expect(response).toHaveStatus(401);
  }
  throw new Error(`${atMost} unknown keys were looked up`);
}

/** Requests that the stores got while something was sent. */
async function costOf(harness: Harness, send: () => Promise<unknown>) {
  await harness.neon.reset();
  await harness.upstash.reset();
  await send();
  const [neon, redis] = [await harness.neon.counters(), await harness.upstash.counters()];
  return { redis: redis.requests ?? 0, neon: neon.requests ?? 0 };
}

describe('an address that asks for many unknown keys', () => {
  test('is refused after 20 a minute, and other addresses are not', async () => {
    const harness = new Harness();
    const address = '198.51.100.77';
    // 20 in a minute of the binding's own clock; this test takes at most two of them.
    expect(await trip(harness, () => ({ address }))).toBeGreaterThanOrEqual(20);
    const refused = await harness.fetch(ME, { key: generateKey(), address });
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(await answerOf(refused)).toEqual(REFUSED);
    await expect(await harness.fetch(ME, { key: generateKey(), address: '198.51.100.78' })).toHaveStatus(401);
    harness.now += 60_000;
    await expect(await harness.fetch(ME, { key: generateKey(), address: '198.51.100.70' })).toHaveStatus(401);
  });

  test('costs a call of each store in a quarter of a second, not a call for each key', async () => {
    const harness = new Harness();
    const address = '198.51.100.79';
    await trip(harness, () => ({ address }));
    const cost = await costOf(harness, async () => {
      const flood = Array.from({ length: 300 }, () => harness.fetch(ME, { key: generateKey(), address }));
      for (const response of await Promise.all(flood)) await expect(response).toHaveStatus(429);
    });
    expect(cost.redis).toBeLessThanOrEqual(60);
    expect(cost.neon).toBeLessThanOrEqual(60);
  });

  test('costs nothing if the same unknown key is sent again within 30 seconds', async () => {
    const harness = new Harness();
    const address = '198.51.100.80';
    await trip(harness, () => ({ address }));
    const key = generateKey();
    const probe = () => harness.fetch(ME, { key, address });
    await expect(await probe()).toHaveStatus(429);
    expect(await costOf(harness, probe)).toEqual({ redis: 0, neon: 0 });
    harness.now += 29_999;
    expect(await costOf(harness, probe)).toEqual({ redis: 0, neon: 0 });
    harness.now += 1;
    expect(await costOf(harness, probe)).toEqual({ redis: 1, neon: 1 });
  });

  test('does not hinder a good key behind it, whether Redis knows the key or not', async () => {
    const harness = new Harness();
    const address = '198.51.100.81';
    const [warm, cold, seen] = [await harness.newKey(), await harness.newKey(), await harness.newKey()];
    await harness.chill(cold);
    await expect(await harness.fetch(ME, { key: seen.key, address })).toHaveStatus(200);
    await trip(harness, () => ({ address }));
    const flood = Array.from({ length: 50 }, () => harness.fetch(ME, { key: generateKey(), address }));
    for (const { key } of [warm, cold]) await expect(await harness.fetch(ME, { key, address })).toHaveStatus(200);
    await Promise.all(flood);
    // A key that this isolate has seen takes no round.
    for (const { key } of [warm, cold, seen]) {
      expect(await costOf(harness, () => harness.fetch(ME, { key, address }))).toEqual({ redis: 1, neon: 0 });
    }
  });

  test('does not hinder a good key behind it while Redis is away', async () => {
    const harness = new Harness();
    const address = '198.51.100.82';
    const { key } = await harness.newKey();
    await trip(harness, () => ({ address }));
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect((await harness.fetch(ME, { key, address })).headers.get('X-Jestha-Degraded')).toBe('limits');
  });

  test('does not hinder a warm key behind it while Neon is away; an unknown key is then 503', async () => {
    const harness = new Harness();
    const address = '198.51.100.83';
    const { key } = await harness.newKey();
    await trip(harness, () => ({ address }));
    await harness.neon.setFaults({ kind: 'refuse' });
    await expect(await harness.fetch(ME, { key, address })).toHaveStatus(200);
    await expect(await harness.fetch(ME, { key: generateKey(), address })).toHaveStatus(503);
  });
});

describe('the source of a request', () => {
  test('is the /64 of an IPv6 address', async () => {
    const harness = new Harness();
    let sent = 0;
    await trip(harness, () => ({ address: `2001:db8:77:1::${(sent++).toString(16)}` }));
    await expect(await harness.fetch(ME, { key: generateKey(), address: '2001:db8:77:1:f::1' })).toHaveStatus(429);
    await expect(await harness.fetch(ME, { key: generateKey(), address: '2001:db8:77:2::1' })).toHaveStatus(401);
  });

  test('is its /48 too, with a higher limit', async () => {
    const harness = new Harness();
    let sent = 0;
    const looked = await trip(harness, () => ({ address: `2001:db8:78:${(sent++).toString(16)}::1` }), 202);
    expect(looked).toBeGreaterThanOrEqual(100);
    await expect(await harness.fetch(ME, { key: generateKey(), address: '2001:db8:78:ffff::1' })).toHaveStatus(429);
    await expect(await harness.fetch(ME, { key: generateKey(), address: '2001:db8:79::1' })).toHaveStatus(401);
  });

  test('is the calling zone where the address is the one that all Workers share', async () => {
    const harness = new Harness();
    const from = (zone: string): TestRequest => ({ address: '2a06:98c0:3600::103', headers: { 'CF-Worker': zone } });
    await trip(harness, () => from('guesser.example'));
    await expect(await harness.fetch(ME, { ...from('guesser.example'), key: generateKey() })).toHaveStatus(429);
    await expect(await harness.fetch(ME, { ...from('other.example'), key: generateKey() })).toHaveStatus(401);
  });

  test('is no zone that a client names from an address of its own', async () => {
    const harness = new Harness();
    let sent = 0;
    const address = '198.51.100.84';
    await trip(harness, () => ({ address, headers: { 'CF-Worker': `zone-${sent++}.example` } }));
  });
});

test('a service with many good keys behind one address never meets the shield', async () => {
  const harness = new Harness();
  const address = '198.51.100.85';
  for (let i = 0; i < 45; i++) {
    const key = await harness.newKey();
    await harness.chill(key);
    await expect(await harness.fetch(ME, { key: key.key, address })).toHaveStatus(200);
  }
});
