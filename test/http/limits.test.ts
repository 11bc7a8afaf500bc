import { describe, expect, test } from 'vitest';
import { usageKey, windowsKey } from '../../src/domain/keys/index.ts';
import { hourCounts } from '../../src/domain/keys/usage-log.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { answerOf, Harness } from '../support/app/harness.ts';

const limitHeaders = (response: Response) =>
  ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'].map((name) => response.headers.get(name));

const seconds = (ms: number) => String(Math.ceil(ms / 1_000));

describe('60 requests a minute', () => {
  test('are counted down in the headers, and then Retry-After says the wait', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const start = harness.now;
    for (let sent = 1; sent <= 60; sent++) {
      const response = await harness.fetch('/api/auth/me', { key });
      await expect(response).toHaveStatus(200);
      expect(limitHeaders(response)).toEqual(['60', String(60 - sent), seconds(start + 60_000)]);
      harness.now += 500;
    }
    // 30 s have passed; the first request leaves the window in another 30.
    const limited = await harness.fetch('/api/auth/me', { key });
    expect(limitHeaders(limited)).toEqual(['60', '0', seconds(start + 60_000)]);
    expect(limited.headers.get('Retry-After')).toBe('30');
    expect(await answerOf(limited)).toEqual({
      status: 429,
      body: {
        error: 'Rate limit exceeded',
        message: 'This API key is limited to 60 requests per minute.',
        code: 'rate_limit_exceeded',
        retryAfter: 30,
      },
    });

    harness.now = start + 59_999;
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(429);
    harness.now = start + 60_000;
    const freed = await harness.fetch('/api/auth/me', { key });
    await expect(freed).toHaveStatus(200);
    expect(limitHeaders(freed)).toEqual(['60', '0', seconds(start + 60_500)]);
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(429);
  });

  test('are those of one key: another of the same account has its own', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const first = await harness.newKey({ account });
    const second = await harness.newKey({ account });
    for (let i = 0; i < 60; i++) await harness.fetch('/api/auth/me', { key: first.key });
    await expect(await harness.fetch('/api/auth/me', { key: first.key })).toHaveStatus(429);
    expect((await harness.fetch('/api/auth/me', { key: second.key })).headers.get('X-RateLimit-Remaining')).toBe('59');
  });

  test('count every admitted request once, whatever its response', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const remaining = async (path: string, body?: unknown) =>
      (await harness.fetch(path, { key, body })).headers.get('X-RateLimit-Remaining');
    expect(await remaining('/api/auth/me')).toBe('59');
    expect(await remaining('/api/posts/01HK153X000000000000000000')).toBe('58');
    expect(await remaining('/api/posts', 'not json')).toBe('57');
    expect(await remaining('/api/posts', { content: 'Hello' })).toBe('56');
  });

  test('are not used by requests refused before them', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ ipAllowlist: ['192.0.2.1'], expiresInDays: 30 });
    for (let i = 0; i < 5; i++) await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.2' });
    const response = await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' });
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    const windows = await harness.redis('GET', windowsKey(await sha256Hex(key.key)));
    harness.now += 31 * 86_400_000;
    await expect(await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' })).toHaveStatus(401);
    await harness.revoke(key);
    await expect(await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' })).toHaveStatus(401);
    expect(await harness.redis('GET', windowsKey(await sha256Hex(key.key)))).toBe(windows);
  });
});

describe('10 posts a minute', () => {
  test('refuse the next post before a write, and do not limit other requests', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    for (let i = 0; i < 10; i++) {
      await expect(await harness.fetch('/api/posts', { key, body: { content: `Jes ${i}` } })).toHaveStatus(201);
      harness.now += 1_000;
    }
    await harness.neon.reset();
    const limited = await harness.fetch('/api/posts', { key, body: { content: 'One too many' } });
    expect(limited.headers.get('Retry-After')).toBe('50');
    expect(limited.headers.get('X-RateLimit-Remaining')).toBe('50');
    expect(await answerOf(limited)).toEqual({
      status: 429,
      body: {
        error: 'Rate limit exceeded',
        message: 'This API key is limited to 10 posts per minute.',
        code: 'rate_limit_exceeded',
        retryAfter: 50,
      },
    });
    // After the response the failed call is kept, and older ones are deleted.
    expect(await harness.neon.counters()).toEqual({ requests: 1, statements: 2 });
    // The refused one consumed nothing of the other window.
    const whoami = await harness.fetch('/api/auth/me', { key });
    expect(whoami.headers.get('X-RateLimit-Remaining')).toBe('49');
    harness.now += 50_000;
    await expect(await harness.fetch('/api/posts', { key, body: { content: 'Waited' } })).toHaveStatus(201);
  });
});

describe('10,000 requests in 24 hours', () => {
  test('are refused until the first of them is a day old, by the minute', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const minute = Math.floor(harness.now / 60_000);
    // 60 in each of the 166 minutes before a pause of 10 minutes, and 39 in the next: 9,999.
    const log = `${'l'.repeat(166)}W${'0'.repeat(9)}`;
    const windows = `u1|${harness.now - 600_000}|192.0.2.1|||${minute - 1}|9999|${log}`;
    await harness.redis('SET', windowsKey(await sha256Hex(key)), windows);

    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
    const limited = await harness.fetch('/api/auth/me', { key });
    // The oldest minute was 176 minutes ago; a day and a minute after it began, it is gone.
    const retryAfter = (1_441 - 176) * 60;
    expect(limited.headers.get('Retry-After')).toBe(String(retryAfter));
    expect(limited.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(await answerOf(limited)).toEqual({
      status: 429,
      body: {
        error: 'Rate limit exceeded',
        message: 'This API key is limited to 10,000 requests per 24 hours.',
        code: 'rate_limit_exceeded',
        retryAfter,
      },
    });
    harness.now += retryAfter * 1_000 - 1;
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(429);
    harness.now += 1;
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
  });
});

describe('usage', () => {
  test('is noted by the hour, accepted and throttled, with the last use', async () => {
    const harness = new Harness();
    harness.now = Date.UTC(2026, 10, 24, 13, 59, 59, 500);
    const { key } = await harness.newKey();
    const hash = await sha256Hex(key);
    for (let i = 0; i < 62; i++) await harness.fetch('/api/auth/me', { key, address: '2001:db8::7' });
    harness.now += 60_000;
    await harness.fetch('/api/auth/me', { key, address: '192.0.2.1' });

    const [windows, usage] = (await harness.redis('MGET', windowsKey(hash), usageKey(hash))) as string[];
    const counts = hourCounts(windows ?? null, usage ?? null);
    const hour = Math.floor(harness.now / 3_600_000);
    expect([counts.of(hour - 1), counts.of(hour)]).toEqual([
      { accepted: 60, throttled: 2 },
      { accepted: 1, throttled: 0 },
    ]);
    expect(windows).toMatch(new RegExp(`^u1\\|${harness.now}\\|192\\.0\\.2\\.1\\|`));
    for (const key of [windowsKey(hash), usageKey(hash)]) {
      expect(await harness.redis('PTTL', key)).toBeGreaterThan(31 * 86_400_000);
    }
  });
});
