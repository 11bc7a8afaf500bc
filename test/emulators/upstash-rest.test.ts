import { randomUUID } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { RedisBackend } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis, openRedis, serveUpstashRest } from '../../src/dev/upstash-rest/index.ts';

const TOKEN = 'correct';

const backends = [{ name: 'embedded', open: async () => openEmbeddedRedis() }];
const { TEST_REDIS_URL } = process.env;
if (TEST_REDIS_URL) backends.push({ name: 'redis', open: () => openRedis(TEST_REDIS_URL) });

/** A window so long that it never ends during a test. */
const LONG = '10000 d';

describe.each(backends)('Upstash clients, $name', ({ open }) => {
  let backend: RedisBackend;
  let emulator: Emulator;
  let scope: string;
  let key: string;

  beforeAll(async () => {
    backend = await open();
    emulator = await serveUpstashRest({ backend, token: TOKEN, port: 0 });
  });
  beforeEach(() => {
    scope = randomUUID();
    key = `upstash-rest:${scope}`;
  });
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });

  const client = (options: { responseEncoding?: false; enableAutoPipelining?: boolean } = {}) =>
    new Redis({ url: emulator.url, token: `${TOKEN}.${scope}`, retry: false, ...options });

  const counters = () => Object.fromEntries(emulator.scopes.get(scope).counters);

  describe.each([
    { encoding: 'base64', options: {} },
    { encoding: 'plain', options: { responseEncoding: false as const } },
  ])('@upstash/redis, $encoding', ({ options }) => {
    it.each([true, false])('reads and writes, auto-pipelining %s', async (enableAutoPipelining) => {
      const redis = client({ ...options, enableAutoPipelining });
      expect(await redis.set(key, { name: 'zażółć', list: [1, null] }, { px: 100_000, nx: true })).toBe('OK');
      expect(await redis.set(key, 'other', { nx: true })).toBeNull();
      expect(await redis.get(key)).toEqual({ name: 'zażółć', list: [1, null] });
      expect(await redis.ttl(key)).toBe(100);
      expect(await redis.hset(`${key}:h`, { a: 1, b: 'OK', c: '' })).toBe(3);
      expect(await redis.hgetall(`${key}:h`)).toEqual({ a: 1, b: 'OK', c: '' });
      expect(await redis.hmget(`${key}:h`, 'a', 'none')).toEqual({ a: 1, none: null });
      expect(await redis.mget(key, `${key}:none`)).toEqual([{ name: 'zażółć', list: [1, null] }, null]);
      expect(await redis.incrby(`${key}:n`, 1_800_000_000_000)).toBe(1_800_000_000_000);
      expect(await redis.scan(0, { match: `${key}:*`, count: 10_000 })).toEqual([
        '0',
        expect.arrayContaining([`${key}:h`, `${key}:n`]),
      ]);
      expect(await redis.pexpireat(key, 1)).toBe(1);
      expect(await redis.exists(key)).toBe(0);
      await expect(redis.get(`${key}:h`)).rejects.toThrow('WRONGTYPE');
    });

    it('sends the commands of one tick as one request', async () => {
      const redis = client(options);
      const counts = await Promise.all(Array.from({ length: 10 }, () => redis.incr(key)));
      expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(counters()).toEqual({ requests: 1, commands: 10, 'command:INCR': 10 });
    });

    it('pipelines', async () => {
      const redis = client(options);
      expect(await redis.pipeline().set(key, 'v').get(key).hgetall(`${key}:h`).exec()).toEqual(['OK', 'v', null]);
      const failing = redis.pipeline().set(key, 'v').incr(key).get(key);
      await expect(failing.exec()).rejects.toThrow('Command 2 [ incr ] failed: ERR value is not an integer');
      const kept = await redis.pipeline().incr(key).get(key).exec({ keepErrors: true });
      expect(kept).toMatchObject([{ error: 'ERR value is not an integer or out of range' }, { result: 'v' }]);
    });

    it('transacts', async () => {
      const redis = client(options);
      expect(await redis.multi().set(key, 1).incr(key).get(key).exec()).toEqual(['OK', 2, 2]);
      expect(counters()).toEqual({
        requests: 1,
        commands: 5,
        'command:MULTI': 1,
        'command:SET': 1,
        'command:INCR': 1,
        'command:GET': 1,
        'command:EXEC': 1,
      });
    });

    it('runs scripts', async () => {
      const redis = client(options);
      const script = redis.createScript<[number, string, null]>(
        `redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('INCRBY', KEYS[1], 41), redis.call('GET', KEYS[1]), false} -- ${scope}`,
      );
      expect(await script.exec([key], ['1'])).toEqual([42, 42, null]);
      expect(counters()).toMatchObject({ requests: 2, 'command:EVALSHA': 1, 'command:EVAL': 1, commands: 5 });
      expect(await script.exec([key], ['2'])).toEqual([43, 43, null]);
      expect(counters()).toMatchObject({ requests: 3, 'command:EVALSHA': 2, 'command:INCRBY': 2, commands: 9 });
      await expect(redis.eval('return redis.error_reply("LIMIT reached")', [], [])).rejects.toThrow('LIMIT reached');
    });
  });

  describe('@upstash/ratelimit', () => {
    // The vendor's billing: https://upstash.com/docs/redis/sdks/ratelimit-ts/costs
    it.each([
      ['fixed window', Ratelimit.fixedWindow(2, LONG), [3, 2, 2]],
      ['sliding window', Ratelimit.slidingWindow(2, LONG), [5, 4, 3]],
      ['token bucket', Ratelimit.tokenBucket(2, LONG, 2), [4, 4, 2]],
    ] as const)('%s', async (_name, limiter, billed) => {
      const ratelimit = new Ratelimit({ redis: client(), prefix: key, limiter, ephemeralCache: false, timeout: 0 });
      // The script is known from the first call on.
      await ratelimit.limit('someone');

      const costs: number[] = [];
      for (const expected of [true, true, false]) {
        const before = counters().commands ?? 0;
        const { success, remaining, reason } = await ratelimit.limit('id');
        expect({ success, reason }).toEqual({ success: expected, reason: undefined });
        expect(remaining).toBe([1, 0, 0][costs.length]);
        costs.push((counters().commands ?? 0) - before);
      }
      expect(costs).toEqual(billed);

      expect((await ratelimit.getRemaining('id')).remaining).toBe(0);
      await ratelimit.resetUsedTokens('id');
      expect((await ratelimit.getRemaining('id')).remaining).toBe(2);
      expect((await ratelimit.getRemaining('someone')).remaining).toBe(1);
    });

    it('sends ten concurrent limits as one request and lets through no more than the limit', async () => {
      const redis = client();
      const ratelimit = new Ratelimit({ redis, prefix: key, limiter: Ratelimit.slidingWindow(3, LONG), timeout: 0 });
      await ratelimit.limit('someone');
      const { requests = 0 } = counters();
      const results = await Promise.all(Array.from({ length: 10 }, () => ratelimit.limit('id')));
      expect(results.filter(({ success }) => success)).toHaveLength(3);
      expect(counters().requests).toBe(requests + 1);
    });
  });
});
