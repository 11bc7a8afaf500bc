import { beforeEach, describe, expect, test } from 'vitest';
import type { FaultInput } from '../../src/dev/emulator/faults.ts';
import { generateKey, recordKey, usageKey, windowsKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { UNAVAILABLE } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { posts } from '../support/database/database.ts';

let harness: Harness;
let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

const REDIS_FAULTS: [string, FaultInput][] = [
  ['refuses', { kind: 'refuse' }],
  ['hangs', { kind: 'hang' }],
  ['is slower than 300 ms', { kind: 'delay', ms: 2_000 }],
  ['errs', { kind: 'error' }],
  ['breaks off its answers', { kind: 'truncate' }],
  ['closes without an answer', { kind: 'close' }],
];

describe.each(REDIS_FAULTS)('while Redis %s', (_, fault) => {
  beforeEach(async () => {
    await harness.upstash.setFaults(fault);
  });

  test('a good key is answered from Neon, with a degraded notice', async () => {
    const started = performance.now();
    const { response, settled } = harness.start('/api/auth/me', { key: key.key });
    const answered = await response;
    // Long before the slow Redis answers, which takes 2 s, and the hanging one, which never does.
    expect(performance.now() - started).toBeLessThan(1_500);
    await expect(answered).toHaveStatus(200);
    expect(answered.headers.get('X-Jestha-Degraded')).toBe('limits');
    expect(answered.headers.get('X-RateLimit-Limit')).toBe('60');
    expect(answered.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(answered.headers.get('X-RateLimit-Reset')).toBe(String(harness.now / 1_000 + 60));
    await harness.upstash.setFaults();
    await settled();
  });

  test('a Jes is created', async () => {
    const { response, settled } = harness.start('/api/posts', { key: key.key, body: { content: 'Without Redis' } });
    await expect(await response).toHaveStatus(201);
    await harness.upstash.setFaults();
    await settled();
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Without Redis']);
  });
});

/** Replies of a Redis that cannot serve now: its own, outside a script or within one, and Upstash's. */
const UNWELL_REPLIES = [
  "OOM command not allowed when used memory > 'maxmemory'.",
  "OOM command not allowed when used memory > 'maxmemory'. script: 2f0e7a, on @user_script:1.",
  "ERR Error running script (call to f_2f0e7a): @user_script:10: OOM command not allowed when used memory > 'maxmemory'.",
  "READONLY You can't write against a read only replica. script: 2f0e7a, on @user_script:87.",
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'LOADING Redis is loading the dataset in memory',
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN Hash slot not served. script: 2f0e7a, on @user_script:5.',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'NOREPLICAS Not enough good replicas to write.',
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist. script: 2f0e7a, on @user_script:1.',
  'ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.',
  'ERR DB capacity quota exceeded',
];

test.each(UNWELL_REPLIES)('a Redis that replies "%s" is away', async (error) => {
  await harness.upstash.setFaults({ kind: 'reply', error });
  const warm = await harness.fetch('/api/auth/me', { key: key.key });
  expect([warm.status, warm.headers.get('X-Jestha-Degraded')]).toEqual([200, 'limits']);
  await harness.upstash.setFaults();
  await harness.chill(key);
  // A cold key is put into Redis by a pipeline.
  await harness.upstash.setFaults({ kind: 'reply', error, match: '"nx"' });
  const cold = await harness.fetch('/api/auth/me', { key: key.key });
  expect([cold.status, cold.headers.get('X-Jestha-Degraded')]).toEqual([200, 'limits']);
});

test.each([
  "ERR user_script:3: Script attempted to access nonexistent global variable 'x' script: 2f0e7a, on @user_script:3.",
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  "ERR Error compiling script (new function): user_script:1: unexpected symbol near '!'",
])('a script that fails with "%s" admits nothing', async (error) => {
  await harness.upstash.setFaults({ kind: 'reply', error });
  expect(await answerOf(await harness.fetch('/api/auth/me', { key: key.key }))).toEqual(UNAVAILABLE);
});

describe('while Redis comes and goes', () => {
  test('200 requests at once, of which Redis answers some too late, admit 60 at most', async () => {
    await harness.upstash.setFaults({ kind: 'delay', ms: 290, when: 'after' });
    const sent = Array.from({ length: 200 }, () => harness.start('/api/auth/me', { key: key.key }));
    const statuses = await Promise.all(sent.map(async ({ response }) => (await response).status));
    await harness.upstash.setFaults();
    for (const { settled } of sent) await settled();
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(60);
  });

  test('a minute that began with Redis goes on without it, and with it again', async () => {
    const send = async (count: number) => {
      const told: (string | null)[] = [];
      for (let i = 0; i < count; i++) {
        const response = await harness.fetch('/api/auth/me', { key: key.key });
        told.push(response.status === 200 ? response.headers.get('X-RateLimit-Remaining') : String(response.status));
        harness.now += 100;
      }
      return told;
    };
    const downFrom = (first: number, count: number) => Array.from({ length: count }, (_, i) => String(first - i));
    expect(await send(20)).toEqual(downFrom(59, 20));
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await send(20)).toEqual(downFrom(39, 20));
    await harness.upstash.setFaults();
    expect(await send(21)).toEqual([...downFrom(19, 20), '429']);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await send(1)).toEqual(['429']);
  });

  test('ten posts a minute hold as well', async () => {
    const post = async () => {
      const response = await harness.fetch('/api/posts', { key: key.key, body: { content: `At ${harness.now}` } });
      harness.now += 1;
      return response.status;
    };
    for (let i = 0; i < 5; i++) expect(await post()).toBe(201);
    await harness.upstash.setFaults({ kind: 'refuse' });
    for (let i = 0; i < 3; i++) expect(await post()).toBe(201);
    await harness.upstash.setFaults();
    for (let i = 0; i < 2; i++) expect(await post()).toBe(201);
    expect(await post()).toBe(429);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await post()).toBe(429);
  });
});

describe('while Redis is away', () => {
  beforeEach(async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
  });

  test('a key revoked meanwhile is refused at once', async () => {
    await expect(harness.revoke(key)).rejects.toThrow('service_unavailable');
    const response = await harness.fetch('/api/auth/me', { key: key.key });
    expect((await answerOf(response)).body).toMatchObject({ code: 'api_key_revoked' });
  });

  test('expiry, allowlist and scopes hold', async () => {
    const strict = await harness.newKey({ expiresInDays: 30, ipAllowlist: ['192.0.2.1'], scopes: ['read:comment'] });
    const code = async (address: string) => {
      const request = { key: strict.key, address, body: { content: 'Hello' } };
      return ((await answerOf(await harness.fetch('/api/posts', request))).body as { code: string }).code;
    };
    expect(await code('192.0.2.2')).toBe('ip_not_allowed');
    expect(await code('192.0.2.1')).toBe('missing_scope');
    harness.now += 30 * 86_400_000;
    expect(await code('192.0.2.1')).toBe('api_key_expired');
  });

  test('the limits hold, as this isolate has counted them', async () => {
    for (let i = 0; i < 60; i++) await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
    const limited = await harness.fetch('/api/auth/me', { key: key.key });
    expect(limited.headers.get('Retry-After')).toBe('60');
    expect(limited.headers.get('X-Jestha-Degraded')).toBe('limits');
    expect((await answerOf(limited)).body).toMatchObject({
      message: 'This API key is limited to 60 requests per minute.',
    });
  });

  test('a request refused before the limits uses none of them', async () => {
    const strict = await harness.newKey({ ipAllowlist: ['192.0.2.1'] });
    const whoami = (address: string) => harness.fetch('/api/auth/me', { key: strict.key, address });
    for (let i = 0; i < 5; i++) await expect(await whoami('192.0.2.2')).toHaveStatus(403);
    expect((await whoami('192.0.2.1')).headers.get('X-RateLimit-Remaining')).toBe('59');
  });

  test('the binding limits a key that this isolate has not counted', async () => {
    // The binding has its own clock and minutes: the requests fall into at most two of them.
    let refused = 0;
    for (let i = 0; i < 121; i++) {
      harness.now += 60_000;
      if ((await harness.fetch('/api/auth/me', { key: key.key })).status === 429) refused += 1;
    }
    expect(refused).toBeGreaterThanOrEqual(1);
  });

  test('ten posts a minute hold too', async () => {
    for (let i = 0; i < 10; i++) {
      await expect(await harness.fetch('/api/posts', { key: key.key, body: { content: `${i}` } })).toHaveStatus(201);
    }
    const limited = await harness.fetch('/api/posts', { key: key.key, body: { content: 'One too many' } });
    expect((await answerOf(limited)).body).toMatchObject({
      message: 'This API key is limited to 10 posts per minute.',
    });
  });

  test('an unknown key is unknown', async () => {
    const response = await harness.fetch('/api/auth/me', { key: generateKey(), address: '198.51.100.2' });
    expect((await answerOf(response)).body).toMatchObject({ code: 'invalid_api_key' });
  });

  test('a call makes one request to it, not one for each use of it', async () => {
    await harness.upstash.reset();
    await harness.upstash.setFaults({ kind: 'refuse' });
    await harness.chill(key);
    await harness.fetch('/api/auth/me', { key: key.key });
    expect(await harness.upstash.counters()).toEqual({ requests: 1 });
  });

  test('without Neon as well, nothing is known: 503', async () => {
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await harness.fetch('/api/auth/me', { key: key.key });
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});

test('Redis that hangs between two calls of a request costs it 300 ms once', async () => {
  await harness.chill(key);
  await harness.upstash.setFaults({ kind: 'hang', match: '"nx"' }, { kind: 'hang', match: '"NX"' });
  const started = performance.now();
  const { response, settled } = harness.start('/api/auth/me', { key: key.key });
  expect((await response).headers.get('X-Jestha-Degraded')).toBe('limits');
  expect(performance.now() - started).toBeLessThan(1_500);
  await harness.upstash.setFaults();
  await settled();
});

const NEON_FAULTS: [string, FaultInput][] = [
  ['refuses', { kind: 'refuse' }],
  ['errs', { kind: 'error' }],
  ['breaks off its answers', { kind: 'truncate' }],
];

describe.each(NEON_FAULTS)('while Neon %s', (_, fault) => {
  beforeEach(async () => {
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.neon.setFaults(fault);
  });

  test('a warm key is still identified', async () => {
    const response = await harness.fetch('/api/auth/me', { key: key.key });
    await expect(response).toHaveStatus(200);
    expect(response.headers.get('X-Jestha-Degraded')).toBeNull();
  });

  test('a warm key whose record is due for a refresh is identified, too', async () => {
    harness.now += 11 * 60_000;
    await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
  });

  test('everything else is 503, with the limits', async () => {
    const read = await harness.fetch('/api/posts/01HK153X000000000000000000', { key: key.key });
    expect(read.headers.get('Retry-After')).toBe('5');
    expect(read.headers.get('X-RateLimit-Remaining')).toBe('58');
    expect(await answerOf(read)).toEqual(UNAVAILABLE);
    const created = await harness.fetch('/api/posts', { key: key.key, body: { content: 'Lost?' } });
    expect(await answerOf(created)).toEqual(UNAVAILABLE);
  });

  test('a cold key is 503', async () => {
    await harness.chill(key);
    const response = await harness.fetch('/api/auth/me', { key: key.key });
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});

test('Neon that hangs costs a request 5 seconds, then it is 503', async () => {
  await harness.chill(key);
  await harness.neon.setFaults({ kind: 'hang' });
  const started = performance.now();
  const { response, settled } = harness.start('/api/auth/me', { key: key.key });
  expect(await answerOf(await response)).toEqual(UNAVAILABLE);
  expect(performance.now() - started).toBeLessThan(6_000);
  await harness.neon.setFaults();
  await settled();
});

test('a write that Neon refuses half way leaves no rows', async () => {
  await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 1_000 });
  const response = await harness.fetch('/api/posts', { key: key.key, body: { content: 'Half?' } });
  await expect(response).toHaveStatus(429);
  expect(await posts.contentsOf(harness, key.accountId)).toEqual([]);
  await harness.chill(key);
  expect((await answerOf(await harness.fetch('/api/auth/me', { key: key.key }))).body).toMatchObject({ totalPosts: 0 });
});

describe('unreadable data never admits a key', () => {
  const status = async () => (await harness.fetch('/api/auth/me', { key: key.key })).status;

  test.each([
    ['no record at all', 'garbage'],
    ['of another version', 'k0||||1|{}'],
    ['with a reason nobody gives', 'k1|bored|||1|{}'],
    ['without a body', 'k1||||1|'],
    ['with a body of another shape', 'k1||||1|{"key":{"id":1}}'],
  ])('a record %s: 503 once, then it is read again from Neon', async (_, record) => {
    await harness.redis('SET', recordKey(await sha256Hex(key.key)), record);
    const response = await harness.fetch('/api/auth/me', { key: key.key });
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
    expect(await status()).toBe(200);
  });

  test.each([
    ['cut', 'u1|1795|'],
    ['of another version', 'u0|||||1|1|1'],
    ['with a cut log', 'u1|1||123||1|1|1'],
    ['without the log of the day', 'u1|1||||1|1|'],
    ['with a last minute that counts nothing', 'u1|1||||1|1|1z'],
    ['with a last write that is no time', 'u1|1||||1|1|1|x'],
  ])('windows %s: 503 once, then they begin anew', async (_, windows) => {
    await harness.redis('SET', windowsKey(await sha256Hex(key.key)), windows);
    expect(await status()).toBe(503);
    expect(await status()).toBe(200);
  });

  test('a minute that is unreadable as it leaves the day: 503 once, then the windows begin anew', async () => {
    const minute = Math.floor(harness.now / 60_000) - 1;
    const windows = `u1|1||||${minute}|1|z${'0'.repeat(1_440)}`;
    await harness.redis('SET', windowsKey(await sha256Hex(key.key)), windows);
    expect(await status()).toBe(503);
    expect(await status()).toBe(200);
  });

  test('a key of the wrong type: the script fails, 503', async () => {
    const usage = usageKey(await sha256Hex(key.key));
    expect(await status()).toBe(200);
    await harness.redis('HSET', usage, 'a', 'b');
    // With the first request of an hour the script looks at the hours before.
    harness.now += 3_600_000;
    expect(await status()).toBe(503);
    await harness.redis('DEL', usage);
    expect(await status()).toBe(200);
  });

  test('an invalid allowlist entry in the database admits no address', async () => {
    await harness.run(({ ports }) =>
      ports.db.execute(`UPDATE api_keys SET ip_allowlist = '{"not an address"}' WHERE id = '${key.id}'`),
    );
    await harness.chill(key);
    const response = await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' });
    expect((await answerOf(response)).body).toMatchObject({ code: 'ip_not_allowed' });
  });
});
