import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/config/errors.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { requireConformance } from '../support/app/conformance.ts';
import { Harness } from '../support/app/harness.ts';

/** As much of an OpenAPI document as is looked at here. */
interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly examples: Record<string, { readonly value: Record<string, unknown> }> };
}

interface Operation {
  readonly operationId: string;
  readonly description?: string;
  readonly requestBody?: { readonly content: Record<string, object> };
  readonly security: readonly Record<string, readonly string[]>[];
}

async function read(): Promise<Document> {
  return await (await new Harness().fetch('/openapi.json')).json();
}

describe('GET /openapi.json', () => {
  test('is for everybody, may be kept a little, and may be read from any origin', async () => {
    const response = await new Harness().fetch('/openapi.json');
    await expect(response).toHaveStatus(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-jestha-api-version': '1',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    expect(response.headers.get('ETag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(((await response.json()) as Document).openapi).toBe('3.1.1');
  });

  test('is 304 for a client that has it', async () => {
    const harness = new Harness();
    const etag = (await harness.fetch('/openapi.json')).headers.get('ETag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await harness.fetch('/openapi.json', { headers: { 'If-None-Match': known } });
      expect([response.status, await response.text()]).toEqual([304, '']);
      expect(response.headers.get('ETag')).toBe(etag);
    }
    const other = await harness.fetch('/openapi.json', { headers: { 'If-None-Match': '"other"' } });
    await expect(other).toHaveStatus(200);
  });

  test('costs no call of a store', async () => {
    const harness = new Harness();
    await harness.fetch('/openapi.json');
    expect(await harness.neon.counters()).toEqual({});
    expect(await harness.upstash.counters()).toEqual({});
  });

  test('says that the objects of a form are JSON, as texts or with their type', async () => {
    const { paths } = await read();
    const formOf = (path: string) => paths[path]?.post?.requestBody?.content['multipart/form-data'];
    const contentType = 'application/json, text/plain';
    expect(formOf('/api/posts')).toMatchObject({ encoding: { location: { contentType }, poll: { contentType } } });
    expect(formOf('/api/jesclips')).not.toHaveProperty('encoding');
    expect(paths['/api/posts']?.post?.description).toContain(
      'a part of type `application/json`, with or without a file name',
    );
  });

  test('names the host of its deployment', async () => {
    const harness = new Harness({ API_ORIGIN: 'https://api.example.com' });
    const { servers } = (await (await harness.fetch('/openapi.json')).json()) as Document;
    expect(servers).toEqual([{ url: 'https://api.example.com' }]);
  });
});

describe('the document', () => {
  test('has every endpoint, and nothing else', async () => {
    const { paths } = await read();
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [method.toUpperCase(), path, operationId]),
    );
    const served = ENDPOINTS.map(({ method, path, operationId }) => [
      method,
      path.replaceAll(/:(\w+)/g, '{$1}'),
      operationId,
    ]);
    expect(described.sort()).toEqual(served.sort());
    expect(new Set(served.map(([, , id]) => id)).size).toBe(served.length);
  });

  test('names the scope that a key needs', async () => {
    const { paths } = await read();
    expect(paths['/api/posts']?.post?.security).toEqual([{ apiKey: ['write:jes'] }, { session: [] }]);
    expect(paths['/api/posts/{id}']?.get?.security).toEqual([{ apiKey: [] }, { session: [] }]);
    expect(paths['/api/auth/api-keys']?.get?.security).toEqual([{ session: [] }]);
    expect(paths['/healthz']?.get?.security).toEqual([]);
  });

  test('shows an example of every error as it is sent', async () => {
    const { components } = await read();
    expect(components.examples.rate_limit_exceeded?.value).toEqual({
      error: 'Rate limit exceeded',
      message: 'This API key is limited to 60 requests per minute.',
      code: 'rate_limit_exceeded',
      requestId: '01M869VN7EYF8NJ2ZH8JWRAHHG',
      docs: 'https://jestha.com/docs/errors#rate_limit_exceeded',
      retryAfter: 17,
    });
    const missing = Object.keys(ERRORS).filter((code) => !(code in components.examples));
    // The paths that are not described.
    expect(missing).toEqual(['method_not_allowed']);
  });
});

describe('every answer that a suite is given', () => {
  const EVERY = { 'X-Request-Id': '01M869VN7EYF8NJ2ZH8JWRAHHG', 'X-Jestha-Api-Version': '1' };
  const ME = { method: 'GET', path: '/api/auth/me' };
  const complaint = async (sent: { method: string; path: string }, response: Response) =>
    await requireConformance(sent, response).then(
      () => undefined,
      (error: Error) => error.message,
    );
  const unauthorized = async () => await new Harness().fetch(ME.path);
  /** The 401 of whoami, with some fields replaced. */
  const changed = async (fields: object, headers: Record<string, string> = {}, status = 401) => {
    const response = await unauthorized();
    const body = JSON.stringify({ ...((await response.json()) as object), ...fields });
    const changedHeaders = new Headers(response.headers);
    for (const [name, value] of Object.entries(headers)) changedHeaders.set(name, value);
    return new Response(body, { status, headers: changedHeaders });
  };

  test('is one that the document describes', async () => {
    expect(await complaint(ME, await unauthorized())).toBeUndefined();
    expect(await complaint({ method: 'GET', path: '/nowhere' }, await new Harness().fetch('/nowhere'))).toBeUndefined();
  });

  test.each([
    ['a field too many', () => changed({ hint: 'x' }), '/hint'],
    ['a field of another type', () => changed({ message: 1 }), '/message'],
    ['a code of another endpoint', () => changed({ code: 'already_bounced' }), '/code'],
    ['a status that is not described', () => changed({}, {}, 409), 'the status is not described'],
    ['a header that is not described', () => changed({}, { 'Retry-After': '1' }), 'Retry-After is not described'],
    ['a header of another form', () => changed({}, { 'X-Jestha-Api-Version': '2' }), 'X-Jestha-Api-Version is 2'],
    [
      'a header that is missing',
      () => Response.json({}, { status: 401, headers: EVERY }),
      'WWW-Authenticate is missing',
    ],
  ])('fails its test with %s', async (_, response, words) => {
    expect(await complaint(ME, await response())).toContain(words);
  });

  test('fails its test where a path is not described', async () => {
    expect(await complaint({ method: 'GET', path: '/api/secret' }, Response.json({}))).toContain(
      'the path is not described',
    );
  });
});
