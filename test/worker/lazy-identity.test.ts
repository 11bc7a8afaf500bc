import { generateSignedCookie } from 'hono/cookie';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionCookieName } from '../../src/data/identity.ts';
import { insertAccount } from '../../src/dev/insert-account.ts';
import { signUp } from '../../src/domain/accounts/index.ts';
import { withContext } from '../../src/ops/context.ts';
import { newUsername } from '../support/app/names.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { bundle, modulesAtStart } from '../support/worker/bundle.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const VISITOR = { address: undefined, userAgent: null, cookie: null, knownBrowser: undefined };

/** A Worker in which loading the identity library is an error: its answers need no such library. */
describe('without the identity library', () => {
  let workers: Workers;
  let cookie: string;
  const form = {
    name: 'Zoë',
    username: newUsername(),
    email: `${newUsername()}@example.com`,
    password: 'correct horse',
  };

  beforeAll(async () => {
    workers = await startWorkers(1, { withoutIdentity: true });
    const { secrets } = workers;
    const { sessionToken } = await withContext(secrets, Date.now(), (ctx) => signUp(ctx, VISITOR, form));
    await withContext(secrets, Date.now(), (ctx) => insertAccount(ctx, form));
    const name = sessionCookieName('http://jestha.com');
    cookie =
      (await generateSignedCookie(name, sessionToken, secrets.SESSION_SECRET, { secure: true })).split(';', 1)[0] ?? '';
  });
  afterAll(() => workers.close());

  const send = (path: string, headers: Record<string, string>, method = 'GET', body?: unknown) =>
    fetch(workers.urls[0] + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  test('calls with an API key are served', async () => {
    const headers = { Authorization: `Bearer ${(await makeKey(workers.secrets)).key}` };
    await expect(await send('/api/auth/me', headers)).toHaveStatus(200);
    await expect(await send('/api/posts', headers, 'POST', { content: 'Hello' })).toHaveStatus(201);
    await expect(await send('/api/auth/api-keys', headers)).toHaveStatus(403);
    await expect(await send('/api/auth/me', { Authorization: 'Bearer jes_live_short' })).toHaveStatus(401);
  });

  test('signed-in people are served', async () => {
    const headers = { Cookie: cookie };
    await expect(await send('/api/auth/me', headers)).toHaveStatus(200);
    await expect(await send('/api/posts', headers, 'POST', { content: 'Hello' })).toHaveStatus(201);
    const newKey = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
    const created = await send('/api/auth/api-keys', headers, 'POST', newKey);
    await expect(created).toHaveStatus(201);
    const { apiKey } = (await created.json()) as { apiKey: { id: string } };
    await expect(await send('/api/auth/api-keys', headers)).toHaveStatus(200);
    await expect(await send(`/api/auth/api-keys/${apiKey.id}/usage`, headers)).toHaveStatus(200);
    await expect(await send(`/api/auth/api-keys/${apiKey.id}`, headers, 'DELETE')).toHaveStatus(200);
  });

  test('a sign-in fails, since it needs the library', async () => {
    const { email, password } = form;
    await expect(await send('/api/auth/sign-in/email', {}, 'POST', { email, password })).toHaveStatus(500);
  });
});

describe('the deployed Worker', () => {
  test.each([
    ['the identity library', 'FAILED_TO_CREATE_USER'],
    ['what unfurls links', 'JesthaBot/1.0'],
    ['the names of HTML’s characters', 'unterClockwiseContourIntegral'],
    ['what describes the API', 'Read the usage of a key'],
    ['the schemas of answers', 'The sum of the votes; who votes for two options counts twice.'],
  ])('holds %s in modules that no isolate reads at its start', async (_, words) => {
    const { modules } = await bundle('src/worker.ts');
    const read = modulesAtStart(modules);
    const holding = modules.filter(({ text }) => text.includes(words));
    expect(holding).not.toEqual([]);
    expect(holding.filter((module) => read.includes(module))).toEqual([]);
  });

  test('reads less than it holds', async () => {
    const { modules, inputs } = await bundle('src/worker.ts');
    expect(inputs.filter((input) => /node_modules\/better-auth\//.test(input))).not.toEqual([]);
    const read = modulesAtStart(modules);
    const unread = modules.filter((module) => !read.includes(module));
    expect(unread.reduce((sum, { text }) => sum + text.length, 0)).toBeGreaterThan(300 * 1024);
  });
});
