import { describe, expect, test } from 'vitest';
import { PAGES } from '../../src/http/site/index.ts';
import { invalid } from '../support/app/answers.ts';
import { open, submit } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { cookieOf, newAddress, newForm, newPerson, signUp } from '../support/app/people.ts';

const API = 'https://api.jestha.com';
const WEB = 'https://jestha.com';
const NOT_FOUND = { status: 404, body: { code: 'not_found' } };

/** Pages, without the files that browsers load beside them. */
const shown = PAGES.filter(({ access }) => access !== 'asset');

describe('on the host of the API', () => {
  test.each(
    shown.map(({ method, path }) => [method, path.replace(/:\w+/, '01HK153X000000000000000000')] as const),
  )('%s %s is 404 in JSON, signed in or not', async (method, path) => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const headers = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' };
    await harness.neon.reset();
    const response = await harness.fetch(path, { origin: API, method, cookie, headers });
    expect(await answerOf(response)).toMatchObject(NOT_FOUND);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await harness.neon.counters()).toEqual({});
  });

  test('another method of a page is 404 and not 405, and so is HEAD', async () => {
    const harness = new Harness();
    expect(await answerOf(await harness.fetch('/sign-in', { origin: API, method: 'DELETE' }))).toMatchObject(NOT_FOUND);
    await expect(await harness.fetch('/sign-in', { origin: API, method: 'HEAD' })).toHaveStatus(404);
    const unknown = await harness.fetch('/nowhere', { origin: API, headers: { Accept: 'text/html' } });
    expect(await answerOf(unknown)).toMatchObject(NOT_FOUND);
  });

  test.each(['/docs', '/openapi.json', '/assets/site.css', '/healthz'])('%s stays', async (path) => {
    await expect(await new Harness().fetch(path, { origin: API })).toHaveStatus(200);
  });

  test('the API answers, as it does on the host of the pages', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    for (const origin of [API, WEB]) {
      await expect(await harness.fetch('/api/auth/me', { origin, cookie })).toHaveStatus(200);
    }
  });
});

test.each([WEB, 'https://preview.example', 'https://127.0.0.1:8787'])('pages are on %s', async (origin) => {
  const response = await new Harness().fetch('/sign-in', { origin });
  expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
});

test('pages and API are both served if they share a host', async () => {
  const harness = new Harness({ WEB_ORIGIN: API } as object);
  await expect(await harness.fetch('/sign-in', { origin: API })).toHaveStatus(200);
  await expect(await harness.fetch('/api/auth/me', { origin: API })).toHaveStatus(401);
});

describe('cookies', () => {
  test('have the prefix __Host- on https: no domain, all paths', async () => {
    const response = await new Harness().fetch('/api/auth/sign-up/email', { address: newAddress(), body: newForm() });
    for (const cookie of response.headers.getSetCookie()) {
      expect(cookie).toMatch(
        /^__Host-jestha\.(session_token|known_browser)=\S+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
    }
  });

  test('are plain on http, where browsers take no secure ones, and sign in all the same', async () => {
    const origin = 'http://localhost:8787';
    const harness = new Harness({ WEB_ORIGIN: origin, API_ORIGIN: origin } as object);
    const response = await harness.fetch('/api/auth/sign-up/email', { origin, address: newAddress(), body: newForm() });
    const set = response.headers.getSetCookie();
    expect(set.map((cookie) => cookie.replace(/=\S+;/, '=…;'))).toEqual([
      'jestha.session_token=…; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax',
    ]);
    await expect(await harness.fetch('/api/auth/me', { origin, cookie: cookieOf(response) })).toHaveStatus(200);
  });

  test('of the name from before open nothing: a subdomain could have set them', async () => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    const planted = cookie.replace('__Host-', '__Secure-');
    await expect(await harness.fetch('/api/auth/me', { cookie: planted })).toHaveStatus(401);
    await expect(await harness.fetch('/api/auth/me', { cookie: `${planted}; ${cookie}` })).toHaveStatus(200);
  });

  test('that reveal a key are for its one path, which the prefix __Host- does not allow', async () => {
    const form = { label: 'Bridge', scopes: ['write:jes'], expiry: '90', acceptTerms: 'on' };
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const secure = await submit(harness, '/settings/api-access/new', form, cookie);
    expect(secure.headers.getSetCookie()[0]).toMatch(
      /^__Secure-jestha\.reveal=\S+; Max-Age=600; Path=\/settings\/\S+; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  test('of a sign-in with Google under way have the prefix, too', async () => {
    const harness = new Harness({ GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' });
    const started = await submit(harness, '/sign-in/google', {});
    expect(started.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-jestha\.state=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
  });
});

describe('usernames that sound official', () => {
  test.each([
    'admin',
    'Jestha',
    'jestha_support',
    'SUPPORT',
    '_root_',
    'api',
    's3curity',
    'system',
  ])('%s is reserved', async (username) => {
    const harness = new Harness();
    const response = await harness.fetch('/api/auth/sign-up/email', {
      address: newAddress(),
      body: newForm({ username }),
    });
    expect(await answerOf(response)).toEqual(invalid({ path: 'username', message: 'is reserved for Jestha' }));
    const page = await submit(harness, '/sign-up', { ...newForm(), username });
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining('is reserved for Jestha')]);
  });

  test('from earlier versions still sign in', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession({
      account: await harness.newAccount({ username: `jestha_${Date.now()}` }),
    });
    await expect(await open(harness, '/settings/api-access', cookie)).toHaveStatus(200);
  });
});
