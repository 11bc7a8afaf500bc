import { beforeEach, describe, expect, test, vi } from 'vitest';
import { invalid } from '../support/app/answers.ts';
import { submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey, type TestRequest } from '../support/app/harness.ts';
import { bytesOf } from '../support/app/uploads.ts';

let harness: Harness;
let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

const GOOD = '{"content":"Grüße"}';

const post = (headers: Record<string, string>, body: unknown = GOOD, path = '/api/posts') =>
  harness.fetch(path, { key: key.key, method: 'POST', body, headers });

const INVALID_JSON = {
  status: 400,
  body: { error: 'Invalid JSON', message: 'The body is not valid JSON in UTF-8.', code: 'invalid_json' },
};

describe('JSON', () => {
  test.each([
    'application/json;',
    'application/json ;charset=utf-8;',
    'APPLICATION/JSON; CHARSET=UTF8',
    'application/json; charset="utf-8"',
    'application/json; charset="Unicode-1-1-UTF-8"',
    'application/json; charset=x-unicode20utf8',
    'application/json; charset=us-ascii',
    'application/json; charset=',
    'application/json; odata=verbose; charset=utf-8',
    'application/json; version="1;2"',
    'application/json; charset',
    'text/json',
    'application/ld+json; profile="https://example.org/a"',
    'application/problem+json',
    'application/json, application/json; charset=utf-8',
  ])('of type %s', async (type) => {
    const response = await post({ 'Content-Type': type });
    expect(await response.json()).toMatchObject({ content: 'Grüße' });
    await expect(response).toHaveStatus(201);
  });

  test.each([
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/json; charset="windows-1252"',
    'application/json, text/plain',
    'application/json charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/mixed; boundary=b',
    'text/plain; type="application/json"',
    'application/jsonp',
    'json',
    'application/',
  ])('is not of type %s', async (type) => {
    expect(await answerOf(await post({ 'Content-Type': type }))).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  test.each([
    ['identity', 201],
    ['Identity', 201],
    ['', 201],
    ['gzip', 415],
    ['GZIP', 415],
    ['br, identity', 415],
  ])('with Content-Encoding %j is %d', async (encoding, status) => {
    await expect(await post({ 'Content-Encoding': encoding })).toHaveStatus(status);
  });

  test('may begin with a byte order mark', async () => {
    await expect(await post({}, bytesOf('\uFEFF', GOOD))).toHaveStatus(201);
  });

  test.each([
    ['big', 1],
    ['little', 0],
  ])('in UTF-16, %s-endian, is refused', async (_, low) => {
    const bytes = new Uint8Array(GOOD.length * 2);
    for (const [i, character] of [...GOOD].entries()) bytes[i * 2 + low] = character.charCodeAt(0);
    expect(await answerOf(await post({}, bytes))).toEqual(INVALID_JSON);
  });

  test('may be left out of a bounce, with any Content-Type', async () => {
    const { id } = (await (await post({})).json()) as { id: string };
    const path = `/api/posts/${id}/bounce`;
    await expect(await post({ 'Content-Length': '0' }, '', path)).toHaveStatus(201);
    expect(await answerOf(await post({ 'Content-Length': '0' }, ''))).toEqual(INVALID_JSON);
  });

  test('with a DELETE is not looked at', async () => {
    const { id } = (await (await post({})).json()) as { id: string };
    const request: TestRequest = { key: key.key, method: 'DELETE', body: '{', headers: { 'Content-Encoding': 'gzip' } };
    await expect(await harness.fetch(`/api/posts/${id}`, request)).toHaveStatus(204);
  });
});

describe('a form of a page', () => {
  const send = (type: string, headers: Record<string, string> = {}) =>
    harness.fetch('/sign-in', {
      method: 'POST',
      headers: { 'Content-Type': type, 'Sec-Fetch-Site': 'same-origin', ...headers },
      body: 'email=zoe%40example.com&password=wrong',
    });

  test.each([
    'application/x-www-form-urlencoded',
    'Application/X-WWW-Form-Urlencoded; Charset=UTF8;',
    'application/x-www-form-urlencoded, application/x-www-form-urlencoded',
  ])('of type %s', async (type) => {
    expect(await textOf(await send(type))).toContain('No account has this email address and password.');
  });

  test.each([
    ['multipart/form-data; boundary=b', {}],
    ['application/json', {}],
    ['application/x-www-form-urlencoded; charset=iso-8859-1', {}],
    ['application/x-www-form-urlencoded', { 'Content-Encoding': 'gzip' }],
  ])('is not of type %s %j', async (type, headers) => {
    const response = await send(type, headers as Record<string, string>);
    await expect(response).toHaveStatus(415);
    expect(await textOf(response)).toContain(
      'Send the form as "Content-Type: application/x-www-form-urlencoded", in UTF-8 and not compressed.',
    );
  });
});

describe('a body that stops arriving is given up after eight seconds', () => {
  /** Sends the beginning of a body only; advances the timers once the Worker waits for more of it. */
  async function stalled(path: string, request: TestRequest): Promise<Response> {
    let pulled = () => {};
    const isWaitedFor = new Promise<void>((resolve) => {
      pulled = resolve;
    });
    let wasCancelled = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(bytesOf('{"content":')),
      pull: () => pulled(),
      cancel: () => {
        wasCancelled = true;
      },
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { response } = harness.start(path, { ...request, method: 'POST', body });
      await isWaitedFor;
      vi.advanceTimersByTime(8_000);
      const answered = await response;
      expect(wasCancelled).toBe(true);
      return answered;
    } finally {
      vi.useRealTimers();
    }
  }

  test.each(['/api/posts', '/api/posts/01HK153X000000000000000000/bounce'])('as JSON of %s', async (path) => {
    await harness.fetch('/api/auth/me', { key: key.key });
    const answer = await answerOf(await stalled(path, { key: key.key }));
    expect(answer).toEqual(invalid({ path: 'body', message: 'stopped arriving' }));
  });

  test('as JSON of a visitor', async () => {
    const answer = await answerOf(await stalled('/api/auth/sign-in/email', {}));
    expect(answer).toEqual(invalid({ path: 'body', message: 'stopped arriving' }));
  });

  test('as a form of a page', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' };
    const response = await stalled('/sign-in', { headers: type });
    await expect(response).toHaveStatus(400);
    // The page exists and works.
    await expect(await submit(harness, '/sign-in', { email: 'zoe@example.com', password: 'wrong' })).toHaveStatus(401);
  });
});
