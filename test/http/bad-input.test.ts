import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { invalid, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { goodJsonRequests } from '../support/app/good-requests.ts';
import { answerOf, Harness, PAGES, type TestKey } from '../support/app/harness.ts';
import { newAddress } from '../support/app/people.ts';
import { posts } from '../support/database/database.ts';

let harness: Harness;
let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  harness.fetch('/api/posts', {
    key: key.key,
    body,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
  });

describe('a body that is not JSON', () => {
  const INVALID_JSON = {
    status: 400,
    body: { error: 'Invalid JSON', message: 'The body is not valid JSON in UTF-8.', code: 'invalid_json' },
  };

  test.each([
    ['nothing', ''],
    ['text', 'Hello'],
    ['a cut object', '{"content":"Hello"'],
    ['single quotes', "{'content':'Hello'}"],
    ['a form', 'content=Hello&visibility=PUBLIC'],
    ['a raw control character', '{"content":"a\nb"}'],
    ['two values', '{"content":"a"}{"content":"b"}'],
    ['a NUL', '\0'],
  ])('%s', async (_, body) => {
    expect(await answerOf(await post(body))).toEqual(INVALID_JSON);
  });

  test('bytes that are not UTF-8', async () => {
    const bytes = new TextEncoder().encode('{"content":"?"}');
    bytes[12] = 0xff;
    expect(await answerOf(await post(bytes))).toEqual(INVALID_JSON);
  });
});

describe('a body whose fields are wrong', () => {
  const wrongContent = (message: string) => invalid({ path: 'content', message });
  const wrongVisibility = invalid({
    path: 'visibility',
    message: 'must be one of PUBLIC, FOLLOWERS, PRIVATE',
  });

  test.each([
    ['no object: null', 'null', invalid({ path: '', message: 'must be an object' })],
    ['no object: an array', '[]', invalid({ path: '', message: 'must be an object' })],
    ['no content', '{}', wrongContent('must be a string')],
    ['content null', '{"content":null}', wrongContent('must be a string')],
    ['content a number', '{"content":1}', wrongContent('must be a string')],
    ['content an object', '{"content":{"toString":"x"}}', wrongContent('must be a string')],
    ['empty content', '{"content":""}', wrongContent('must not be empty')],
    ['content of white space', '{"content":" \\n\\u00a0\\u2003"}', wrongContent('must not be empty')],
    [
      'content of which nothing is seen',
      '{"content":"\\u200b\\u2060\\u00ad\\u3164"}',
      wrongContent('must not be empty'),
    ],
    ['a NUL in content', '{"content":"a\\u0000b"}', wrongContent('contains a NUL character')],
    [
      'a lone surrogate in content',
      '{"content":"a\\ud800b"}',
      wrongContent('contains a lone surrogate, which is not a character'),
    ],
    ['5,001 characters', `{"content":"${'a'.repeat(5_001)}"}`, wrongContent('must be at most 5000 characters')],
    ['an unknown visibility', '{"content":"a","visibility":"public"}', wrongVisibility],
    ['visibility null', '{"content":"a","visibility":null}', wrongVisibility],
    [
      'unknown fields, each named',
      '{"content":"a","__proto__":{"x":1},"authorId":"01HK153X000000000000000000"}',
      invalid({ path: '__proto__', message: UNKNOWN_FIELD }, { path: 'authorId', message: UNKNOWN_FIELD }),
    ],
    [
      'several wrong fields, each named',
      '{"content":"","visibility":"ALL"}',
      invalid(
        { path: 'content', message: 'must not be empty' },
        { path: 'visibility', message: 'must be one of PUBLIC, FOLLOWERS, PRIVATE' },
      ),
    ],
  ])('%s', async (_, body, expected) => {
    expect(await answerOf(await post(body))).toEqual(expected);
    expect(await posts.contentsOf(harness, key.accountId)).toEqual([]);
  });
});

test('of a thousand mistakes the first hundred are named', async () => {
  const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`field${i}`, 1]));
  const response = await post(JSON.stringify({ content: 'Hello', ...fields }));
  const details = Array.from({ length: 100 }, (_, i) => ({ path: `field${i}`, message: UNKNOWN_FIELD }));
  expect(await answerOf(response)).toEqual(invalid(...details));
});

describe('a body of another type', () => {
  test.each([
    ['none', { 'Content-Type': '' }],
    ['text', { 'Content-Type': 'text/plain' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['another charset', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['only alike', { 'Content-Type': 'application/jsonp' }],
    ['compressed', { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }],
  ])('%s', async (_, headers) => {
    expect(await answerOf(await post('{"content":"Hello"}', headers as Record<string, string>))).toEqual({
      status: 415,
      body: {
        error: 'Unsupported media type',
        message:
          'Send the body as "Content-Type: application/json", in UTF-8, or with files as "multipart/form-data"; not compressed.',
        code: 'unsupported_media_type',
      },
    });
  });

  test.each([
    'application/json',
    'application/json;charset=utf-8',
    'Application/JSON; charset="UTF-8"',
    'application/vnd.api+json',
  ])('%s is JSON', async (type) => {
    await expect(await post('{"content":"Hello"}', { 'Content-Type': type })).toHaveStatus(201);
  });
});

describe('a body too large', () => {
  const TOO_LARGE = {
    status: 413,
    body: {
      error: 'Payload too large',
      message: 'The body must be at most 131,072 bytes.',
      code: 'payload_too_large',
    },
  };
  const bodyOf = (bytes: number) => `{"content":"${'a'.repeat(bytes - 14)}"}`;

  test('by its length', async () => {
    await expect(await post(bodyOf(131_072))).toHaveStatus(400);
    expect(await answerOf(await post(bodyOf(131_073)))).toEqual(TOO_LARGE);
  });

  test('without a length, read no further than it may be', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16 * 1024).fill(0x20));
      },
    });
    expect(await answerOf(await post(endless as unknown as Uint8Array))).toEqual(TOO_LARGE);
    expect(pulled).toBeLessThan(20);
  });
});

describe('what the caller accepts', () => {
  test.each([
    'text/html',
    'image/*',
    'application/json;q=0',
    'text/*;q=0.5, application/xml',
    'application/json;q=0, */*',
  ])('%s is 406', async (accept) => {
    const response = await harness.fetch('/api/auth/me', { key: key.key, headers: { Accept: accept } });
    expect(await answerOf(response)).toEqual({
      status: 406,
      body: { error: 'Not acceptable', message: 'This API sends application/json only.', code: 'not_acceptable' },
    });
  });

  test.each([
    '*/*',
    'application/json',
    'text/html, application/json;q=0.1',
    'Application/*',
    'text/html, */*;q=0.8',
    '',
  ])('%j is answered', async (accept) => {
    const response = await harness.fetch('/api/auth/me', { key: key.key, headers: { Accept: accept } });
    await expect(response).toHaveStatus(200);
  });
});

test('any input gets an answer of the contract, never a 5xx, and a refused one writes nothing', async () => {
  const { key: throwaway, accountId } = key;
  const json = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.record({ content: fc.anything(), visibility: fc.anything() }).map((value) => JSON.stringify(value) ?? ''),
  );
  const header = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
  const request = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'),
    path: fc.oneof(
      fc.constantFrom('/api/posts', '/api/auth/me', '/healthz'),
      fc.webPath().map((path) => `/api/posts/${path}`),
      // Pages answer with HTML.
      fc.webPath().filter((path) => !PAGES.test(path)),
    ),
    body: json,
    authorization: fc.oneof(
      fc.constant(`Bearer ${throwaway}`),
      header,
      header.map((token) => `Bearer ${token}`),
    ),
    contentType: fc.oneof(fc.constant('application/json'), header),
    accept: fc.oneof(fc.constant('*/*'), header),
    address: fc.oneof(fc.ipV4(), fc.ipV6(), header),
  });
  let created = 0;
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, body, authorization, contentType, accept, address }) => {
      // Avoids the rate limit: the test is about bad requests.
      harness.now += 10_000;
      const hasBody = !['GET', 'HEAD'].includes(method);
      const response = await harness.fetch(path.startsWith('/') ? path : `/${path}`, {
        method,
        headers: {
          Authorization: authorization,
          Accept: accept,
          'Content-Type': contentType,
          'CF-Connecting-IP': address,
        },
        ...(hasBody && { body }),
      });
      expect(response.status).toBeLessThan(500);
      if (response.status === 201) created += 1;
      if (method === 'HEAD') return;
      const { body: answer } = await answerOf(response);
      if (response.status >= 400) {
        expect(answer).toMatchObject({
          error: expect.any(String),
          message: expect.any(String),
          code: expect.stringMatching(/^[a-z_]+$/),
        });
      }
    }),
    { numRuns: 400 },
  );
  expect(await posts.contentsOf(harness, accountId)).toHaveLength(created);
});

test('an unknown field is named with its path and the known fields', async () => {
  const body = { content: 'Hello', poll: { options: ['a', 'b'], hours: 3 }, texts: [] };
  expect(await answerOf(await post(JSON.stringify(body)))).toEqual(
    invalid(
      { path: 'poll.hours', message: 'unknown field; known: options, durationHours, multiple' },
      {
        path: 'texts',
        message: 'unknown field; known: content, alt, visibility, jeHubId, location, poll, linkPreviewUrl',
      },
    ),
  );
});

test.each([
  [{ content: 1 }, 'content', 'must be a string'],
  [{ alt: 'a cat' }, 'alt', 'must be a list'],
  [{ location: 'Rome' }, 'location', 'must be an object'],
  [{ location: { name: 'Rome', latitude: '41', longitude: 12 } }, 'location.latitude', 'must be a number'],
  [{ location: { name: 'Rome', latitude: 91, longitude: 12 } }, 'location.latitude', 'must be at most 90'],
  [{ poll: { options: ['a', 'b'], durationHours: 0 } }, 'poll.durationHours', 'must be at least 1'],
  [{ poll: { options: ['a', 'b'], durationHours: 1.5 } }, 'poll.durationHours', 'must be a whole number'],
  [{ poll: { options: ['a', 'b'], multiple: 'yes' } }, 'poll.multiple', 'must be true or false'],
  [{ poll: { options: ['a'] } }, 'poll.options', 'at least 2 options'],
] as const)('%j gets the rule that it breaks', async (fields, path, message) => {
  expect(await answerOf(await post(JSON.stringify({ content: 'Hello', ...fields })))).toEqual(
    invalid({ path, message }),
  );
});

test('every field of every operation gets the rule that it breaks', async () => {
  const requests = await goodJsonRequests(harness);
  expect(requests.length).toBeGreaterThan(8);
  const told = new Map<string, string[]>();
  for (const { route, path, body, ...request } of requests) {
    const [method = ''] = route.split(' ', 1);
    const send = async (sent: unknown) => {
      // Not to be limited.
      harness.now += 60_000;
      const response = await harness.fetch(path, { ...request, method, address: newAddress(), body: sent });
      const { details = [] } = (await response.json()) as { details?: { path: string; message: string }[] };
      told.set(route, [...(told.get(route) ?? []), ...details.map(({ message }) => message)]);
      return response.status;
    };
    for (const field of Object.keys(body as object)) {
      for (const value of [null, [], {}, '\ud800', -1.5, true]) {
        const text = JSON.stringify({ ...(body as object), [field]: value });
        expect([400, 401, 200, 201, 204]).toContain(await send(text));
      }
    }
    expect([route, await send('[]')]).toEqual([route, 400]);
  }
  for (const [route, messages] of told) {
    // The library's own words speak of its types.
    const foreign = messages.filter((message) =>
      /Invalid|Too (small|big)|expected|received|is not valid/.test(message),
    );
    expect([route, foreign]).toEqual([route, []]);
    expect([route, messages.length > 0]).toEqual([route, true]);
  }
});
