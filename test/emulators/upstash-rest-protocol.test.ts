import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { RedisBackend } from '../../src/dev/upstash-rest/backend.ts';
import { openEmbeddedRedis, openRedis, serveUpstashRest } from '../../src/dev/upstash-rest/index.ts';
import { MAX_REQUEST_BYTES, MAX_REQUEST_EXCEEDED } from '../../src/dev/upstash-rest/protocol.ts';

const TOKEN = 'correct';

const backends = [{ name: 'embedded', open: async () => openEmbeddedRedis() }];
const { TEST_REDIS_URL } = process.env;
if (TEST_REDIS_URL) backends.push({ name: 'redis', open: () => openRedis(TEST_REDIS_URL) });

describe.each(backends)('Upstash REST, $name', ({ open }) => {
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

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(emulator.url + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${TOKEN}.${scope}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  const counters = () => Object.fromEntries(emulator.scopes.get(scope).counters);

  it('demands the token', async () => {
    const wrong = { status: 401, body: { error: 'WRONGPASS invalid or missing auth token' } };
    expect(await post('/', ['PING'], { Authorization: 'Bearer wrong' })).toEqual(wrong);
    expect(await post('/', ['PING'], { Authorization: TOKEN })).toEqual(wrong);
    expect(await post('/pipeline', [['PING']], { Authorization: '' })).toEqual(wrong);
    expect(await post('/', ['PING'], { Authorization: `bearer ${TOKEN}` })).toEqual({
      status: 200,
      body: { result: 'PONG' },
    });
  });

  it('executes one command', async () => {
    expect(await post('/', ['SET', key, 1.5])).toEqual({ status: 200, body: { result: 'OK' } });
    expect(await post('/', ['get', key])).toEqual({ status: 200, body: { result: '1.5' } });
    expect(await post('/', ['SET', key, true, 'NX'])).toEqual({ status: 200, body: { result: null } });
    expect(await post('/', ['INCR', key])).toEqual({
      status: 400,
      body: { error: 'ERR value is not an integer or out of range' },
    });
    expect(await post('/', ['NOPE', key])).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^ERR unknown command 'NOPE'/) },
    });
  });

  it('executes a pipeline in order, whatever fails', async () => {
    const commands = [['SET', key, 'a'], ['INCR', key], ['NOPE'], ['SUBSCRIBE', 'x'], ['GET', key]];
    expect(await post('/pipeline', commands)).toEqual({
      status: 200,
      body: [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { error: expect.stringMatching(/^ERR unknown command 'NOPE'/) },
        { error: expect.stringMatching(/^ERR Command is not available: 'SUBSCRIBE'/) },
        { result: 'a' },
      ],
    });
  });

  it('executes a transaction, and discards one that cannot be executed', async () => {
    const commands = [
      ['SET', key, 'a'],
      ['INCR', key],
      ['HGETALL', `${key}:none`],
      ['GET', key],
    ];
    expect(await post('/multi-exec', commands)).toEqual({
      status: 200,
      body: [
        { result: 'OK' },
        { error: 'ERR value is not an integer or out of range' },
        { result: [] },
        { result: 'a' },
      ],
    });

    for (const bad of [['NOPE'], ['WATCH', key], ['GET']]) {
      expect(await post('/multi-exec', [['SET', key, 'b'], bad])).toEqual({
        status: 400,
        body: { error: expect.stringMatching(/^ERR /) },
      });
    }
    expect(await post('/', ['GET', key])).toEqual({ status: 200, body: { result: 'a' } });
  });

  it('encodes strings in base64 where that is asked for', async () => {
    const encoded = (path: string, body: unknown) => post(path, body, { 'Upstash-Encoding': 'base64' });
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const ok = { result: 'OK' };

    expect(await encoded('/', ['SET', key, 'zażółć'])).toEqual({ status: 200, body: ok });
    expect(await encoded('/', ['GET', key])).toEqual({ status: 200, body: { result: base64('zażółć') } });
    expect(await encoded('/', ['GET', `${key}:none`])).toEqual({ status: 200, body: { result: null } });
    expect(await encoded('/', ['STRANGE'])).toEqual({
      status: 400,
      body: { error: expect.stringMatching(/^ERR unknown command 'STRANGE'/) },
    });
    const commands = [
      ['EVAL', 'return {"a", 1, false, {"OK", {"b"}}}', 0],
      ['SET', key, ''],
      ['GET', key],
      ['INCR', `${key}:n`],
      ['PING'],
    ];
    for (const path of ['/pipeline', '/multi-exec']) {
      expect((await encoded(path, commands.slice(0, 3))).body).toEqual([
        { result: [base64('a'), 1, null, [base64('OK'), [base64('b')]]] },
        ok,
        { result: '' },
      ]);
    }
    expect((await encoded('/pipeline', commands.slice(3))).body).toEqual([{ result: 1 }, { result: base64('PONG') }]);
  });

  it.each(['/', '/pipeline', '/multi-exec'])('refuses malformed bodies at %s', async (path) => {
    const nested = path === '/' ? [['GET', 'a']] : ['GET', 'a'];
    const wrap = (command: unknown) => (path === '/' ? command : [command]);
    const bodies = ['', '{', '"GET"', {}, [], nested, wrap([]), wrap(['']), wrap([1]), wrap(['GET', ['a']])];
    for (const body of [...bodies, wrap(['GET', null]), wrap(['GET', { a: 1 }])]) {
      expect([body, await post(path, body)]).toEqual([
        body,
        { status: 400, body: { error: expect.stringMatching(/^ERR failed to parse/) } },
      ]);
    }
    expect(counters()).toEqual({ requests: bodies.length + 2 });
  });

  it('knows three paths and one method', async () => {
    const headers = { Authorization: `Bearer ${TOKEN}` };
    expect(await post(`/get/${key}`, '')).toEqual({ status: 404, body: { error: expect.stringMatching(/^ERR /) } });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(`${emulator.url}/pipeline`, { method, headers });
      expect([response.status, await response.json()]).toEqual([405, { error: expect.stringMatching(/^ERR /) }]);
    }
  });

  it.each([
    ['BLPOP', 'list', 1],
    ['xread', 'block', 0, 'STREAMS', 's', '$'],
    ['SELECT', 1],
    ['AUTH', 'x'],
    ['CLIENT', 'LIST'],
    ['MULTI'],
    ['MONITOR'],
    ['SHUTDOWN'],
  ])('refuses %s, which REST has not', async (...command) => {
    const error = expect.stringMatching(`^ERR Command is not available: '${command[0]?.toString().toUpperCase()}'`);
    expect(await post('/', command)).toEqual({ status: 400, body: { error } });
    expect(counters()).toEqual({ requests: 1 });
  });

  it('limits the size of a command', async () => {
    const large = 'x'.repeat(MAX_REQUEST_BYTES);
    expect(await post('/pipeline', [['ECHO', large], ['PING']])).toEqual({
      status: 200,
      body: [{ error: MAX_REQUEST_EXCEEDED }, { result: 'PONG' }],
    });
    expect(await post('/multi-exec', [['PING'], ['ECHO', large]])).toEqual({
      status: 400,
      body: { error: MAX_REQUEST_EXCEEDED },
    });
  });

  it('counts each scope apart, and bills no PING', async () => {
    const other = `${scope}-other`;
    await post('/', ['SET', key, 1]);
    await post('/pipeline', [['PING'], ['GET', key], ['NOPE'], ['EVAL', 'return redis.call("GET", KEYS[1])', 1, key]]);
    await post('/', ['GET', key], { Authorization: `Bearer ${TOKEN}.${other}` });
    expect(counters()).toEqual({
      requests: 2,
      commands: 5,
      'command:SET': 1,
      'command:PING': 1,
      'command:GET': 2,
      'command:NOPE': 1,
      'command:EVAL': 1,
    });
    expect(Object.fromEntries(emulator.scopes.get(other).counters)).toEqual({
      requests: 1,
      commands: 1,
      'command:GET': 1,
    });
  });
});
