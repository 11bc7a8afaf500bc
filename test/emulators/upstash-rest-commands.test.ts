import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Command,
  type Outcome,
  outcomeOf,
  type RedisBackend,
  type Reply,
} from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis } from '../../src/dev/upstash-rest/embedded.ts';
import { openRedis } from '../../src/dev/upstash-rest/real.ts';

const { TEST_REDIS_URL } = process.env;

/** A database that only this file uses, and empties. */
const openReal = (url: string) => openRedis(new URL('/10', url).href);

const backends = [{ name: 'embedded', open: async () => openEmbeddedRedis() }];
if (TEST_REDIS_URL) backends.push({ name: 'redis', open: () => openReal(TEST_REDIS_URL) });

const WRONGTYPE = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' };
const SYNTAX = { error: 'ERR syntax error' };
const NOT_AN_INTEGER = { error: 'ERR value is not an integer or out of range' };
const wrongArity = (name: string) => ({ error: `ERR wrong number of arguments for '${name}' command` });
const invalidExpiry = (name: string) => ({ error: `ERR invalid expire time in '${name}' command` });

/** A command, as a list or as words between spaces, and its reply or its error. */
type Step = [command: string | Command, expected: Reply | { error: string }];

const cases: Record<string, Step[]> = {
  'SET and its options': [
    ['SET k v', 'OK'],
    ['set k w', 'OK'],
    ['GET k', 'w'],
    ['SET k x NX', null],
    ['SET k x nx px 100000', null],
    ['SET none x XX', null],
    ['SET new x nx px 100000', 'OK'],
    ['SET new y PX 100000 NX', null],
    ['SET new y XX GET', 'x'],
    ['SET fresh y GET EX 100', null],
    ['SET kept x KEEPTTL', 'OK'],
    ['PTTL kept', -1],
    ['SET kept x PX 100000', 'OK'],
    ['SET kept y KEEPTTL', 'OK'],
    ['TTL kept', 100],
    ['SET kept y KEEPTTL EX 1', SYNTAX],
    ['SET k v FOO', SYNTAX],
    ['SET k v NX XX', SYNTAX],
    ['SET k v PX', SYNTAX],
    ['SET k v EX 10 PX 10', SYNTAX],
    ['SET k v PX 0', invalidExpiry('set')],
    ['SET k v PX -5', invalidExpiry('set')],
    ['SET k v PX abc', NOT_AN_INTEGER],
    ['SET k', wrongArity('set')],
    ['GET k', 'w'],
  ],
  strings: [
    ['GET none', null],
    ['SETNX k 1', 1],
    ['SETNX k 2', 0],
    ['SETEX k 100 v', 'OK'],
    ['PSETEX k 100000 v', 'OK'],
    ['SETEX k 0 v', invalidExpiry('setex')],
    ['PSETEX k x v', NOT_AN_INTEGER],
    ['MSET a 1 b 2', 'OK'],
    ['MSET a 1 b', wrongArity('mset')],
    ['HSET h f 1', 1],
    ['MGET a none h b', ['1', null, null, '2']],
    ['GETDEL a', '1'],
    ['GETDEL a', null],
    ['GETDEL h', WRONGTYPE],
    ['GET h', WRONGTYPE],
    ['SET h v GET', WRONGTYPE],
    ['SET h v', 'OK'],
    ['TYPE h', 'string'],
  ],
  'empty strings and text beyond ASCII': [
    [['SET', 'k', ''], 'OK'],
    ['GET k', ''],
    ['GETRANGE k 0 -1', ''],
    ['MGET k none', ['', null]],
    [['ECHO', ''], ''],
    [['HSET', 'h', 'f', ''], 1],
    ['HGET h f', ''],
    ['HMGET h f g', ['', null]],
    ['HGETALL h', ['f', '']],
    ['GETDEL k', ''],
    [['SET', 'ключ', 'zażółć 🦔 "\\\n'], 'OK'],
    ['GET ключ', 'zażółć 🦔 "\\\n'],
    ['GETRANGE ключ 0 3', 'zaż'],
  ],
  counters: [
    ['INCR n', 1],
    ['INCRBY n 41', 42],
    ['DECR n', 41],
    ['DECRBY n -1', 42],
    ['INCRBY n 1800000000000', 1_800_000_000_042],
    ['GET n', '1800000000042'],
    ['INCRBY n x', NOT_AN_INTEGER],
    ['INCRBY n 1.5', NOT_AN_INTEGER],
    ['INCRBY n 01', NOT_AN_INTEGER],
    ['SET t text', 'OK'],
    ['INCR t', NOT_AN_INTEGER],
    ['GET t', 'text'],
    ['HSET h a 1 t text', 2],
    ['INCR h', WRONGTYPE],
    ['HINCRBY h a 2', 3],
    ['HINCRBY h b -2', -2],
    ['HINCRBY h t 1', { error: 'ERR hash value is not an integer' }],
    ['HINCRBY h a x', NOT_AN_INTEGER],
    ['HINCRBY t a 1', WRONGTYPE],
    ['SET n 5 PX 100000', 'OK'],
    ['INCR n', 6],
    ['PERSIST n', 1],
  ],
  GETRANGE: [
    [['SET', 'k', 'Hello World'], 'OK'],
    ['GETRANGE k 0 -1', 'Hello World'],
    ['GETRANGE k -5 -1', 'World'],
    ['GETRANGE k 6 100', 'World'],
    ['GETRANGE k -100 4', 'Hello'],
    ['GETRANGE k 5 2', ''],
    ['GETRANGE k -2 -5', ''],
    ['GETRANGE k 0 -100', 'H'],
    ['GETRANGE none 0 1', ''],
    ['GETRANGE k a b', NOT_AN_INTEGER],
  ],
  hashes: [
    ['HGETALL none', []],
    ['HMGET none a b', [null, null]],
    ['HSET h a 1 b 2', 2],
    ['HSET h a 3 c 4', 1],
    ['HSET h a', wrongArity('hset')],
    ['HSET h a 1 b', wrongArity('hset')],
    ['HSETNX h a 9', 0],
    ['HSETNX h d 5', 1],
    ['HGET h a', '3'],
    ['HGET h x', null],
    ['HMGET h b x d', ['2', null, '5']],
    ['HGETALL h', ['a', '3', 'b', '2', 'c', '4', 'd', '5']],
    ['HKEYS h', ['a', 'b', 'c', 'd']],
    ['HVALS h', ['3', '2', '4', '5']],
    ['HLEN h', 4],
    ['HEXISTS h a', 1],
    ['HEXISTS h x', 0],
    ['HDEL h a b x', 2],
    ['HDEL h c d', 2],
    ['EXISTS h', 0],
    ['SET k v', 'OK'],
    ['HGETALL k', WRONGTYPE],
    ['HSET k a 1', WRONGTYPE],
  ],
  expiry: [
    ['PTTL none', -2],
    ['SET k v', 'OK'],
    ['TTL k', -1],
    ['PTTL k', -1],
    ['PEXPIRE k 100000', 1],
    ['TTL k', 100],
    ['PERSIST k', 1],
    ['PERSIST k', 0],
    ['EXPIRE k 100', 1],
    ['SET k v', 'OK'],
    ['PTTL k', -1],
    ['PEXPIREAT k 9999999999999', 1],
    ['PEXPIREAT k 1', 1],
    ['GET k', null],
    ['EXISTS k', 0],
    ['SET k v EXAT 1', 'OK'],
    ['GET k', null],
    ['SET k v', 'OK'],
    ['PEXPIRE k -1', 1],
    ['TYPE k', 'none'],
    ['INCR k', 1],
    ['PTTL k', -1],
    ['EXPIREAT k 1', 1],
    ['HSET k f 1', 1],
    ['PEXPIRE none 1', 0],
    ['PEXPIRE k x', NOT_AN_INTEGER],
    ['PEXPIRE k', wrongArity('pexpire')],
  ],
  keys: [
    ['MSET user:1 a user:2 b other c', 'OK'],
    ['EXISTS user:1 user:1 none', 2],
    ['KEYS *:1', ['user:1']],
    ['KEYS user:[^1]', ['user:2']],
    ['SCAN 0 MATCH *:1 COUNT 1000', ['0', ['user:1']]],
    ['scan 0 match nothing* count 1000', ['0', []]],
    ['SCAN x', { error: 'ERR invalid cursor' }],
    ['SCAN 0 COUNT 0', SYNTAX],
    ['SCAN 0 MATCH', SYNTAX],
    ['DBSIZE', 3],
    ['TYPE other', 'string'],
    ['DEL user:1 none', 1],
    ['UNLINK user:2', 1],
    ['DBSIZE', 1],
    ['FLUSHDB', 'OK'],
    ['DBSIZE', 0],
    ['PING', 'PONG'],
    ['PING hi', 'hi'],
    ['PING a b', wrongArity('ping')],
    ['DEL', wrongArity('del')],
    ['GET', wrongArity('get')],
  ],
  'sets and sorted sets': [
    ['SADD s a b a', 2],
    ['SADD s b c', 1],
    ['SISMEMBER s a', 1],
    ['SISMEMBER s x', 0],
    ['SCARD s', 3],
    ['SREM s a b x', 2],
    ['SMEMBERS s', ['c']],
    ['SREM s c', 1],
    ['EXISTS s', 0],
    ['ZADD z 1 a 2 b', 2],
    ['ZADD z 3 a', 0],
    ['ZADD z ch 4 a 5 c', 2],
    ['ZADD z NX 9 a', 0],
    ['ZSCORE z a', '4'],
    ['ZSCORE z x', null],
    ['ZCARD z', 3],
    ['ZADD z x a', { error: 'ERR value is not a valid float' }],
    ['ZADD z 1 a 2', SYNTAX],
    ['SADD z a', WRONGTYPE],
    ['ZADD s 1 a', 1],
    ['ZCARD s', 1],
  ],
  'the frame of EVAL': [
    [['EVAL', 'return 1', 'x'], NOT_AN_INTEGER],
    [['EVAL', 'return 1', '3', 'a'], { error: "ERR Number of keys can't be greater than number of args" }],
    [['EVAL', 'return 1', '-1'], { error: "ERR Number of keys can't be negative" }],
    [['EVAL', 'return 1'], wrongArity('eval')],
    [
      ['EVAL', 'return {KEYS, ARGV}', '2', 'a', 'b', 'c'],
      [['a', 'b'], ['c']],
    ],
    [
      ['EVAL', 'return {KEYS, ARGV}', '0'],
      [[], []],
    ],
    [
      ['EVAL', '\n\nreturn return', '0'],
      { error: "ERR Error compiling script (new function): user_script:3: unexpected symbol near 'return'" },
    ],
  ],
};

const wordsOf = (command: string | Command) => (typeof command === 'string' ? toCommand(command.split(' ')) : command);
const toCommand = ([name = '', ...args]: string[]): Command => [name, ...args];
const outcome = (expected: Reply | { error: string }): Outcome =>
  typeof expected === 'object' && expected !== null && 'error' in expected ? expected : { result: expected };

describe.each(backends)('Redis commands, $name', ({ open }) => {
  let backend: RedisBackend;

  beforeAll(async () => {
    backend = await open();
  });
  beforeEach(() => backend.call(['FLUSHDB']));
  afterAll(() => backend.close());

  it.each(Object.entries(cases))('%s', async (_title, steps) => {
    for (const [words, expected] of steps) {
      const command = wordsOf(words);
      expect([command, await outcomeOf(() => backend.call(command))]).toEqual([command, outcome(expected)]);
    }
  });

  it('refuses unknown commands', async () => {
    await expect(backend.call(['NOPE', 'a'])).rejects.toThrow(/^ERR unknown command 'NOPE'/);
  });

  it('executes a transaction with nothing in between and refuses it whole', async () => {
    const outcomes = await backend.multi([
      ['SET', 'k', 'v'],
      ['INCR', 'k'],
      ['HSET', 'h', 'a', '1'],
      ['HGETALL', 'h'],
      ['EVAL', 'return redis.call("GET", KEYS[1])', '1', 'k'],
    ]);
    expect(outcomes).toEqual([
      { result: 'OK' },
      { error: NOT_AN_INTEGER.error },
      { result: 1 },
      { result: ['a', '1'] },
      { result: 'v' },
    ]);

    await expect(backend.multi([['SET', 'k', 'w'], ['NOPE']])).rejects.toThrow(/^ERR unknown command/);
    await expect(backend.multi([['SET', 'k', 'w'], ['GET']])).rejects.toThrow(wrongArity('get').error);
    expect(await backend.call(['GET', 'k'])).toBe('v');

    const increments = Array.from({ length: 20 }, () =>
      backend.multi([
        ['INCR', 'n'],
        ['INCR', 'n'],
      ]),
    );
    const pairs = await Promise.all(increments);
    expect(pairs).toEqual(Array.from({ length: 20 }, (_, i) => [{ result: 2 * i + 1 }, { result: 2 * i + 2 }]));
  });
});

it.each<{ command: Command }>([
  { command: ['hget', 'h', 'toString'] },
  { command: ['HSET', 'h', '__proto__', '1'] },
])('refuses what ioredis-mock confuses: $command', async ({ command }) => {
  const redis = openEmbeddedRedis();
  await expect(redis.call(command)).rejects.toThrow(`ERR the field '${command[2]}' is not in the embedded Redis`);
  await redis.close();
});

it('gives every embedded Redis data of its own', async () => {
  const [one, other] = [openEmbeddedRedis(), openEmbeddedRedis()];
  await one.call(['SET', 'k', 'v']);
  expect(await other.call(['GET', 'k'])).toBeNull();
  await Promise.all([one.close(), other.close()]);
});
