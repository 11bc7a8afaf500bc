import { describe, expect, test } from 'vitest';
import { invalid } from '../support/app/answers.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';
import { as, type Caller, newPost } from '../support/app/posts.ts';
import { claims, posts } from '../support/database/database.ts';

const POST = '/api/posts';

const create = (harness: Harness, caller: Caller, key: string, body: unknown = { content: 'Once' }) =>
  harness.fetch(POST, { ...as(caller), body, headers: { 'Idempotency-Key': key } });

async function seen(response: Response) {
  return [response.status, response.headers.get('Idempotent-Replayed'), await response.text()] as const;
}

describe('Idempotency-Key', () => {
  test.each([
    'key',
    'session',
  ] as const)('of a %s: the same request has the same answer, byte by byte', async (kind) => {
    const harness = new Harness();
    const account = await harness.newAccount({ displayName: 'Ada "the first" é\u2028' });
    const caller = kind === 'key' ? await harness.newKey({ account }) : await harness.newSession({ account });
    const body = {
      content: 'A #tag, "quotes" \\ and \u0001\u007f 🚀 ü\n',
      location: { name: 'Ω', latitude: 1e-7, longitude: -0.1 },
    };
    const first = await seen(await create(harness, caller, 'k-1', body));
    harness.now += 3_600_000;
    const again = await seen(await create(harness, caller, 'k-1', body));
    expect(first.slice(0, 2)).toEqual([201, null]);
    expect(again).toEqual([201, 'true', first[2]]);
    expect(await posts.contentsOf(harness, account.id)).toEqual([body.content]);
  });

  test('with another payload is 422, however small the difference', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await create(harness, key, 'k', '{"content":"Once"}');
    for (const other of ['{"content":"Twice"}', '{"content": "Once"}']) {
      expect(await answerOf(await create(harness, key, 'k', other))).toEqual({
        status: 422,
        body: {
          error: 'Idempotency key reused',
          message: 'This Idempotency-Key was used for another request. Use a new one for each new request.',
          code: 'idempotency_key_reused',
        },
      });
    }
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Once']);
  });

  test('is of an account, a method and a path', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const [first, second] = [await harness.newKey({ account }), await harness.newKey({ account })];
    const stranger = await harness.newKey();
    const { id } = (await (await create(harness, first, 'k')).json()) as { id: string };
    expect((await create(harness, second, 'k')).headers.get('Idempotent-Replayed')).toBe('true');
    expect((await create(harness, stranger, 'k')).headers.get('Idempotent-Replayed')).toBeNull();
    const comment = await harness.fetch(`${POST}/${id}/comments`, {
      key: first.key,
      body: { content: 'Once' },
      headers: { 'Idempotency-Key': 'k' },
    });
    expect(await seen(comment)).toMatchObject([201, null, expect.stringContaining(id)]);
    // Edited and deleted under the same key: one path, two methods.
    const own = { key: first.key, headers: { 'Idempotency-Key': 'k' } };
    const edited = await harness.fetch(`${POST}/${id}`, { ...own, method: 'PATCH', body: { content: 'Twice' } });
    expect((await seen(edited)).slice(0, 2)).toEqual([200, null]);
    expect(await seen(await harness.fetch(`${POST}/${id}`, { ...own, method: 'DELETE' }))).toEqual([204, null, '']);
  });

  test('bare and quoted are the same key', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const [, , bare] = await seen(await create(harness, key, 'abc'));
    expect(await seen(await create(harness, key, '"abc"'))).toEqual([201, 'true', bare]);
  });

  test.each([
    ['nothing', ''],
    ['nothing in quotes', '""'],
    ['256 characters', 'a'.repeat(256)],
    ['white space', 'a b'],
    ['two headers', 'a, b'],
    ['letters beyond ASCII', 'caf\u00e9'],
    ['a control character', 'a\tb'],
  ])('of %s is refused', async (_, header) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const message = 'must be 1 to 255 visible ASCII characters';
    expect(await answerOf(await create(harness, key, header))).toEqual(invalid({ path: 'Idempotency-Key', message }));
    await expect(await create(harness, key, `"${'a'.repeat(255)}"`)).toHaveStatus(201);
  });

  test('is not used up by a refused or failed request', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await expect(await create(harness, key, 'k', { content: '' })).toHaveStatus(400);
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 1_000 });
    await expect(await create(harness, key, 'k')).toHaveStatus(429);
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 0 });
    await harness.neon.setFaults({ kind: 'error' });
    await expect(await create(harness, key, 'k')).toHaveStatus(503);
    await harness.neon.setFaults();
    expect((await seen(await create(harness, key, 'k'))).slice(0, 2)).toEqual([201, null]);
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Once']);
  });

  test('a reply to a comment that is not there leaves no claim', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    const send = (body: unknown) => {
      const request: TestRequest = { key: key.key, body, headers: { 'Idempotency-Key': 'k' } };
      return harness.fetch(`${POST}/${id}/comments`, request);
    };
    await expect(await send({ content: 'Re', parentId: id })).toHaveStatus(400);
    await expect(await send({ content: 'Top' })).toHaveStatus(201);
  });

  test.each([
    'close',
    'truncate',
  ] as const)('the connection to Neon breaks after the commit (%s): a retry finds the one Jes', async (kind) => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.neon.setFaults({ kind, times: 1 });
    await expect(await create(harness, key, 'k')).toHaveStatus(503);
    const [status, replayed, text] = await seen(await create(harness, key, 'k'));
    expect([status, replayed]).toEqual([201, 'true']);
    expect(JSON.parse(text)).toMatchObject({ content: 'Once', author: { username: key.username } });
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Once']);
  });

  test('20 at once make exactly one Jes; every answer is that one, or 409', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await create(harness, person, 'k');
        return { response, answer: await seen(response.clone()) };
      }),
    );
    const bodies = new Set<string>();
    for (const {
      response,
      answer: [status, , text],
    } of answers) {
      if (status === 409) {
        expect(response.headers.get('Retry-After')).toBe('1');
        expect(await answerOf(response)).toEqual({
          status: 409,
          body: {
            error: 'Request in progress',
            message: 'The first request with this Idempotency-Key is still running. Retry in a moment.',
            code: 'idempotency_in_progress',
            retryAfter: 1,
          },
        });
      } else {
        expect(status).toBe(201);
        bodies.add(text);
      }
    }
    expect(bodies.size).toBe(1);
    expect(answers.filter(({ answer: [status, replayed] }) => status === 201 && replayed === null)).toHaveLength(1);
    expect(await posts.contentsOf(harness, person.accountId)).toEqual(['Once']);
  });

  test('a replay uses up the request limits and nothing of the daily quota', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 999 });
    for (let i = 0; i < 10; i++) await expect(await create(harness, key, 'k')).toHaveStatus(201);
    const eleventh = await create(harness, key, 'k');
    expect(await answerOf(eleventh)).toMatchObject({ status: 429, body: { code: 'rate_limit_exceeded' } });
    expect(eleventh.headers.get('X-RateLimit-Remaining')).toBe('50');
    harness.now += 60_000;
    await expect(await create(harness, key, 'other')).toHaveStatus(429);
    await expect(await create(harness, key, 'k')).toHaveStatus(201);
  });

  test('is kept for 24 hours and then removed by the sweep', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await create(harness, key, 'k');
    await claims.age(harness, key.accountId, 86_400_000);
    await harness.sweep();
    expect((await create(harness, key, 'k')).headers.get('Idempotent-Replayed')).toBe('true');
    await claims.age(harness, key.accountId, 1);
    await harness.sweep();
    expect((await create(harness, key, 'k')).headers.get('Idempotent-Replayed')).toBeNull();
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Once', 'Once']);
  });

  test('costs two statements of setting and one of claiming, and no request more', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.neon.reset();
    await create(harness, key, 'k');
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 7 });
  });
});
