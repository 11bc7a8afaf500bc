import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { answerOf, Harness } from '../support/harness.ts';

describe('every answer', () => {
  test.each([
    ['200', '/healthz', {}],
    ['401', '/api/auth/me', {}],
    ['404', '/nowhere', {}],
    ['405', '/api/auth/me', { method: 'DELETE' }],
  ])('%s carries the id of the request, the version and the security headers', async (status, path, request) => {
    const response = await new Harness().fetch(path, request);
    const { 'x-request-id': id, 'server-timing': timing, ...headers } = Object.fromEntries(response.headers);
    expect(String(response.status)).toBe(status);
    expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(timing).toMatch(/^auth;dur=\d+\.\d, redis;dur=\d+\.\d;desc="0", db;dur=\d+\.\d;desc="0"$/);
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

  test('has an id of ours, whatever id the client claims', async () => {
    const claimed = '01HK153X000000000000000000';
    const response = await new Harness().fetch('/healthz', { headers: { 'X-Request-Id': claimed } });
    expect(response.headers.get('X-Request-Id')).not.toBe(claimed);
  });
});

describe('GET /healthz', () => {
  test('answers without asking anybody', async () => {
    const harness = new Harness();
    await harness.neon.setFaults({ kind: 'refuse' });
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await answerOf(await harness.fetch('/healthz'))).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await harness.neon.counters()).toEqual({});
    expect(await harness.upstash.counters()).toEqual({});
  });
});

describe('GET /readyz', () => {
  const UNAVAILABLE = {
    status: 503,
    body: {
      error: 'Service unavailable',
      message: 'A part of Jestha does not answer. Nothing was changed; try again soon.',
      code: 'service_unavailable',
    },
  };

  test('answers when Neon and Redis do', async () => {
    expect(await answerOf(await new Harness().fetch('/readyz'))).toEqual({ status: 200, body: { status: 'ready' } });
  });

  test.each(['neon', 'upstash'] as const)('is 503 without %s', async (part) => {
    const harness = new Harness();
    await harness[part].setFaults({ kind: 'refuse' });
    const response = await harness.fetch('/readyz');
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});

describe('paths and methods', () => {
  test.each([
    '/',
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
    ['DELETE', '/api/posts', 'POST'],
    ['POST', '/api/posts/01HK153X000000000000000000', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PROPFIND', '/readyz', 'GET, HEAD'],
  ])('%s %s is 405, and says what is allowed', async (method, path, allow) => {
    const response = await new Harness().fetch(path, { method });
    expect(response.headers.get('Allow')).toBe(allow);
    expect(await answerOf(response)).toEqual({
      status: 405,
      body: {
        error: 'Method not allowed',
        message: `This path answers ${allow}.`,
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
        message: 'Something went wrong on our side. The requestId helps us find it.',
        code: 'internal_error',
      },
    });
  });
});

/** For each endpoint that takes a key: a request that succeeds, and with what status. */
const GOOD_REQUESTS: Record<
  string,
  (harness: Harness, key: string) => Promise<{ path: string; body?: unknown; status: number }>
> = {
  'GET /api/auth/me': async () => ({ path: '/api/auth/me', status: 200 }),
  'POST /api/posts': async () => ({ path: '/api/posts', body: { content: 'Hello' }, status: 201 }),
  'GET /api/posts/:id': async (harness, key) => {
    const created = await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
    return { path: `/api/posts/${((await created.json()) as { id: string }).id}`, status: 200 };
  },
};

describe('every endpoint that takes a key', () => {
  const endpoints = ENDPOINTS.filter((endpoint) => endpoint.access === 'apiKey');

  test('stands in this suite', () => {
    expect(Object.keys(GOOD_REQUESTS)).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`));
  });

  test.each(
    endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const),
  )('%s answers what any key can meet', async (name, { method, scope }) => {
    const harness = new Harness();
    const good = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'], expiresInDays: 30 });
    const address = '192.0.2.9';
    const request = await GOOD_REQUESTS[name]?.(new Harness(), (await harness.newKey()).key);
    if (!request) throw new Error(`${name} has no good request`);
    const { path, body, status } = request;
    const send = async (options: { key?: string; address?: string }) => {
      const response = await harness.fetch(path, { method, address, ...options, ...(body !== undefined && { body }) });
      const { status: answered, body: answer } = await answerOf(response);
      return [answered, (answer as { code?: string }).code];
    };

    expect(await send({})).toEqual([401, 'authentication_required']);
    expect(await send({ key: 'jes_live_short' })).toEqual([401, 'invalid_api_key']);
    expect(await send({ key: good.key, address: '198.51.100.1' })).toEqual([403, 'ip_not_allowed']);
    if (scope) {
      const { key } = await harness.newKey({ scopes: ['webhooks:manage'] });
      expect(await send({ key })).toEqual([403, 'missing_scope']);
    }
    expect(await send({ key: (await harness.newKey()).key })).toEqual([status, undefined]);
    for (let i = 0; i < 60; i++) await harness.fetch('/api/auth/me', { key: good.key, address });
    expect(await send({ key: good.key })).toEqual([429, 'rate_limit_exceeded']);
    harness.now += 31 * 86_400_000;
    expect(await send({ key: good.key })).toEqual([401, 'api_key_expired']);
    await harness.revoke(good);
    expect(await send({ key: good.key })).toEqual([401, 'api_key_revoked']);
  });
});
