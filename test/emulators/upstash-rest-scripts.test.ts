import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command, Outcome, RedisBackend, Reply } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis } from '../../src/dev/upstash-rest/embedded.ts';
import { translateLua51 } from '../../src/dev/upstash-rest/lua51.ts';
import { openRedis } from '../../src/dev/upstash-rest/real.ts';
import { type Executed, ScriptedRedis } from '../../src/dev/upstash-rest/scripts.ts';

const backends = [{ name: 'embedded', open: async () => openEmbeddedRedis() }];
const { TEST_REDIS_URL } = process.env;
// A database that only this file uses, and empties.
if (TEST_REDIS_URL) backends.push({ name: 'redis', open: () => openRedis(new URL('/11', TEST_REDIS_URL).href) });

const WRONGTYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';
const NOSCRIPT: Outcome = { error: 'NOSCRIPT No matching script. Please use EVAL.' };
const LOCKING = '#!lua flags=allow-key-locking';
const UNDECLARED = "ERR Dynamic keys are not allowed in Lua scripts when 'allow-key-locking' flag is set. Key was: ";

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');

/** A script, run with KEYS {k, h} and ARGV {7, text}, and its reply or its error. `k` holds 5, `h` {f = 1}. */
const conversions: Array<[script: string, expected: Reply | { error: string }]> = [
  // Numbers.
  ['return 3.99', 3],
  ['return -3.99', -3],
  ['return 10 / 2', 5],
  ['return 1800000000000', 1_800_000_000_000],
  ['return {1800000000000.7, 30 * 24 * 3600 * 1000}', [1_800_000_000_000, 2_592_000_000]],
  ['return math.floor(2e9) * math.floor(2e9)', 4e18],
  ['return tonumber(ARGV[1]) * 1000000000', 7e9],
  ['return ARGV[1] * 1000000000', 7e9],
  ["return redis.call('GET', KEYS[1]) * 1000000000", 5e9],
  ["return redis.call('INCRBY', KEYS[1], 1800000000000)", 1_800_000_000_005],
  // Nothing, true, false.
  ['return nil', null],
  ['return', null],
  ['local x = 1', null],
  ['return false', null],
  ['return true', 1],
  // Lists.
  ['return {}', []],
  ['return {1, 2, nil, 4}', [1, 2]],
  ['return {1, false, true, 2.5, "a", {"b", {}}}', [1, null, 1, 2, 'a', ['b', []]]],
  ['return {a = 1}', []],
  ['return {err = 5}', []],
  // Statuses and errors.
  ['return {ok = "FINE"}', 'FINE'],
  ['return redis.status_reply("FINE")', 'FINE'],
  ['return {"a", {ok = "FINE"}, {err = "ERR nested"}}', ['a', 'FINE', 'ERR nested']],
  ['return {err = "CODE text"}', { error: 'CODE text' }],
  ['return redis.error_reply("CODE text")', { error: 'CODE text' }],
  ['return redis.error_reply("text")', { error: 'ERR text' }],
  ['return redis.error_reply("-CODE text")', { error: 'CODE text' }],
  ['\nerror("boom")', { error: 'ERR user_script:2: boom' }],
  ['error("boom", 0)', { error: 'ERR boom' }],
  ['error({err = "CODE text"})', { error: 'CODE text' }],
  ['error()', { error: 'ERR nil' }],
  ['return redis.call("GET", KEYS[2])', { error: WRONGTYPE }],
  ['return redis.pcall("GET", KEYS[2])', { error: WRONGTYPE }],
  ['return redis.pcall("GET", KEYS[2]).err', WRONGTYPE],
  ['local ok, err = pcall(redis.call, "GET", KEYS[2]) return {ok, err}', [null, WRONGTYPE]],
  ['local ok, err = pcall(error, "boom", 0) return {ok, err}', [null, 'boom']],
  ['return {pcall(function(a) return a end, 7)}', [1, 7]],
  // Replies of commands as a script sees them.
  ['return redis.call("SET", KEYS[1], "v").ok', 'OK'],
  ['return redis.call("TYPE", KEYS[2]).ok', 'hash'],
  ['return redis.call("PING").ok', 'PONG'],
  ['return type(redis.call("GET", "none"))', 'boolean'],
  ['return redis.call("SET", KEYS[1], "v", "NX") == false', 1],
  ['return #redis.call("HGETALL", "none")', 0],
  ['return redis.call("HMGET", KEYS[2], "none", "f")', [null, '1']],
  ['return redis.call("HMGET", KEYS[2], "none", "f")[1] == false', 1],
  ['return redis.call("hgetall", KEYS[2])', ['f', '1']],
  ['return redis.call("SCAN", "0", "MATCH", "h", "COUNT", 1000)', ['0', ['h']]],
  ['return redis.call("SCAN", "0", "MATCH", "h", "COUNT", 1000)[2][1]', 'h'],
  // Numbers as arguments and as text.
  ['redis.call("SET", KEYS[1], 10 / 2) return redis.call("GET", KEYS[1])', '5'],
  ['redis.call("SET", KEYS[1], 1800000000000000) return redis.call("GET", KEYS[1])', '1800000000000000'],
  ['redis.call("HSET", KEYS[2], 1, 2) return redis.call("HGET", KEYS[2], "1")', '2'],
  ['return 10 / 2 .. ":" .. 1 + 1 .. ":" .. tostring(6 / 2)', '5:2:3'],
  ['return #ARGV[2] .. ""', '4'],
  ['local t = {} for i = 1, 3 do t[#t + 1] = i end return table.concat(t, ",") .. t[2]', '1,2,32'],
  [
    'return string.format("%d %5d|%-4d|%04d %s %.2f %d%%", 3.99, 42, 42, 42, 5, 1 / 3, 1800000000000)',
    '3    42|42  |0042 5 0.33 1800000000000%',
  ],
  ['return ("%d"):format(7)', '7'],
  ['return {tonumber("0x10"), tonumber("ff", 16), tonumber(" 7 "), tonumber("x") == nil}', [16, 255, 7, 1]],
  [
    'return {math.floor(-1.5), math.ceil(1.2), math.max(1, 2), math.fmod(7, 3), 7 % 3, -7 % 3, 2 ^ 10}',
    [-2, 2, 2, 1, 1, 2, 1024],
  ],
  ['return {unpack({1, 2, 3}, 2)}', [2, 3]],
  ['return string.rep("ab", 2) .. string.sub("hello", -3) .. string.gsub("a.b", "%.", "-")', 'abablloa-b'],
  ['return {string.find("user:42", "(%d+)")}', [6, 7, '42']],
  // Lists are sorted, searched and changed.
  ['local t = {3, 1, 2} table.sort(t) table.insert(t, 4) table.remove(t, 1) return t', [2, 3, 4]],
  ['local n = 0 for _, v in ipairs({1, 2, 3}) do n = n + v end for _ in pairs({a = 1}) do n = n + 1 end return n', 7],
  // The sandbox.
  ['return count', { error: "ERR user_script:1: Script attempted to access nonexistent global variable 'count'" }],
  ['\n\ncount = 1', { error: 'ERR user_script:3: Attempt to modify a readonly table' }],
  ['KEYS = {}', { error: 'ERR user_script:1: Attempt to modify a readonly table' }],
  ['return os.time()', { error: "ERR user_script:1: Script attempted to access nonexistent global variable 'os'" }],
  ['return redis.call("NOPE")', { error: 'ERR Unknown Redis command called from script' }],
  ['return redis.call("GET")', { error: 'ERR Wrong number of args calling Redis command from script' }],
  ['return redis.call("EVAL", "return 1", 0)', { error: 'ERR This Redis command is not allowed from script' }],
  ['return redis.call()', { error: 'ERR Please specify at least one argument for this redis lib call' }],
  ['return redis.call("GET", nil)', { error: 'ERR Lua redis lib command arguments must be strings or integers' }],
  ['return redis.call("GET", {})', { error: 'ERR Lua redis lib command arguments must be strings or integers' }],
  // Text.
  ['return "zażółć 🦔 \\"" .. #"ż"', 'zażółć 🦔 "2'],
  ['return string.sub("ż", 1, 1)', '\uFFFD'],
  // Syntax.
  [
    '\nreturn return',
    { error: "ERR Error compiling script (new function): user_script:2: unexpected symbol near 'return'" },
  ],
  ['return 7 // 2', { error: "ERR Error compiling script (new function): user_script:1: unexpected symbol near '/'" }],
  ['local function f() return 1 end return f() -- the last line is a comment', 1],
];

describe.each(backends)('scripts, $name', ({ open }) => {
  let backend: RedisBackend;
  let redis: ScriptedRedis;

  beforeAll(async () => {
    backend = await open();
  });
  beforeEach(async () => {
    redis = new ScriptedRedis(backend);
    await backend.call(['FLUSHDB']);
    await backend.call(['SET', 'k', '5']);
    await backend.call(['HSET', 'h', 'f', '1']);
  });
  afterAll(() => backend.close());

  const evaluate = (script: string, keys = ['k', 'h'], argv = ['7', 'text']) =>
    redis.call(['EVAL', script, String(keys.length), ...keys, ...argv]);

  it.each(conversions)('%s', async (script, expected) => {
    const { outcome } = await evaluate(script);
    const isError = typeof expected === 'object' && expected !== null && 'error' in expected;
    expect(outcome).toEqual(isError ? expected : { result: expected });
  });

  it('keeps scripts by the hash of their text', async () => {
    const script = `${LOCKING}\nreturn {KEYS[1], ARGV[1]}`;
    const call = async (...command: Command) => (await redis.call(command)).outcome;

    expect(await call('EVALSHA', sha1(script), '1', 'k', 'a')).toEqual(NOSCRIPT);
    expect(await call('SCRIPT', 'EXISTS', sha1(script), 'no')).toEqual({ result: [0, 0] });
    expect(await call('EVAL', script, '1', 'k', 'a')).toEqual({ result: ['k', 'a'] });
    expect(await call('evalsha', sha1(script).toUpperCase(), '1', 'k', 'b')).toEqual({ result: ['k', 'b'] });
    expect(await call('SCRIPT', 'EXISTS', sha1(script))).toEqual({ result: [1] });
    expect(await call('SCRIPT', 'FLUSH')).toEqual({ result: 'OK' });
    expect(await call('EVALSHA', sha1(script), '1', 'k', 'a')).toEqual(NOSCRIPT);
    expect(await call('script', 'load', script)).toEqual({ result: sha1(script) });
    expect(await call('EVALSHA', sha1(script), '1', 'k', 'a')).toEqual({ result: ['k', 'a'] });

    const broken = 'return return';
    const complaint = { error: expect.stringMatching(/^ERR Error compiling script/) };
    expect(await call('EVAL', broken, '0')).toEqual(complaint);
    expect(await call('SCRIPT', 'LOAD', broken)).toEqual(complaint);
    expect(await call('SCRIPT', 'EXISTS', sha1(broken))).toEqual({ result: [0] });
    expect(await call('EVALSHA', sha1(broken), '0')).toEqual(NOSCRIPT);
    expect(await call('SCRIPT', 'NOPE', 'x')).toEqual({ error: "ERR unknown subcommand 'NOPE'. Try SCRIPT HELP." });
  });

  it('numbers the lines of a script that begins with flags', async () => {
    const { outcome } = await evaluate(`${LOCKING}\n\nerror('boom')`);
    expect(outcome).toEqual({ error: 'ERR user_script:3: boom' });
  });

  it('runs scripts within a transaction', async () => {
    const script = 'return redis.call("INCR", KEYS[1])';
    const executed = await redis.multi([
      ['EVALSHA', sha1(script), '1', 'k'],
      ['EVAL', script, '1', 'k'],
      ['EVALSHA', sha1(script), '1', 'k'],
      ['SCRIPT', 'EXISTS', sha1(script)],
      ['GET', 'k'],
    ]);
    expect(executed).toEqual<Executed[]>([
      { outcome: NOSCRIPT, commands: ['EVALSHA'] },
      { outcome: { result: 6 }, commands: ['EVAL', 'INCR'] },
      { outcome: { result: 7 }, commands: ['EVALSHA', 'INCR'] },
      { outcome: { result: [1] }, commands: ['SCRIPT'] },
      { outcome: { result: '7' }, commands: ['GET'] },
    ]);
  });

  it.each<[script: string, commands: string[]]>([
    ['return 1', []],
    ['redis.call("get", KEYS[1]) redis.pcall("INCR", KEYS[2]) return redis.call("PING")', ['GET', 'INCR', 'PING']],
    ['for i = 1, 3 do redis.call("INCR", KEYS[1]) end', ['INCR', 'INCR', 'INCR']],
    ['redis.call("GET", KEYS[1]) error("boom")', ['GET']],
    ['redis.call("GET", KEYS[1]) return redis.call("INCR", KEYS[2])', ['GET', 'INCR']],
    ['return return', []],
  ])('counts the commands of %s', async (script, commands) => {
    expect((await evaluate(script)).commands).toEqual(['EVAL', ...commands]);
  });

  it.each<[script: string, key: string | undefined]>([
    ['redis.call("GET", KEYS[1])', undefined],
    ['redis.call("HGETALL", "h")', undefined],
    ['redis.call("MGET", KEYS[1], "h")', undefined],
    ['redis.call("MSET", "k", "any", "h", "any")', undefined],
    ['redis.call("SCAN", "0")', undefined],
    ['redis.call("GET", "other")', 'other'],
    ['redis.call("GET", 1)', '1'],
    ['redis.call("DEL", KEYS[1], "k" .. 2)', 'k2'],
    ['redis.call("MSET", "k", "any", "other", "any")', 'other'],
  ])('with key locking, %s', async (script, key) => {
    const allowed = { result: 'done' };
    const refused = key === undefined ? allowed : { error: UNDECLARED + key };
    expect((await evaluate(`${LOCKING}\n${script} return 'done'`)).outcome).toEqual(refused);
    expect((await evaluate(`${script} return 'done'`)).outcome).toEqual(allowed);
  });

  it('lets a script catch the refusal of a key', async () => {
    const { outcome } = await evaluate(`${LOCKING}\nreturn {redis.pcall("GET", "other").err}`);
    expect(outcome).toEqual({ result: [`${UNDECLARED}other`] });
    const flush = await evaluate('#!lua flags=no-writes,allow-key-locking\nreturn redis.call("FLUSHALL")');
    expect(flush.outcome).toEqual({ error: expect.stringMatching(/^ERR FLUSHALL is not allowed/) });
  });
});

it.each([
  ['return 1 + 0x10, a1, t[2]', 'return 1.0 + 16.0, a1, t[2.0]'],
  ['return 1.5, 1e3, .5, 3.', 'return 1.5, 1e3, .5, 3.'],
  ['return \'1\' .. "2\\"3" .. [[4]] .. [==[5]]6]==]', 'return \'1\' .. "2\\"3" .. [[4]] .. [==[5]]6]==]'],
  ['-- 1\n--[[ 2\n3 ]] return 4', '-- 1\n--[[ 2\n3 ]] return 4.0'],
  ['return a ~= 1 and f(...)', 'return a ~= 1.0 and f(...)'],
])('translates %s', (script, expected) => {
  expect(translateLua51(script)).toBe(expected);
});

it.each([
  '7 // 2',
  '7 & 2',
  '7 | 2',
  '7 ~ 2',
  '7 << 2',
  '7 >> 2',
])('refuses %s, which came after Lua 5.1', (expression) => {
  expect(() => translateLua51(`\nreturn ${expression}`)).toThrow(/^user_script:2: unexpected symbol near/);
});
