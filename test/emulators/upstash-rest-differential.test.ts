import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Command, type Outcome, outcomeOf, type RedisBackend } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis } from '../../src/dev/upstash-rest/embedded.ts';
import { openRedis } from '../../src/dev/upstash-rest/real.ts';

const { TEST_REDIS_URL } = process.env;

const toCommand = ([name = '', ...args]: string[]): Command => [name, ...args];

const keys = fc.constantFrom('a', 'b', 'c');
const fields = fc.constantFrom('f', 'g', 'é');
const values = fc.constantFrom('', '0', '7', '-3', 'text', '1.5', ' 1', 'zażółć', '1800000000000');
const millis = fc.constantFrom('100000', '-1', '0', 'x');
const options = fc.subarray(['NX', 'XX', 'GET', 'keepttl', 'px 100000', 'EX 0', 'PXAT 1'], { maxLength: 3 });
const commands = fc.oneof(
  fc.tuple(fc.constantFrom('GET', 'INCR', 'DECR', 'GETDEL', 'HGETALL', 'HLEN', 'TYPE', 'PTTL', 'PERSIST', 'DEL'), keys),
  fc.tuple(fc.constantFrom('GET', 'EXISTS', 'SMEMBERS', 'SCARD', 'ZCARD', 'HKEYS', 'HVALS'), keys),
  fc.tuple(fc.constantFrom('SETNX', 'INCRBY', 'SADD', 'SREM', 'SISMEMBER'), keys, values),
  fc.tuple(fc.constantFrom('PEXPIRE', 'EXPIRE', 'PEXPIREAT'), keys, millis),
  fc.tuple(fc.constantFrom('PSETEX', 'SETEX'), keys, millis, values),
  fc.tuple(fc.constantFrom('HGET', 'HDEL', 'HEXISTS', 'ZSCORE'), keys, fields),
  fc.tuple(fc.constantFrom('HSET', 'HSETNX', 'HINCRBY'), keys, fields, values),
  fc.tuple(fc.constantFrom('MGET', 'EXISTS', 'UNLINK'), keys, keys),
  fc.tuple(fc.constant('HMGET'), keys, fields, fields),
  fc.tuple(fc.constant('GETRANGE'), keys, fc.constantFrom('0', '-3', '2'), fc.constantFrom('-1', '1', '-9')),
  fc.tuple(fc.constant('ZADD'), keys, fc.constantFrom('1', '-2', '1.5', 'x'), fields),
  fc
    .tuple(fc.constant('SET'), keys, values, options)
    .map(([name, key, value, chosen]) => [name, key, value, ...chosen.flatMap((option) => option.split(' '))]),
);
const sequences = fc.array(commands.map(toCommand), { minLength: 1, maxLength: 25 });

/** Replies whose order Redis leaves open, sorted; a remaining lifetime becomes "has one" or not. */
function comparable([name]: Command, outcome: Outcome): Outcome {
  if ('error' in outcome) return outcome;
  const { result } = outcome;
  const upper = name.toUpperCase();
  if (upper === 'PTTL' && typeof result === 'number') return { result: Math.min(result, 1) };
  if (!Array.isArray(result)) return outcome;
  return upper === 'SMEMBERS' ? { result: [...result].sort() } : outcome;
}

async function run(backend: RedisBackend, command: Command): Promise<Outcome> {
  return comparable(command, await outcomeOf(() => backend.call(command)));
}

/** Returns the reply of the command; an error as a table, which a reader of the reply sees as an error. */
const CALL = 'return redis.pcall(unpack(ARGV))';

it('answers a command within a script as outside', async () => {
  const outside = openEmbeddedRedis();
  const inside = openEmbeddedRedis();
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      await Promise.all([outside.call(['FLUSHALL']), inside.call(['FLUSHALL'])]);
      for (const command of sequence) {
        const expected = await run(outside, command);
        const answered = await outcomeOf(() => inside.call(['EVAL', CALL, '0', ...command]));
        expect([command, comparable(command, answered)]).toEqual([command, expected]);
      }
    }),
  );
  await Promise.all([outside.close(), inside.close()]);
});

// In a database that only this file uses, and empties.
it.skipIf(!TEST_REDIS_URL)('answers as a real Redis, whatever the order of commands', async () => {
  const real = await openRedis(new URL('/12', TEST_REDIS_URL).href);
  const embedded = openEmbeddedRedis();
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      await Promise.all([real.call(['FLUSHDB']), embedded.call(['FLUSHDB'])]);
      for (const command of sequence) {
        expect([command, await run(embedded, command)]).toEqual([command, await run(real, command)]);
      }
    }),
    { numRuns: 300 },
  );
  await Promise.all([real.close(), embedded.close()]);
});
