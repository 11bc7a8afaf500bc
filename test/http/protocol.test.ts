import { describe, expect, test } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/compose.ts';
import { SCOPE_NAMES, type Scope } from '../../src/domain/keys/index.ts';
import { createApp } from '../../src/http/app.ts';
import { UNAVAILABLE } from '../support/app/answers.ts';
import { GOOD_REQUESTS } from '../support/app/good-requests.ts';
import { answerOf, Harness } from '../support/app/harness.ts';

describe('every answer', () => {
  test.each([
    ['200', '/healthz', {}],
    ['401', '/api/auth/me', {}],
    ['404', '/nowhere', {}],
    ['405', '/api/auth/me', { method: 'DELETE' }],
  ])('%s carries the id of the request, the version and the security headers', async (status, path, request) => {
    const response = await new Harness().fetch(path, request);
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    await expect(response).toHaveStatus(Number(status));
    expect(id).toEqual(expect.ulid());
    expect(headers).not.toHaveProperty('server-timing');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-jestha-api-version': '1',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      'x-content-type-options': 'nosniff',
    });
  });

  test('has a request id of ours, even if the client sends one', async () => {
    const claimed = '01HK153X000000000000000000';
    const response = await new Harness().fetch('/healthz', { headers: { 'X-Request-Id': claimed } });
    expect(response.headers.get('X-Request-Id')).not.toBe(claimed);
  });
});

describe('GET /healthz', () => {
  test('answers with its version, without a call of a store', async () => {
    const harness = new Harness({ VERSION: { id: 'f0e1d2c3', tag: '', timestamp: '' } });
    await harness.neon.setFaults({ kind: 'refuse' });
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await answerOf(await harness.fetch('/healthz'))).toEqual({
      status: 200,
      body: { status: 'ok', version: 'f0e1d2c3' },
    });
    expect(await harness.neon.counters()).toEqual({});
    expect(await harness.upstash.counters()).toEqual({});
  });
});

describe('GET /readyz', () => {
  const READY = { status: 200, body: { status: 'ready', parts: { neon: 'ok', redis: 'ok', objects: 'ok' } } };

  test('answers when Neon, Redis and the bucket do', async () => {
    expect(await answerOf(await new Harness().fetch('/readyz'))).toEqual(READY);
  });

  test.each([
    ['neon', ['neon'], { neon: 'unavailable', redis: 'ok', objects: 'ok' }],
    ['upstash', ['upstash'], { neon: 'ok', redis: 'unavailable', objects: 'ok' }],
    ['both', ['neon', 'upstash'], { neon: 'unavailable', redis: 'unavailable', objects: 'ok' }],
  ] as const)('is 503 without %s, and names the failing part', async (_, stores, parts) => {
    const harness = new Harness();
    for (const store of stores) await harness[store].setFaults({ kind: 'refuse' });
    const response = await harness.fetch('/readyz');
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual({ status: 503, body: { ...UNAVAILABLE.body, parts } });
  });

  test('is 503 without the bucket', async () => {
    const MEDIA = { put: null, head: () => Promise.reject(new Error('away')) } as unknown as R2Bucket;
    const parts = { neon: 'ok', redis: 'ok', objects: 'unavailable' };
    const response = await new Harness({ MEDIA }).fetch('/readyz');
    expect(await answerOf(response)).toEqual({ status: 503, body: { ...UNAVAILABLE.body, parts } });
  });

  test('asks its stores once in two seconds, however often it is asked itself', async () => {
    const harness = new Harness();
    await harness.neon.setFaults({ kind: 'hang', when: 'after' });
    const asked = Array.from({ length: 20 }, () => harness.start('/readyz'));
    await harness.neon.untilHeld();
    await harness.neon.setFaults();
    for (const { response } of asked) expect(await answerOf(await response)).toEqual(READY);
    for (const { settled } of asked) await settled();
    harness.now += 1_999;
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await answerOf(await harness.fetch('/readyz'))).toEqual(READY);
    expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1 });
    harness.now += 1;
    await expect(await harness.fetch('/readyz')).toHaveStatus(503);
    expect(await harness.neon.counters()).toMatchObject({ requests: 2 });
  });
});

describe('paths and methods', () => {
  test('the API matches by one regular expression: Hono reads a path by a tree if any two routes overlap', () => {
    const { router } = createApp({ clock: SYSTEM_CLOCK });
    router.match('GET', '/api/auth/me');
    expect(router.name).toBe('SmartRouter + RegExpRouter');
  });

  test.each([
    '/nothing',
    '/api',
    '/api/posts/',
    '/API/AUTH/ME',
    '/api/auth/me/',
    '/api/posts/a/b',
    '//api/auth/me',
  ])('%s is 404', async (path) => {
    expect(await answerOf(await new Harness().fetch(path))).toMatchObject({
      status: 404,
      body: { error: 'Not found', code: 'not_found' },
    });
  });

  test.each([
    ['PUT', '/api/auth/me', 'GET, HEAD'],
    ['OPTIONS', '/api/auth/me', 'GET, HEAD'],
    ['GET', '/api/posts', 'POST'],
    ['PUT', '/api/posts/01HK153X000000000000000000', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/api/posts/01HK153X000000000000000000/like', 'POST, DELETE'],
    ['DELETE', '/api/posts', 'POST'],
    ['GET', '/api/jesclips', 'POST'],
    ['DELETE', '/api/jesclips/01HK153X000000000000000000', 'GET, HEAD, PATCH'],
    ['POST', '/api/posts/01HK153X000000000000000000', 'GET, HEAD, PATCH, DELETE'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PROPFIND', '/readyz', 'GET, HEAD'],
  ])('%s %s is 405, and says what is allowed', async (method, path, allow) => {
    const response = await new Harness().fetch(path, { method });
    expect(response.headers.get('Allow')).toBe(allow);
    expect(await answerOf(response)).toEqual({
      status: 405,
      body: {
        error: 'Method not allowed',
        message: `This path accepts ${allow}.`,
        code: 'method_not_allowed',
      },
    });
  });

  test('HEAD answers as GET does, without a body', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const response = await harness.fetch('/api/auth/me', { key, method: 'HEAD' });
    await expect(response).toHaveStatus(200);
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(await response.text()).toBe('');
  });
});

describe('a configuration that is not usable', () => {
  test('is a 500 that says nothing, and /healthz still answers', async () => {
    const harness = new Harness({ UPSTASH_REDIS_REST_URL: 'not a url' });
    await expect(await harness.fetch('/healthz')).toHaveStatus(200);
    expect(await answerOf(await harness.fetch('/readyz'))).toEqual({
      status: 500,
      body: {
        error: 'Internal error',
        message: 'An error on our side. Retry later; if it persists, send us the requestId.',
        code: 'internal_error',
      },
    });
  });
});

const SCOPE_OF: [string, Scope][] = [
  ['POST /api/posts', 'write:jes'],
  ['PATCH /api/posts/:id', 'write:jes'],
  ['DELETE /api/posts/:id', 'write:jes'],
  ['POST /api/posts/:id/bounce', 'write:jes'],
  ['POST /api/posts/:id/comments', 'write:comment'],
  ['GET /api/posts/:id/comments', 'read:comment'],
];

describe('the scopes of the contract', () => {
  const call = async (name: string, scopes: [Scope, ...Scope[]]) => {
    const harness = new Harness();
    const { id, accountId, username, key: maker } = await harness.newKey();
    const { key } = await harness.newKey({ account: { id: accountId, username }, scopes });
    const request = await GOOD_REQUESTS[name]?.(harness, { id, key: maker });
    if (!request) throw new Error(`${name} has no good request`);
    const [method] = name.split(' ');
    const response = await harness.fetch(request.path, { method: method ?? '', key, body: request.body });
    return { response, expected: request.status };
  };

  test.each(SCOPE_OF)('%s needs %s, and no other endpoint does', async (name, scope) => {
    const { response, expected } = await call(name, [scope]);
    await expect(response).toHaveStatus(expected);
    const others = SCOPE_NAMES.filter((other) => other !== scope) as [Scope, ...Scope[]];
    const refused = await call(name, others);
    expect(await answerOf(refused.response)).toMatchObject({ status: 403, body: { requiredScope: scope } });
  });

  test.each(['GET /api/auth/me', 'GET /api/posts/:id'])('%s needs no scope', async (name) => {
    const { response, expected } = await call(name, ['webhooks:manage']);
    await expect(response).toHaveStatus(expected);
  });
});
