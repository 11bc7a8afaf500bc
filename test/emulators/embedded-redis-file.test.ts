import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openEmbeddedRedis } from '../../src/dev/upstash-rest/embedded.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jestha-redis-'));
  file = join(folder, 'data', 'redis');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

/** Closes this Redis and opens it again, as a restart does. */
async function reopened(redis: ReturnType<typeof openEmbeddedRedis>) {
  await redis.close();
  return openEmbeddedRedis({ file });
}

test('a restart keeps every type of value, bytes and all', async () => {
  const redis = openEmbeddedRedis({ file });
  const texts = ['', 'plain', 'ünï🙂code', 'k1||0|a-b,|9|{"key":"\u0000"}', '__proto__'];
  for (const [i, text] of texts.entries()) await redis.call(['SET', `text:${i}`, text]);
  await redis.call(['SET', 'run', 'a key of the same name as the harness has']);
  await redis.call(['HSET', 'hash', '09:accepted', '12', 'ü', '']);
  await redis.call(['HINCRBY', 'hash', '09:accepted', '1']);
  await redis.call(['SADD', 'set', 'a', 'b']);
  await redis.call(['ZADD', 'zset', '1.5', 'one', '2', 'two']);

  const again = await reopened(redis);
  for (const [i, text] of texts.entries()) expect(await again.call(['GET', `text:${i}`])).toBe(text);
  expect(await again.call(['GET', 'run'])).toBe('a key of the same name as the harness has');
  expect(await again.call(['HGETALL', 'hash'])).toEqual(['09:accepted', '13', 'ü', '']);
  expect(new Set((await again.call(['SMEMBERS', 'set'])) as string[])).toEqual(new Set(['a', 'b']));
  expect(await again.call(['ZSCORE', 'zset', 'one'])).toBe('1.5');
  expect(await again.call(['ZCARD', 'zset'])).toBe(2);
  await expect(again.call(['INCR', 'hash'])).rejects.toThrow('WRONGTYPE');
  expect(await again.call(['INCR', 'counter'])).toBe(1);
  await again.close();
});

test('a restart keeps the times at which keys expire', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 });
  const redis = openEmbeddedRedis({ file });
  await redis.call(['SET', 'soon', 'x', 'PX', '5000']);
  await redis.call(['SET', 'later', 'x', 'PX', '60000']);
  await redis.call(['SET', 'always', 'x']);
  vi.setSystemTime(1_000_000_020_000);
  const again = await reopened(redis);
  expect(await again.call(['DBSIZE'])).toBe(2);
  expect(await again.call(['GET', 'soon'])).toBe(null);
  expect(await again.call(['PTTL', 'later'])).toBe(40_000);
  expect(await again.call(['PTTL', 'always'])).toBe(-1);
  await again.close();
});

test('a restart keeps what was deleted away, and scripts write to the file like commands', async () => {
  const redis = openEmbeddedRedis({ file });
  await redis.call(['SET', 'gone', 'x']);
  const again = await reopened(redis);
  await again.call(['EVAL', "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[2], 'y')", '2', 'gone', 'new']);
  const third = await reopened(again);
  expect(await third.call(['MGET', 'gone', 'new'])).toEqual([null, 'y']);
  await third.close();
});

test('a process that is killed loses at most the last quarter of a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const redis = openEmbeddedRedis({ file });
  await redis.call(['SET', 'key', 'value']);
  vi.advanceTimersByTime(250);
  // Not closed: the file is read as a killed process left it.
  const after = openEmbeddedRedis({ file });
  expect(await after.call(['GET', 'key'])).toBe('value');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await after.close();
  await redis.close();
});

describe('a file that is damaged', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['empty', (path) => truncateSync(path)],
    ['cut short', (path) => truncateSync(path, 40)],
    ['changed in one byte', (path) => writeFileSync(path, readFileSync(path).fill(0xff, 50, 51))],
    ['a text', (path) => writeFileSync(path, 'something else')],
  ];
  test.each(damages)('(%s) is put aside, and Redis begins empty', async (_, damage) => {
    const redis = openEmbeddedRedis({ file });
    await redis.call(['SET', 'key', 'value']);
    await redis.close();
    damage(file);
    const aside: string[] = [];
    const again = openEmbeddedRedis({ file, onDamage: (path) => void aside.push(path) });
    expect(await again.call(['DBSIZE'])).toBe(0);
    expect(aside).toEqual([`${file}.damaged`]);
    await again.call(['SET', 'key', 'other']);
    const third = await reopened(again);
    expect(await third.call(['GET', 'key'])).toBe('other');
    await third.close();
  });
});
