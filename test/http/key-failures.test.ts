import { beforeEach, describe, expect, test } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/compose.ts';
import { runBatch } from '../../src/data/db.ts';
import { noteFailure } from '../../src/domain/failures/index.ts';
import { deleteOlderFailures, insertFailures } from '../../src/domain/failures/store.ts';
import { suspendAccount } from '../../src/domain/suspension/index.ts';
import { newId } from '../../src/lib/id.ts';
import { NOT_FOUND } from '../support/app/answers.ts';
import { textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';

let harness: Harness;
let person: TestSession;
let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  person = await harness.newSession();
  key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
});

interface Failure {
  readonly requestId: string;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly address: string | null;
  readonly idempotencyKey: string | null;
}

interface FailurePage {
  readonly failures: readonly Failure[];
  readonly nextCursor: string | null;
}

const pathOf = ({ id }: { id: string }) => `/api/auth/api-keys/${id}/failures`;

async function failuresOf(of: { id: string }, query = ''): Promise<FailurePage> {
  const { status, body } = await answerOf(await harness.fetch(`${pathOf(of)}${query}`, { cookie: person.cookie }));
  expect(status).toBe(200);
  return body as FailurePage;
}

const summary = ({ failures }: FailurePage) =>
  failures.map(({ method, path, status, code }) => `${method} ${path} ${status} ${code}`);

const emptyPost = (headers: Record<string, string> = {}, of = key) =>
  harness.fetch('/api/posts', { key: of.key, body: { content: '' }, headers, address: '192.0.2.7' });

describe('the failed calls of a key', () => {
  test('tell time, method, path pattern, status, code, address, request id and Idempotency-Key', async () => {
    const response = await emptyPost({ 'Idempotency-Key': 'order-1' });
    const failure = {
      requestId: response.headers.get('X-Request-Id'),
      at: '2026-11-24T12:00:00.000Z',
      method: 'POST',
      path: '/api/posts',
      status: 400,
      code: 'invalid_request',
      address: '192.0.2.7',
      idempotencyKey: 'order-1',
    };
    expect(await failuresOf(key)).toEqual({ failures: [failure], nextCursor: null });
    const asked = await harness.fetch('/api/auth/key/failures', { key: key.key });
    expect(await answerOf(asked)).toEqual({ status: 200, body: { failures: [failure], nextCursor: null } });
  });

  test('are every answer from 400 on, the newest first, and no success', async () => {
    const narrow = await harness.newKey({
      account: { id: person.accountId, username: person.username },
      scopes: ['read:comment'],
      ipAllowlist: ['192.0.2.0/24'],
    });
    const send = async (path: string, options: Parameters<Harness['fetch']>[1]) => {
      harness.now += 1_000;
      return await harness.fetch(path, { key: narrow.key, address: '192.0.2.7', ...options });
    };
    await send(ME, {});
    await send('/api/posts/01HK153X000000000000000000', {});
    await send('/api/posts', { body: '{' });
    await send(ME, { address: '198.51.100.1' });
    await send('/api/auth/api-keys', {});
    await send('/api/auth/sign-out', { method: 'POST' });
    await send(ME, { headers: { Accept: 'text/html' } });
    await send(ME, { method: 'DELETE' });
    await send(`/api/${'absurd/'.repeat(300)}`, { method: 'PATCH' });
    await send(ME, {});
    expect(summary(await failuresOf(narrow))).toEqual([
      'PATCH unknown 404 not_found',
      'DELETE /api/auth/me 405 method_not_allowed',
      'GET /api/auth/me 406 not_acceptable',
      'POST /api/auth/sign-out 403 session_required',
      'GET /api/auth/api-keys 403 session_required',
      'GET /api/auth/me 403 ip_not_allowed',
      'POST /api/posts 403 missing_scope',
      'GET /api/posts/:id 404 not_found',
    ]);
  });

  test('include calls over a limit, and calls with a revoked, expired or suspended key', async () => {
    const account = { id: person.accountId, username: person.username };
    const expiring = await harness.newKey({ account, expiresInDays: 30 });
    for (let i = 0; i < 61; i++) await harness.fetch(ME, { key: key.key });
    expect(new Set(summary(await failuresOf(key)))).toEqual(new Set(['GET /api/auth/me 429 rate_limit_exceeded']));
    await harness.revoke(key);
    // An isolate asks again about a key over its limit every 5 seconds.
    harness.now += 5_000;
    await harness.fetch(ME, { key: key.key });
    await harness.chill(key);
    harness.now += 1_000;
    await harness.fetch(ME, { key: key.key });
    expect(summary(await failuresOf(key, '?code=api_key_revoked'))).toEqual([
      'GET /api/auth/me 401 api_key_revoked',
      'GET /api/auth/me 401 api_key_revoked',
    ]);
    harness.now += 31 * 86_400_000;
    await harness.fetch(ME, { key: expiring.key });
    expect(summary(await failuresOf(expiring))).toEqual(['GET /api/auth/me 401 api_key_expired']);
    const other = await harness.newKey();
    await harness.run((ctx) => suspendAccount(ctx, other.accountId));
    await harness.fetch(ME, { key: other.key });
    const rows = await rowsOf(harness, `SELECT status, code FROM key_failures WHERE api_key_id = '${other.id}'`);
    expect(rows).toEqual([{ status: 403, code: 'account_suspended' }]);
  });

  test('of an unknown key, and over plain http, are kept nowhere', async () => {
    const before = await rowsOf(harness, 'SELECT count(*)::int AS n FROM key_failures');
    const unknown = await harness.newKey();
    await rowsOf(harness, `DELETE FROM api_keys WHERE id = '${unknown.id}'`);
    await harness.chill(unknown);
    await harness.fetch(ME, { key: unknown.key, address: '203.0.113.9' });
    await harness.fetch('/api/nowhere', { key: unknown.key });
    await harness.fetch(ME, { key: key.key, origin: 'http://api.jestha.com' });
    expect(await rowsOf(harness, 'SELECT count(*)::int AS n FROM key_failures')).toEqual(before);
  });

  test('cost a success nothing', async () => {
    await harness.fetch(ME, { key: key.key });
    await harness.neon.reset();
    await harness.fetch(ME, { key: key.key });
    expect((await harness.neon.counters()).requests ?? 0).toBe(0);
  });

  test.each([
    ['10 kB', 'k'.repeat(10_000), 'k'.repeat(255)],
    ['a tab', 'a\tb', 'a b'],
    ['bytes beyond ASCII', 'caf\u00e9\u0085', 'caf\u00e9'],
  ])('keep an Idempotency-Key of %s shortened, on one line', async (_, sent, kept) => {
    await expect(await emptyPost({ 'Idempotency-Key': sent })).toHaveStatus(400);
    expect((await failuresOf(key)).failures.map(({ idempotencyKey }) => idempotencyKey)).toEqual([kept]);
  });

  test('mask an API key that was sent as Idempotency-Key', async () => {
    await emptyPost({ 'Idempotency-Key': `x${key.key}` });
    const [failure] = (await failuresOf(key)).failures;
    expect(failure?.idempotencyKey).toBe(`x${key.key.slice(0, 13)}****`);
    const rows = await rowsOf(
      harness,
      `SELECT 1 FROM key_failures WHERE key_failures::text LIKE '%${key.key.slice(9)}%'`,
    );
    expect(rows).toEqual([]);
  });
});

describe('a storm of failed calls', () => {
  const failed = (requestId: string): Parameters<typeof noteFailure>[1] => ({
    key: { id: key.id },
    requestId,
    at: new Date(harness.now).toISOString(),
    method: 'GET',
    path: ME,
    status: 429,
    code: 'rate_limit_exceeded',
    address: null,
    idempotencyKey: null,
  });
  const idsOf = (count: number) => Array.from({ length: count }, (_, i) => newId(harness.now + i));
  const keptIds = async () =>
    (
      await rowsOf<{ id: string }>(harness, `SELECT id FROM key_failures WHERE api_key_id = '${key.id}' ORDER BY id`)
    ).map(({ id }) => id);

  test('of 2,000 at once is one request to Neon, and the newest 200 are kept', async () => {
    const ids = idsOf(2_000);
    await harness.neon.reset();
    await harness.run(async (ctx) => {
      for (const id of ids) noteFailure(ctx, failed(id));
    });
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 2 });
    expect(await keptIds()).toEqual(ids.slice(-200));
  });

  test('that lasts is one request to Neon for 200 calls a second, and the newest 200 are kept', async () => {
    harness.wait = SYSTEM_CLOCK.wait;
    const ids = idsOf(600);
    await harness.neon.reset();
    const started = performance.now();
    for (let from = 0; from < ids.length; from += 200) {
      await harness.run(async (ctx) => {
        for (const id of ids.slice(from, from + 200)) noteFailure(ctx, failed(id));
      });
    }
    expect(await harness.neon.counters()).toMatchObject({ requests: 3, statements: 6 });
    // The second and the third wait a second each of the real clock, since the limit is a rate.
    expect(performance.now() - started).toBeGreaterThan(1_990);
    expect(await keptIds()).toEqual(ids.slice(-200));
  });

  test('by several isolates at once leaves a list of 200', async () => {
    const ids = idsOf(800);
    await Promise.all(
      [0, 1, 2, 3].map((isolate) => {
        const failures = ids.filter((_, i) => i % 4 === isolate).map(failed);
        return harness.run(({ ports: { db } }) =>
          runBatch(db, [insertFailures(db, failures)], deleteOlderFailures(db, failures)),
        );
      }),
    );
    const seen: string[] = [];
    for (let query = '?limit=100'; ; ) {
      const { failures, nextCursor } = await failuresOf(key, query);
      seen.push(...failures.map(({ requestId }) => requestId));
      if (nextCursor === null) break;
      query = `?limit=100&cursor=${nextCursor}`;
    }
    expect(seen.reverse()).toEqual(ids.slice(-200));
  });

  test('of one key leaves room for the failed calls of another', async () => {
    const other = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    const [first = '', ...ids] = idsOf(400);
    await harness.run(async (ctx) => {
      noteFailure(ctx, { ...failed(first), key: { id: other.id } });
      for (const id of ids) noteFailure(ctx, failed(id));
    });
    expect((await failuresOf(other)).failures.map(({ requestId }) => requestId)).toEqual([first]);
    expect(await keptIds()).toEqual(ids.slice(-199));
  });
});

describe('the list of failed calls', () => {
  test('is filtered by status and code, and paged', async () => {
    for (let i = 0; i < 5; i++) {
      harness.now += 1_000;
      await emptyPost();
      await harness.fetch('/api/posts/01HK153X000000000000000000', { key: key.key });
    }
    expect((await failuresOf(key, '?status=404')).failures).toHaveLength(5);
    expect((await failuresOf(key, '?code=invalid_request')).failures).toHaveLength(5);
    expect((await failuresOf(key, '?code=invalid_request&status=404')).failures).toHaveLength(0);
    const seen: string[] = [];
    let query = '?limit=3';
    for (;;) {
      const { failures, nextCursor } = await failuresOf(key, query);
      seen.push(...failures.map(({ requestId }) => requestId));
      if (nextCursor === null) break;
      query = `?limit=3&cursor=${nextCursor}`;
    }
    expect(seen).toHaveLength(10);
    expect(new Set(seen).size).toBe(10);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  test.each([
    'status=200',
    'status=4000',
    'status=',
    'code=',
    'code=constructor',
    'limit=0',
    'limit=101',
    'cursor=x',
  ])('refuses ?%s', async (query) => {
    const byPerson = await harness.fetch(`${pathOf(key)}?${query}`, { cookie: person.cookie });
    await expect(byPerson).toHaveStatus(400);
    await expect(await harness.fetch(`/api/auth/key/failures?${query}`, { key: key.key })).toHaveStatus(400);
  });

  test('of another person is 404, and a cursor of another key is refused', async () => {
    const stranger = await harness.newSession();
    expect(await answerOf(await harness.fetch(pathOf(key), { cookie: stranger.cookie }))).toEqual(NOT_FOUND);
    expect(await answerOf(await harness.fetch(pathOf({ id: 'x' }), { cookie: person.cookie }))).toEqual(NOT_FOUND);
    await emptyPost();
    await emptyPost();
    const { nextCursor } = await failuresOf(key, '?limit=1');
    const other = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    const reused = await harness.fetch(`${pathOf(other)}?cursor=${nextCursor}`, { cookie: person.cookie });
    await expect(reused).toHaveStatus(400);
  });

  test('of the key that calls is no list of a session', async () => {
    const response = await harness.fetch('/api/auth/key/failures', { cookie: person.cookie });
    await expect(response).toHaveStatus(401);
    expect((await response.json()) as object).toMatchObject({ code: 'authentication_required' });
  });

  test('reaches back 7 days, also before the sweep has deleted what is older', async () => {
    await emptyPost();
    harness.now += 7 * 86_400_000;
    expect((await failuresOf(key)).failures).toHaveLength(1);
    harness.now += 1;
    expect((await failuresOf(key)).failures).toHaveLength(0);
    expect(await rowsOf(harness, `SELECT 1 FROM key_failures WHERE api_key_id = '${key.id}'`)).toHaveLength(1);
  });

  test('goes with the key', async () => {
    await emptyPost();
    await rowsOf(harness, `DELETE FROM api_keys WHERE id = '${key.id}'`);
    expect(await rowsOf(harness, `SELECT 1 FROM key_failures WHERE api_key_id = '${key.id}'`)).toEqual([]);
  });

  test('gets nothing more once the account is deleted', async () => {
    await harness.revoke(key);
    await rowsOf(harness, `UPDATE accounts SET deleted_at = now() WHERE id = '${person.accountId}'`);
    await harness.fetch(ME, { key: key.key });
    expect(await rowsOf(harness, `SELECT 1 FROM key_failures WHERE api_key_id = '${key.id}'`)).toEqual([]);
  });
});

describe('the page of a key', () => {
  const open = async (query = '') => {
    const response = await harness.fetch(`/settings/api-access/${key.id}${query}`, { cookie: person.cookie });
    return { status: response.status, text: await textOf(response) };
  };

  test('shows failed calls, filtered by a form that needs no script', async () => {
    expect((await open()).text).toContain('No calls failed.');
    await emptyPost({ 'Idempotency-Key': '<b>order</b>' });
    const { text } = await open();
    expect(text).toContain('POST /api/posts');
    expect(text).toContain('192.0.2.7');
    expect((await open('?status=&code=invalid_request')).text).toContain('POST /api/posts');
    expect((await open('?status=429&code=')).text).toContain('No failed call matches.');
    expect((await open('?status=constructor')).status).toBe(400);
  });

  test('says that an ended key is still in use somewhere', async () => {
    expect((await open()).text).not.toContain('still in use');
    await harness.revoke(key);
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      harness.now += 1_000;
      await harness.fetch(ME, { key: key.key, address });
    }
    const { text } = await open();
    expect(text).toContain('This key is still in use somewhere.');
    expect(text).toMatch(/2 calls\s+with it\s+were refused in the last 7 days/);
    expect(text).toContain('192.0.2.2');
  });
});
