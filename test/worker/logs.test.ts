import { decodeTime } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { PAGES } from '../../src/http/site/index.ts';
import { newUsername } from '../support/app/names.ts';
import { makeKey, type NodeKey, revoke } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

let workers: Workers;
let key: NodeKey;

beforeAll(async () => {
  workers = await startWorkers(1, { patient: true });
  key = await makeKey(workers.secrets);
  // From here on Redis has its record, even if writing it took long.
  await fetch(`${workers.urls[0]}/api/auth/me`, { headers: { Authorization: `Bearer ${key.key}` } });
});
afterAll(() => workers.close());

type Event = Record<string, unknown>;

/**
 * The log events of one request. It reads the response first, since the Worker logs an event before it sends the end of
 * the response.
 */
async function eventsOf(path: string, init: RequestInit & { key?: string } = {}): Promise<Event[]> {
  const before = workers.logs.length;
  const { key: bearer, headers, ...rest } = init;
  const response = await fetch(workers.urls[0] + path, {
    redirect: 'manual',
    ...rest,
    headers: {
      'Content-Type': 'application/json',
      ...(bearer && { Authorization: `Bearer ${bearer}` }),
      ...(headers as Record<string, string>),
    },
  });
  await response.arrayBuffer();
  const requestId = response.headers.get('X-Request-Id');
  await expect.poll(() => workers.logs.slice(before).some((line) => line.includes(`"${requestId}"`))).toBe(true);
  const events = workers.logs.slice(before).map((line) => JSON.parse(line) as Event);
  // Background tasks of an earlier request may fail now: leave their events out.
  return events.filter((event) => event.requestId === requestId);
}

test('the Worker logs one event a request, with caller, route, duration and subrequests', async () => {
  expect(
    await eventsOf('/api/posts', { key: key.key, method: 'POST', body: '{"content":"A secret thought"}' }),
  ).toEqual([
    {
      event: 'request',
      requestId: expect.any(String),
      method: 'POST',
      route: '/api/posts',
      status: 201,
      durationMs: expect.any(Number),
      keyId: key.id,
      accountId: key.accountId,
      redis: expect.any(Number),
      db: 1,
    },
  ]);
  expect(await eventsOf('/api/posts/01HK153X000000000000000000?q=1', { key: key.key })).toMatchObject([
    { route: '/api/posts/:id', status: 404, redis: 1, db: 1, reason: { code: 'not_found' } },
  ]);
  expect(await eventsOf('/wp-login.php')).toMatchObject([{ route: 'unknown', status: 404, redis: 0, db: 0 }]);
  expect(await eventsOf('/api/auth/me', { method: 'DELETE' })).toMatchObject([{ route: '/api/auth/me', status: 405 }]);
});

test.each(
  [...ENDPOINTS, ...PAGES].map(({ method, path }) => [method, path] as const),
)('%s %s logs one event, which names the route and not the URL', async (method, path) => {
  const address = path.replace(/:handle\{.*\}/, '@nobody').replaceAll(/:\w+/g, '01HK153X000000000000000000');
  const before = workers.logs.length;
  const events = await eventsOf(`${address}?token=of-a-mail`, { method, ...(method !== 'GET' && { body: '{}' }) });
  expect(events).toMatchObject([{ event: 'request', method, route: path }]);
  expect(workers.logs.slice(before).join('')).not.toMatch(/of-a-mail|01HK153X000000000000000000/);
});

test('the log says why a request was refused, and names its key', async () => {
  expect(await eventsOf('/api/auth/me', { key: 'jes_live_x' })).toMatchObject([
    { status: 401, reason: { code: 'invalid_api_key', why: 'malformed' } },
  ]);
  expect(await eventsOf('/api/auth/me', { key: generateKey() })).toMatchObject([
    { status: 401, reason: { code: 'invalid_api_key', why: 'unknown' } },
  ]);
  const revoked = await makeKey(workers.secrets);
  await revoke(workers.secrets, revoked);
  expect(await eventsOf('/api/auth/me', { key: revoked.key })).toMatchObject([
    { status: 401, keyId: revoked.id, accountId: revoked.accountId, reason: { code: 'api_key_revoked' } },
  ]);
});

test('a flood of keys that are refused without I/O is logged ten times a second, and the rest is counted', async () => {
  const before = workers.logs.length;
  const sent = 200;
  const calls = Array.from({ length: sent }, () =>
    fetch(`${workers.urls[0]}/api/auth/me`, { headers: { Authorization: 'Bearer jes_live_x' } }),
  );
  const statuses = await Promise.all(calls.map(async (call) => (await call).status));
  expect(new Set(statuses)).toEqual(new Set([401]));
  // Any other request takes the number of what was left out with it.
  await eventsOf('/healthz');
  const events = workers.logs.slice(before).map((line) => JSON.parse(line) as Event);
  const refusals = events.filter(({ route }) => route === '/api/auth/me');
  const unlogged = events.reduce((sum, event) => sum + Number(event.unlogged ?? 0), 0);
  expect(refusals.length + unlogged).toBe(sent);
  const seconds = new Set(refusals.map(({ requestId }) => Math.floor(decodeTime(String(requestId)) / 1_000)));
  expect(refusals.length).toBeLessThanOrEqual(10 * seconds.size);
});

test('the log warns once a minute that Redis is away, not once a request', async () => {
  await workers.upstash.setFaults({ kind: 'refuse' });
  const first = await eventsOf('/api/auth/me', { key: key.key });
  const second = await eventsOf('/api/auth/me', { key: key.key });
  await workers.upstash.setFaults();
  expect(first.map(({ event }) => event).sort()).toEqual(['redis_unavailable', 'request']);
  expect(second.map(({ event }) => event)).toEqual(['request']);
});

test('the log holds no secret when stores fail', async () => {
  const bodies = ['{"content":"A secret thought"}', '{"content":', '{"content":"A secret thought","x":1}'];
  for (const body of bodies) await eventsOf('/api/posts', { key: key.key, method: 'POST', body });
  for (const store of [workers.neon, workers.upstash]) {
    for (const kind of ['refuse', 'error', 'truncate', 'close'] as const) {
      await store.setFaults({ kind });
      await eventsOf('/api/posts', { key: key.key, method: 'POST', body: bodies[0] ?? '' });
      await eventsOf('/api/auth/me', { key: generateKey() });
    }
    await store.setFaults();
  }
  const log = workers.logs.join('\n');
  expect(log).toContain('"why":"neon"');
  const { DATABASE_URL, UPSTASH_REDIS_REST_TOKEN } = workers.secrets;
  const secrets = [key.key.slice(9), 'A secret thought', DATABASE_URL, UPSTASH_REDIS_REST_TOKEN, 'INSERT', 'EVALSHA'];
  for (const secret of secrets) expect(log).not.toContain(secret);
});

test('the log holds no personal data of an account, and no token of a mail', async () => {
  const password = 'correct horse battery';
  const username = newUsername();
  const email = `${username}@example.com`;
  const signUp = JSON.stringify({ name: 'Ada Lovelace', username, email, password });
  const signedUp = await fetch(`${workers.urls[0]}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: signUp,
  });
  await expect(signedUp).toHaveStatus(200);
  const cookie = signedUp.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  await eventsOf('/forgot-password', { method: 'POST', headers: form, body: `email=${encodeURIComponent(email)}` });
  await expect.poll(async () => (await tokensMailedTo(email)).length).toBe(2);
  const tokens = await tokensMailedTo(email);
  for (const path of ['/verify-email', '/reset-password']) {
    for (const token of tokens) await eventsOf(`${path}?token=${token}`);
  }
  for (const token of tokens) {
    await eventsOf('/verify-email', { method: 'POST', headers: { ...form, Cookie: cookie }, body: `token=${token}` });
  }
  const created = await fetch(`${workers.urls[0]}/api/auth/api-keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Cookie: cookie },
    body: '{"label":"A secret label","scopes":["write:jes"],"acceptTerms":true}',
  });
  const { key: made } = (await created.json()) as { key: string };
  for (const token of tokens) {
    const body = `token=${token}&password=${encodeURIComponent(password)}`;
    await eventsOf('/reset-password', { method: 'POST', headers: form, body });
  }
  await eventsOf('/api/auth/sign-in/email', { method: 'POST', body: JSON.stringify({ email, password }) });

  const log = workers.logs.join('\n');
  const { SESSION_SECRET, MAIL_API_KEY } = workers.secrets;
  const sessionToken = cookie.split('=')[1]?.split('.')[0] ?? '';
  const own = [password, email, 'Ada Lovelace', 'A secret label', sessionToken, made.slice(9), ...tokens];
  for (const secret of [...own, SESSION_SECRET, MAIL_API_KEY]) {
    expect(secret.length).toBeGreaterThan(5);
    expect(log).not.toContain(secret);
  }
});

test('a run of the cron logs its tasks by the names they have in the source', async () => {
  await workers.runCron();
  const findSweep = () => workers.logs.map((line) => JSON.parse(line) as Event).find(({ event }) => event === 'sweep');
  await expect.poll(findSweep).toBeDefined();
  expect(Object.keys(findSweep() ?? {})).toEqual(expect.arrayContaining(['syncRevocations', 'sweepObjects']));
});

/** The tokens of the links mailed to an address. */
async function tokensMailedTo(email: string): Promise<string[]> {
  const response = await fetch(`${workers.secrets.MAIL_API_URL}/dev/mail/${encodeURIComponent(email)}`);
  const mails = (await response.json()) as { text: string }[];
  return mails.map(({ text }) => /token=(\S+)/.exec(text)?.[1] ?? '');
}
