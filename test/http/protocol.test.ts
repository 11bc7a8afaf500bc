import { describe, expect, test } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/compose.ts';
import { SCOPE_NAMES, type Scope } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { createApp } from '../../src/http/app.ts';
import { UNAVAILABLE } from '../support/app/answers.ts';
import {
  GOOD_REQUESTS,
  GOOD_SESSION_REQUESTS,
  GOOD_VISITOR_REQUESTS,
  type GoodRequest,
  PUBLIC_PATHS,
} from '../support/app/good-requests.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';
import { endSession } from '../support/database/database.ts';

describe('every answer', () => {
  test.each([
    ['200', '/healthz', {}],
    ['401', '/api/auth/me', {}],
    ['404', '/nowhere', {}],
    ['405', '/api/auth/me', { method: 'DELETE' }],
  ])('%s carries the id of the request, the version and the security headers', async (status, path, request) => {
    const response = await new Harness().fetch(path, request);
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    expect(String(response.status)).toBe(status);
    expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
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
    expect((await harness.fetch('/readyz')).status).toBe(503);
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
    expect(response.status).toBe(200);
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(await response.text()).toBe('');
  });
});

describe('a configuration that is not usable', () => {
  test('is a 500 that says nothing, and /healthz still answers', async () => {
    const harness = new Harness({ UPSTASH_REDIS_REST_URL: 'not a url' });
    expect((await harness.fetch('/healthz')).status).toBe(200);
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

/**
 * Answers whose repetition under an Idempotency-Key would show a key or a secret twice, or which repeat themselves by
 * nature; and what asks for a password, which no stored answer may stand for.
 */
const NOT_REPLAYED = [
  'POST /api/auth/api-keys',
  'DELETE /api/auth/api-keys/:id',
  'DELETE /api/auth/sessions/:id',
  'DELETE /api/auth/sessions',
  'POST /api/auth/reauthenticate',
  'POST /api/auth/change-password',
  'DELETE /api/auth/account',
  'POST /api/auth/api-keys/:id/webhooks',
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/rotate-secret',
];

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
const withAccess = (...access: string[]) => ENDPOINTS.filter((endpoint) => access.includes(endpoint.access));

test('every endpoint stands in this suite', () => {
  const names = (access: string[]) =>
    withAccess(...access)
      .map(nameOf)
      .sort();
  expect(Object.keys(GOOD_REQUESTS).sort()).toEqual(names(['caller']));
  expect(Object.keys(GOOD_SESSION_REQUESTS).sort()).toEqual(names(['session']));
  expect(Object.keys(GOOD_VISITOR_REQUESTS).sort()).toEqual(names(['visitor']));
  expect(PUBLIC_PATHS.map((path) => `GET ${path}`).sort()).toEqual(names(['public']));
});

/**
 * Checks the answers that any request with a body can get from any caller, and the 404 for things of another account.
 */
async function expectProtocol(
  name: string,
  request: GoodRequest,
  send: (request: { path?: string; body?: unknown; headers?: Record<string, string> }) => Promise<Response>,
): Promise<void> {
  const codeOf = async (response: Response) => {
    const { status, body } = await answerOf(response);
    return [status, (body as { code?: string }).code];
  };
  expect(await codeOf(await send({ headers: { Accept: 'text/html' } }))).toEqual([406, 'not_acceptable']);
  if (request.headers) {
    const asked = async (contentType: string, body: unknown) =>
      await codeOf(await send({ body, headers: { 'Content-Type': contentType } }));
    expect(await asked('application/json', {})).toEqual([415, 'unsupported_media_type']);
    expect(await asked('text/plain', 'x')).toEqual([415, 'unsupported_media_type']);
    expect(await asked('multipart/form-data; boundary=x', '--y')).toEqual([400, 'invalid_request']);
    const tooLarge = new Uint8Array(9 * 1024 * 1024);
    expect(await asked('multipart/form-data; boundary=x', tooLarge)).toEqual([413, 'payload_too_large']);
  } else if (request.body !== undefined) {
    expect(await codeOf(await send({ body: '{' }))).toEqual([400, 'invalid_json']);
    expect(await codeOf(await send({ body: '[]' }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(await send({ body: 'x', headers: { 'Content-Type': 'text/plain' } }))).toEqual([
      415,
      'unsupported_media_type',
    ]);
    expect(await codeOf(await send({ body: ' '.repeat(128 * 1024 + 1) }))).toEqual([413, 'payload_too_large']);
  }
  if (/:id/.test(name)) {
    const path = request.path.replace(/[0-7][0-9A-HJKMNP-TV-Z]{25}/, '01HK153X000000000000000000');
    expect(await codeOf(await send({ path }))).toEqual([404, 'not_found']);
  }
  if (!name.startsWith('GET') && !NOT_REPLAYED.includes(name)) {
    expect(await codeOf(await send({ headers: { 'Idempotency-Key': 'a b' } }))).toEqual([400, 'invalid_request']);
    const keyed = async () => {
      const response = await send({ headers: { 'Idempotency-Key': 'a' } });
      return [response.status, response.headers.get('Idempotent-Replayed'), await response.text()] as const;
    };
    const first = await keyed();
    expect(first.slice(0, 2)).toEqual([request.status, null]);
    expect(await keyed()).toEqual([request.status, 'true', first[2]]);
  } else {
    expect((await send({})).status).toBe(request.status);
  }
}

describe('every endpoint that takes a key', () => {
  test.each(
    withAccess('caller').map((endpoint) => [nameOf(endpoint), endpoint] as const),
  )('%s returns the errors that any key can get', async (name, endpoint) => {
    const { method } = endpoint;
    const scope = endpoint.access === 'caller' ? endpoint.scope : undefined;
    const harness = new Harness();
    const address = '192.0.2.9';
    const good = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'], expiresInDays: 30 });
    const account = { id: good.accountId, username: good.username };
    const maker = await new Harness().newKey({ account });
    const request = await GOOD_REQUESTS[name]?.(harness, maker);
    if (!request) throw new Error(`${name} has no good request`);
    const answer = async (options: { key?: string; address?: string }) => {
      const { path, body, headers = {} } = request;
      const sent = { method, address, headers, ...options, ...(body !== undefined && { body }) };
      const response = await harness.fetch(path, sent);
      if (response.status === 204) return [204, undefined];
      const { status, body: answered } = await answerOf(response);
      return [status, (answered as { code?: string }).code];
    };

    expect(await answer({})).toEqual([401, 'authentication_required']);
    expect(await answer({ key: 'jes_live_short' })).toEqual([401, 'invalid_api_key']);
    expect(await answer({ key: good.key, address: '198.51.100.1' })).toEqual([403, 'ip_not_allowed']);
    if (scope) {
      const { key } = await harness.newKey({ account, scopes: [otherScope(scope)] });
      expect(await answer({ key })).toEqual([403, 'missing_scope']);
    }
    if (request.isOfKey) expect(await answer({ key: (await harness.newKey()).key })).toEqual([404, 'not_found']);
    if (request.isOwn) expect(await answer({ key: (await harness.newKey()).key })).toEqual([403, 'not_owner']);
    await harness.spendMinute(good.key);
    expect(await answer({ key: good.key })).toEqual([429, 'rate_limit_exceeded']);
    const { key } = request.isOfKey ? maker : await harness.newKey({ account });
    await expectProtocol(name, request, (options) =>
      harness.fetch(options.path ?? request.path, {
        method,
        key,
        body: request.body,
        ...options,
        headers: { ...request.headers, ...options.headers },
      }),
    );
    harness.now += 31 * 86_400_000;
    expect(await answer({ key: good.key })).toEqual([401, 'api_key_expired']);
    await harness.revoke(good);
    expect(await answer({ key: good.key })).toEqual([401, 'api_key_revoked']);
  });
});

/** A scope that is not this one. */
const otherScope = (scope: Scope): Scope => (scope === 'webhooks:manage' ? 'write:jes' : 'webhooks:manage');

/** The scopes of contract section 5: what each lets a key do. */
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
    expect(response.status).toBe(expected);
    const others = SCOPE_NAMES.filter((other) => other !== scope) as [Scope, ...Scope[]];
    const refused = await call(name, others);
    expect(await answerOf(refused.response)).toMatchObject({ status: 403, body: { requiredScope: scope } });
  });

  test.each(['GET /api/auth/me', 'GET /api/posts/:id'])('%s needs no scope', async (name) => {
    const { response, expected } = await call(name, ['webhooks:manage']);
    expect(response.status).toBe(expected);
  });
});

describe('every endpoint that takes a session', () => {
  test.each(
    withAccess('session').map((endpoint) => [nameOf(endpoint), endpoint] as const),
  )('%s returns the errors that any person can get', async (name, { method }) => {
    const harness = new Harness();
    const person = await harness.newSession();
    const request = await GOOD_SESSION_REQUESTS[name]?.(harness, person);
    if (!request) throw new Error(`${name} has no good request`);
    const { cookie } = person;
    const send = (options: TestRequest & { path?: string }) =>
      harness.fetch(options.path ?? request.path, { method, body: request.body, ...options });
    const codeOf = async (options: TestRequest) => {
      const { status, body } = await answerOf(await send(options));
      return [status, (body as { code?: string }).code];
    };

    expect(await codeOf({})).toEqual([401, 'authentication_required']);
    expect(await codeOf({ cookie: `${cookie.slice(0, -3)}xyz` })).toEqual([401, 'authentication_required']);
    expect(await codeOf({ cookie, key: 'jes_live_short' })).toEqual([401, 'invalid_api_key']);
    expect(await codeOf({ cookie, key: (await harness.newKey()).key })).toEqual([403, 'session_required']);
    if (method !== 'GET') {
      const headers = { 'Sec-Fetch-Site': 'cross-site' };
      expect(await codeOf({ cookie, headers })).toEqual([403, 'cross_site_request']);
      // The type of the caller is checked first: no other site can make a browser send an API key.
      expect(await codeOf({ cookie, headers, key: (await harness.newKey()).key })).toEqual([403, 'session_required']);
    }
    if (request.isOwn) {
      expect(await codeOf({ cookie: (await harness.newSession()).cookie })).toEqual([404, 'not_found']);
    }
    await expectProtocol(name, request, (options) => send({ cookie, ...options }));
    await endSession(harness, person);
    expect(await codeOf({ cookie })).toEqual([401, 'authentication_required']);
  });
});
