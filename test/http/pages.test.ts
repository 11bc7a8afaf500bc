import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { PAGES } from '../../src/http/pages/index.ts';
import { toBase64Url, utf8 } from '../../src/lib/bytes.ts';
import { rowsOf } from '../support/database.ts';
import { open, submit, textOf } from '../support/forms.ts';
import { answerOf, Harness } from '../support/harness.ts';
import { newJesClip } from '../support/jesclips.ts';
import { newUsername } from '../support/names.ts';
import { confirmEmail, cookieOf, mailsTo, newForm, newPerson, signUp, tokenIn } from '../support/people.ts';
import { newComment } from '../support/posts.ts';
import { pathOf } from '../support/uploads.ts';

const NEW_KEY = {
  label: 'Bridge',
  scopes: ['write:jes'],
  expiry: '90',
  expiresOn: '',
  ipAllowlist: '',
  acceptTerms: 'on',
};

/** Generates a key through the form; answers its id and the cookie that reveals it. */
async function generate(harness: Harness, cookie: string, fields: Partial<Record<string, string | string[]>> = {}) {
  const response = await submit(
    harness,
    '/settings/api-access/new',
    { ...NEW_KEY, ...fields } as typeof NEW_KEY,
    cookie,
  );
  expect(response.status).toBe(303);
  const location = response.headers.get('Location') ?? '';
  return { response, location, id: location.split('/')[3] ?? '', reveal: cookieOf(response) };
}

describe('every page', () => {
  test.each([
    ['200', '/sign-in'],
    ['303', '/settings/api-access'],
    ['404', '/post/none'],
    ['404', '/jesclip/none'],
  ])('%s %s is nobody else’s: its headers', async (status, path) => {
    const response = await open(new Harness(), path);
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    expect(String(response.status)).toBe(status);
    expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    delete headers.location;
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; " +
        "form-action 'self' https://accounts.google.com; base-uri 'none'; frame-ancestors 'none'",
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      'x-content-type-options': 'nosniff',
      'x-jestha-api-version': '1',
    });
  });

  test.each(
    PAGES.filter(({ access }) => access === 'session').map(({ method, path }) => [method, path] as const),
  )('%s %s sends who is not signed in to sign in', async (method, path) => {
    const harness = new Harness();
    const asked = path.replace(':id', '01HK153X000000000000000000');
    const response = method === 'GET' ? await open(harness, asked) : await submit(harness, asked, {});
    expect([response.status, response.headers.get('Location')]).toEqual([
      303,
      method === 'GET' ? `/sign-in?next=${encodeURIComponent(asked)}` : '/sign-in',
    ]);
  });

  test.each(
    PAGES.filter(({ method }) => method === 'POST').map(({ path }) => path),
  )('POST %s refuses a form of another site, too large a form, and what is no form', async (path) => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    const asked = path.replace(':id', '01HK153X000000000000000000');
    const headers = { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' };
    const forged = await harness.fetch(asked, {
      method: 'POST',
      headers: { ...headers, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      body: 'label=x',
    });
    expect(forged.status).toBe(403);
    expect(await textOf(forged)).toContain('A browser sent this request from another site, so we did nothing.');
    if (/\/(key|revoke|dismiss|resend|redeliver|sign-out|end|end-others|unsubscribe)$/.test(path)) return;
    const large = await harness.fetch(asked, { method: 'POST', headers, body: `label=${'x'.repeat(65_536)}` });
    expect(large.status).toBe(413);
    const json = await harness.fetch(asked, { method: 'POST', headers: { Cookie: cookie }, body: { label: 'x' } });
    expect(json.status).toBe(415);
  });

  test('opens to no API key', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const response = await harness.fetch('/settings/api-access', { key });
    expect(response.status).toBe(403);
    expect(await textOf(response)).toContain('API keys cannot do this, whatever their scopes');
    expect((await harness.fetch('/settings/api-access', { key: 'jes_live_oops' })).status).toBe(401);
  });

  test('that is none is one for browsers, and JSON for all else and below /api', async () => {
    const harness = new Harness();
    const typeAt = async (path: string, accept: string) => {
      const response = await harness.fetch(path, { headers: { Accept: accept } });
      expect(response.status).toBe(404);
      return response.headers.get('Content-Type');
    };
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
    expect(await typeAt('/settings/nowhere/at/all', browser)).toBe('text/html; charset=utf-8');
    expect(await typeAt('/settings/nowhere/at/all', '*/*')).toBe('application/json');
    expect(await typeAt('/api/nowhere', browser)).toBe('application/json');
  });

  test('of a path that has one answers other methods with 405', async () => {
    const response = await new Harness().fetch('/sign-in', { method: 'PUT' });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST']);
  });

  test('is 503 while Neon is away, and says so', async () => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await open(harness, '/settings/api-access', cookie);
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await textOf(response)).toContain(
      'A service that we depend on does not respond. Nothing changed; retry soon.',
    );
  });
});

/** The address of a file as the pages that load it name it. */
async function addressOf(harness: Harness, name: string): Promise<string> {
  const html = await (await open(harness, '/docs')).text();
  return new RegExp(`/assets/${name}\\?v=[0-9a-f]{8}`).exec(html)?.[0] ?? '';
}

describe('what browsers load beside the pages', () => {
  test.each([
    ['site.css', 'text/css; charset=utf-8', '/* The design in numbers'],
    ['jestha.js', 'text/javascript; charset=utf-8', '// Comfort only'],
    ['docs.css', 'text/css; charset=utf-8', '/* The reference. */'],
    [
      'docs.js',
      'text/javascript; charset=utf-8',
      '// Search, tabs, and forms that try a call. The key stays in the fields: no storage, no URL, no cookie beside it.',
    ],
    ['icon.svg', 'image/svg+xml', '<svg xmlns'],
  ])('%s may be kept for a year in the version of the page, and asks nobody', async (name, type, beginning) => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    await harness.neon.reset();
    const response = await open(harness, await addressOf(harness, name), cookie);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
    });
    expect((await response.text()).startsWith(beginning)).toBe(true);
    expect(await harness.neon.counters()).toEqual({});
  });

  test.each(['', '?v=', '?v=01234567'])('is not kept under another version: %j', async (query) => {
    const response = await open(new Harness(), `/assets/site.css${query}`);
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([200, 'no-cache']);
  });

  test('is nothing else', async () => {
    for (const name of ['none.css', 'files.ts', 'constructor']) {
      expect((await open(new Harness(), `/assets/${name}`)).status).toBe(404);
    }
  });
});

describe('signing up and in', () => {
  test('a form with mistakes comes back as it was, each field told, the password not repeated', async () => {
    const harness = new Harness();
    const form = { name: '<b>Zoë</b>', username: 'no spaces', email: 'nobody', password: 'short' };
    const response = await submit(harness, '/sign-up', form);
    expect(response.status).toBe(400);
    const html = await response.clone().text();
    expect(html).toContain('value="&lt;b&gt;Zoë&lt;/b&gt;"');
    expect(html).toContain('value="no spaces"');
    expect(html).not.toContain('short');
    const text = await textOf(response);
    for (const said of [
      'must be an email address',
      'must be at least 8 characters',
      'must be 3 to 30 letters a–z, digits',
    ]) {
      expect(text).toContain(said);
    }
  });

  test('a taken username is told at its field', async () => {
    const harness = new Harness();
    const { username } = await signUp(harness);
    const response = await submit(harness, '/sign-up', { ...newForm(), username });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/id="username-error"[^>]*>\s*is taken by another account/);
  });

  test('leads to where one wanted to go', async () => {
    const harness = new Harness();
    const { email, password } = await signUp(harness);
    const asked = await open(harness, '/sign-in?next=%2Fsettings%2Fapi-access%2Fnew');
    expect(await asked.text()).toContain('name="next" value="/settings/api-access/new"');
    const response = await submit(harness, '/sign-in', { email, password, next: '/settings/api-access/new' });
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/settings/api-access/new']);
    const there = await open(harness, '/settings/api-access/new', cookieOf(response));
    expect(there.status).toBe(200);
  });

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a\nb',
    'x',
  ])('leads to no other site: next=%j', async (next) => {
    const harness = new Harness();
    const { email, password } = await signUp(harness);
    const response = await submit(harness, '/sign-in', { email, password, next });
    expect(response.headers.get('Location')).toBe('/settings/api-access');
  });

  test('with a wrong password says no more than that', async () => {
    const harness = new Harness();
    const { email } = await signUp(harness);
    const response = await submit(harness, '/sign-in', { email, password: 'wrong horse', next: '' });
    expect(response.status).toBe(401);
    const html = await response.text();
    expect(html).toContain('No account has this email address and password.');
    expect(html).toContain(`value="${email}"`);
    expect(html).not.toContain('wrong horse');
  });

  test('is done: who is signed in is sent on', async () => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    for (const path of ['/sign-in', '/sign-up']) {
      expect((await open(harness, path, cookie)).headers.get('Location')).toBe('/settings/api-access');
    }
  });

  test('signing out ends the session', async () => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    const response = await submit(harness, '/sign-out', {}, cookie);
    expect([response.status, response.headers.get('Location')]).toEqual([303, '/sign-in?notice=signed-out']);
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-jestha.session_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    expect((await open(harness, '/settings/api-access', cookie)).status).toBe(303);
  });

  test('a forgotten password is replaced through the mail', async () => {
    const harness = new Harness();
    const { email, cookie } = await signUp(harness);
    const asked = await submit(harness, '/forgot-password', { email });
    expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/forgot-password/sent']);
    const token = tokenIn((await mailsTo(email)).find(({ subject }) => subject.startsWith('Choose a new password')));
    expect(await (await open(harness, `/reset-password?token=${token}`)).text()).toContain(`value="${token}"`);
    const short = await submit(harness, '/reset-password', { token, password: 'short' });
    expect([short.status, await textOf(short)]).toEqual([
      400,
      expect.stringContaining('must be at least 8 characters'),
    ]);
    const done = await submit(harness, '/reset-password', { token, password: 'another horse' });
    expect(done.headers.get('Location')).toBe('/sign-in?notice=reset');
    expect((await open(harness, '/settings/api-access', cookie)).status).toBe(303);
    expect((await submit(harness, '/sign-in', { email, password: 'another horse', next: '' })).status).toBe(303);
    const again = await submit(harness, '/reset-password', { token, password: 'third horse' });
    expect([again.status, await textOf(again)]).toEqual([
      400,
      expect.stringContaining('this link was used already or is too old'),
    ]);
  });

  test('an email address is confirmed through the mail, which can be sent again', async () => {
    const harness = new Harness();
    const { email, cookie } = await signUp(harness);
    expect(await textOf(await open(harness, '/settings/api-access', cookie))).toContain(
      'Please confirm your email address',
    );
    const again = await submit(harness, '/verify-email/resend', {}, cookie);
    expect(again.headers.get('Location')).toBe('/settings/api-access?notice=verification-sent');
    const mails = await mailsTo(email);
    expect(mails).toHaveLength(2);
    const token = tokenIn(mails[0]);
    const asked = await open(harness, `/verify-email?token=${token}`, cookie);
    expect([asked.status, await textOf(asked)]).toEqual([200, expect.stringContaining(`with the address ${email}`)]);
    const confirmed = await confirmEmail(harness, token, cookie);
    expect([confirmed.status, await textOf(confirmed)]).toEqual([
      200,
      expect.stringContaining('Your email address is confirmed'),
    ]);
    expect(await textOf(await open(harness, '/settings/api-access', cookie))).not.toContain('Please confirm');
    expect((await confirmEmail(harness, 'none', cookie)).status).toBe(400);
  });
});

describe('signing in with Google', () => {
  const GOOGLE = { GOOGLE_CLIENT_ID: 'id.apps.googleusercontent.com', GOOGLE_CLIENT_SECRET: 'google-secret' };

  test('is there where its two secrets are', async () => {
    const harness = new Harness(GOOGLE);
    for (const path of ['/sign-in', '/sign-up']) {
      expect(await textOf(await open(harness, path))).toContain('Continue with Google');
    }
    const response = await submit(harness, '/sign-in/google', {});
    expect(response.status).toBe(303);
    const url = new URL(response.headers.get('Location') ?? '');
    expect(url.origin + url.pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'id.apps.googleusercontent.com',
      redirect_uri: 'https://jestha.com/api/auth/callback/google',
      response_type: 'code',
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain('google-secret');
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    const forged = await open(harness, '/api/auth/callback/google?code=x&state=forged');
    expect([forged.status, forged.headers.get('Location')]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/jestha\.com\/sign-in\?error=/),
    ]);
    expect(await textOf(await open(harness, '/sign-in?error=google'))).toContain(
      'Signing in with Google did not work.',
    );
  });

  /** Answers for Google: the tokens for a code. */
  function answerAsGoogle(email: string): void {
    const part = (value: object) => toBase64Url(utf8(JSON.stringify(value)));
    const claims = { sub: `google-${email}`, email, email_verified: true, name: 'Ada Lovelace', picture: '' };
    const idToken = `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}`;
    const tokens = { access_token: 'google-access', refresh_token: 'google-refresh', id_token: idToken };
    const toOthers = globalThis.fetch;
    const spy = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async (input, init) =>
        String(input).startsWith('https://oauth2.googleapis.com/token')
          ? Response.json({ ...tokens, token_type: 'Bearer', expires_in: 3_600 })
          : toOthers(input, init),
      );
    onTestFinished(() => spy.mockRestore());
  }

  /** Goes to Google and comes back with a code. */
  async function comeBack(harness: Harness): Promise<Response> {
    const started = await submit(harness, '/sign-in/google', {});
    const state = new URL(started.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    return await open(harness, `/api/auth/callback/google?code=x&state=${state}`, cookieOf(started));
  }

  test('makes an account and a session, and keeps nothing that opens Google', async () => {
    const harness = new Harness(GOOGLE);
    const email = `${newUsername()}@example.com`;
    answerAsGoogle(email);
    const back = await comeBack(harness);
    expect([back.status, back.headers.get('Location')]).toEqual([303, '/settings/api-access']);
    const me = await harness.fetch('/api/auth/me', { cookie: cookieOf(back) });
    expect(await answerOf(me)).toMatchObject({
      status: 200,
      body: { email, emailVerified: true, displayName: 'Ada Lovelace' },
    });
    const [kept] = await rowsOf(harness, `SELECT * FROM credentials WHERE provider_account_id = 'google-${email}'`);
    expect(kept).toMatchObject({ provider: 'google', access_token: null, refresh_token: null, id_token: null });
    // A second time it is the same person.
    expect((await comeBack(harness)).headers.get('Location')).toBe('/settings/api-access');
    const again = await rowsOf(
      harness,
      `SELECT access_token, refresh_token, id_token FROM credentials
      WHERE provider_account_id = 'google-${email}'`,
    );
    expect(again).toEqual([{ access_token: null, refresh_token: null, id_token: null }]);
  });

  test('makes no username that sounds official', async () => {
    const harness = new Harness(GOOGLE);
    answerAsGoogle(`jestha.support+${newUsername()}@example.com`);
    const me = await harness.fetch('/api/auth/me', { cookie: cookieOf(await comeBack(harness)) });
    expect(await answerOf(me)).toMatchObject({ body: { username: expect.stringMatching(/^user_[0-9a-z]{6}$/) } });
  });

  test.each([
    ['neither', {}],
    ['one', { GOOGLE_CLIENT_ID: 'id' }],
  ])('is absent with %s of them', async (_, overrides) => {
    const harness = new Harness({
      GOOGLE_CLIENT_ID: undefined,
      GOOGLE_CLIENT_SECRET: undefined,
      ...overrides,
    } as object);
    expect(await textOf(await open(harness, '/sign-in'))).not.toContain('Google');
    expect((await submit(harness, '/sign-in/google', {})).status).toBe(404);
    expect((await open(harness, '/api/auth/callback/google?code=x')).status).toBe(404);
  });
});

describe('generating a key', () => {
  test('sends the browser on with the key in no header', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { response, id, location, reveal } = await generate(harness, cookie);
    expect(location).toBe(`/settings/api-access/${id}/key`);
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^__Secure-jestha\\.reveal=[\\w-]{43}; Max-Age=600; Path=/settings/api-access/${id}; HttpOnly; Secure; SameSite=Strict$`,
        ),
      ),
    ]);
    expect(await response.text()).toBe('');

    const shown = await open(harness, location, `${cookie}; ${reveal}`);
    expect(shown.status).toBe(200);
    const [key = ''] = /jes_live_[0-9A-Za-z]{49}/.exec(await shown.text()) ?? [];
    expect(JSON.stringify([...response.headers, ...shown.headers])).not.toContain(key.slice(13));
    expect((await harness.fetch('/api/auth/me', { key })).status).toBe(200);
    expect(shown.headers.getSetCookie()).toEqual([
      `__Secure-jestha.reveal=; Max-Age=0; Path=/settings/api-access/${id}; HttpOnly; Secure; SameSite=Strict`,
    ]);

    const again = await open(harness, location, `${cookie}; ${reveal}`);
    expect(again.status).toBe(410);
    expect(await again.text()).not.toContain(key);
  });

  test('shows the key to that browser only, and without it the key still waits', async () => {
    const harness = new Harness();
    const [owner, other] = [await newPerson(harness), await newPerson(harness)];
    const { location, reveal } = await generate(harness, owner.cookie);
    expect((await open(harness, location, owner.cookie)).status).toBe(410);
    expect((await open(harness, location, `${other.cookie}; ${reveal}`)).status).toBe(404);
    expect((await open(harness, location, reveal)).status).toBe(303);
    expect((await open(harness, location, `${owner.cookie}; ${reveal}`)).status).toBe(200);
  });

  test('shows it for ten minutes', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { location, reveal } = await generate(harness, cookie);
    harness.now += 600_000;
    expect((await open(harness, location, `${cookie}; ${reveal}`)).status).toBe(410);
  });

  test.each(['a;b', 'a\nb', 'nope'])('stores nothing under an id that is none: %j', async (id) => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const path = `/settings/api-access/${encodeURIComponent(id)}/key`;
    expect((await submit(harness, path, {}, cookie)).status).toBe(404);
  });

  test('makes no key where it cannot be kept for the page that shows it', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    await harness.neon.setFaults({ kind: 'refuse', match: 'insert into \\"key_reveals\\"' });
    expect((await submit(harness, '/settings/api-access/new', NEW_KEY, person.cookie)).status).toBe(503);
    await harness.neon.setFaults();
    expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${person.id}'`)).toEqual([]);
    await generate(harness, person.cookie);
  });

  test('with mistakes comes back as it was, each told where it is, and makes nothing', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const form = {
      label: '<script>alert(1)</script>',
      expiry: 'custom',
      expiresOn: '',
      ipAllowlist: '10.0.0.0/8\r\n\r\n10.0.0.300\r\n <b>',
    };
    const response = await submit(harness, '/settings/api-access/new', form, cookie);
    expect(response.status).toBe(400);
    const html = await response.clone().text();
    expect(html).toContain('value="&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).toContain('10.0.0.0/8\n\n10.0.0.300\n &lt;b&gt;</textarea>');
    expect(html).not.toContain('<script>alert');
    const text = await textOf(response);
    for (const said of [
      'Line 3: "10.0.0.300" is not an IP address or CIDR range',
      'Line 4: "<b>" is not an IP address or CIDR range',
      'choose at least one scope',
      'choose the date',
      'the developer terms must be accepted',
    ]) {
      expect(text).toContain(said);
    }
    expect(await textOf(await open(harness, '/settings/api-access', cookie))).toContain('No keys yet');
  });

  test.each([
    ['never', '', 'Expires Never'],
    ['30', '', 'Expires 24 Dec 2026 ( in 30 days )'],
    ['90', '', 'Expires 22 Feb 2027 ( in 90 days )'],
    ['365', '', 'Expires 24 Nov 2027 ( in 365 days )'],
    ['custom', '2026-11-30', 'Expires 30 Nov 2026 ( in 6 days )'],
  ])('expires %s %s', async (expiry, expiresOn, shown) => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { id } = await generate(harness, cookie, { expiry, expiresOn });
    expect(await textOf(await open(harness, `/settings/api-access/${id}`, cookie))).toContain(shown);
  });

  test.each([
    ['custom', '2026-11-23', 'must be in the future'],
    ['custom', 'tomorrow', 'must be an ISO date'],
    ['45', '', 'must be 30, 90 or 365'],
    ['forever', '', 'must be 30, 90 or 365'],
    ['', '', 'must be 30, 90 or 365'],
  ])('refuses the expiry %s %s', async (expiry, expiresOn, said) => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const response = await submit(harness, '/settings/api-access/new', { ...NEW_KEY, expiry, expiresOn }, cookie);
    expect([response.status, await textOf(response)]).toEqual([400, expect.stringContaining(said)]);
  });

  test('ends at five', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    for (let i = 0; i < 5; i++) await generate(harness, cookie);
    const response = await submit(harness, '/settings/api-access/new', NEW_KEY, cookie);
    expect([response.status, await textOf(response)]).toEqual([
      409,
      expect.stringContaining('This account has 5 active API keys, which is the limit. Revoke one first.'),
    ]);
    const list = await textOf(await open(harness, '/settings/api-access', cookie));
    expect(list).toContain('5 of 5 active keys. Revoke one to generate another.');
    expect(list).not.toContain('Generate a key');
  });

  test('like another begins with what that one has', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { id } = await generate(harness, cookie, { scopes: ['read:comment'], ipAllowlist: '192.0.2.1' });
    const html = await (await open(harness, `/settings/api-access/new?like=${id}`, cookie)).text();
    expect(html).toContain('value="Bridge"');
    expect(html).toContain('>192.0.2.1</textarea>');
    expect(html.match(/name="scopes" value="[\w:]+" checked/g)).toEqual(['name="scopes" value="read:comment" checked']);
  });
});

describe('a key', () => {
  test('shows its usage by the hour and by the day, in words and in tables', async () => {
    const harness = new Harness();
    const { cookie, id: accountId, username } = await newPerson(harness);
    const key = await harness.newKey({ account: { id: accountId, username }, label: 'Busy' });
    for (let i = 0; i < 62; i++) await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' });
    harness.now += 90 * 60_000;
    await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.2' });
    harness.now += 60_000;
    const text = await textOf(await open(harness, `/settings/api-access/${key.id}`, cookie));
    expect(text).toContain('Last used 1 minute ago from 192.0.2.2');
    expect(text).toContain('61 requests accepted in the last 24 hours, 2 throttled.');
    expect(text).toContain('61 requests accepted in the last 30 days, 2 throttled.');
    expect(text).toContain('11:00 0 0 12:00 60 2 13:00 1 0');
    expect(text).toContain('23 Nov 0 0 24 Nov 61 2');
    expect(text).toMatch(/24 Nov 2026, 13:30 UTC Used from a new address 192\.0\.2\.2/);
    expect(text).toContain('24 Nov 2026, 12:00 UTC Used from a new address 192.0.2.1');
    const list = await open(harness, '/settings/api-access', cookie);
    expect(await list.text()).toContain('aria-label="61 requests accepted in the last 24 hours, 2 throttled."');
  });

  test('that is none is told so to who stays signed in', async () => {
    const harness = new Harness();
    const { cookie, username } = await harness.newSession();
    const response = await open(harness, '/settings/api-access/01HK153X000000000000000000', cookie);
    expect(response.status).toBe(404);
    const text = await textOf(response);
    expect(text).toContain(`@${username} Sign out`);
    expect(text).not.toContain('Sign up');
  });

  test('is seen and touched by its owner only', async () => {
    const harness = new Harness();
    const [owner, other] = [await newPerson(harness), await newPerson(harness)];
    const { id } = await generate(harness, owner.cookie);
    const path = `/settings/api-access/${id}`;
    expect((await open(harness, path, other.cookie)).status).toBe(404);
    expect((await open(harness, `${path}/revoke`, other.cookie)).status).toBe(404);
    expect((await submit(harness, `${path}/revoke`, {}, other.cookie)).status).toBe(404);
    expect((await open(harness, `/settings/api-access/new?like=${id}`, other.cookie)).status).toBe(404);
    expect(await textOf(await open(harness, path, owner.cookie))).toContain('Active');
    expect(await textOf(await open(harness, '/settings/api-access', other.cookie))).toContain('No keys yet');
  });

  test('is listed, watched and revoked while Redis is away; its usage is unknown', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { id } = await generate(harness, cookie);
    const path = `/settings/api-access/${id}`;
    await harness.upstash.setFaults({ kind: 'refuse' });
    for (const shown of ['/settings/api-access', path]) {
      const response = await open(harness, shown, cookie);
      expect(response.status).toBe(200);
      expect(await textOf(response)).toContain('Usage is unknown right now');
    }
    const told = await submit(harness, `${path}/revoke`, {}, cookie);
    expect([told.status, await textOf(told)]).toEqual([
      503,
      expect.stringContaining('The key is revoked, but not all of our caches know it yet.'),
    ]);
    await harness.upstash.setFaults();
    const again = await submit(harness, `${path}/revoke`, {}, cookie);
    expect([again.status, again.headers.get('Location')]).toEqual([303, path]);
    expect(await textOf(await open(harness, path, cookie))).toContain('Revoked 24 Nov 2026, 12:00 UTC by you');
    expect((await open(harness, `${path}/revoke`, cookie)).headers.get('Location')).toBe(path);
    expect(await textOf(await open(harness, '/settings/api-access', cookie))).toContain('Revoked and expired keys (1)');
  });
});

describe('GET /post/:id', () => {
  async function post(harness: Harness, content: string, visibility = 'PUBLIC') {
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, label: 'A <b>label</b>' });
    const created = await harness.fetch('/api/posts', { key: key.key, body: { content, visibility } });
    const { id } = (await created.json()) as { id: string };
    return { person, path: `/post/${id}` };
  }

  test('shows a Jes to everybody, with what it was posted through, and its text as text', async () => {
    const harness = new Harness();
    const { path, person } = await post(harness, 'Hello\n<img src=x onerror=alert(1)> & "you"');
    const response = await open(harness, path);
    expect(response.status).toBe(200);
    const html = await response.clone().text();
    expect(html).toContain('Hello\n&lt;img src=x onerror=alert(1)&gt; &amp; &quot;you&quot;');
    expect(html).toContain('<span class="via">via <bdi>A &lt;b&gt;label&lt;/b&gt;</bdi></span>');
    expect(await textOf(response)).toContain(`Zoë 🦊 @${person.username} Hello`);
  });

  test.each(['PRIVATE', 'FOLLOWERS'])('shows %s to its author and to nobody else', async (visibility) => {
    const harness = new Harness();
    const { path, person } = await post(harness, 'Mine', visibility);
    const stranger = await newPerson(harness);
    expect((await open(harness, path, person.cookie)).status).toBe(200);
    for (const cookie of [undefined, stranger.cookie]) {
      const response = await open(harness, path, cookie);
      expect(response.status).toBe(404);
      expect(await textOf(response)).not.toContain('Mine');
    }
  });

  test('shows what was bounced, a poll, and comments a page at a time, replies under what they answer', async () => {
    const harness = new Harness();
    const { key, username } = await harness.newKey({ label: 'Bot' });
    const write = async (path: string, body: unknown) => {
      const response = await harness.fetch(path, { key, body });
      expect(response.status).toBe(201);
      return (await response.json()) as { id: string };
    };
    const poll = { options: ['Yes', 'No'], durationHours: 1 };
    const original = await write('/api/posts', { content: 'Tea?', poll });
    const quote = await write(`/api/posts/${original.id}/bounce`, { content: 'Look' });
    const first = await write(`/api/posts/${quote.id}/comments`, { content: 'First <b>' });
    for (let i = 2; i <= 20; i++) await write(`/api/posts/${quote.id}/comments`, { content: `Comment ${i}` });
    harness.now += 1_000;
    await write(`/api/posts/${quote.id}/comments`, { content: 'A reply', parentId: first.id });
    const response = await open(harness, `/post/${quote.id}`);
    const html = await response.clone().text();
    const text = await textOf(response);
    const by = `${username} @${username}`;
    expect(text).toContain(
      `${by} quoted Look ${by} Tea? Yes 0 % (0 votes) No 0 % (0 votes) 0 votes, ends in 60 minutes`,
    );
    expect(text).toContain(`${by} just now via Bot First <b>`);
    expect(html).not.toContain('First <b>');
    expect(text).not.toContain('A reply');
    const [, next = ''] = /href="([^"]+)">Later comments/.exec(html) ?? [];
    const later = await open(harness, next);
    expect(await later.text()).toMatch(
      /<li id="comment-\w+" class="reply">.*<p class="content" dir="auto">A reply<\/p>/,
    );
    expect((await open(harness, `/post/${quote.id}?cursor=made-up`)).status).toBe(400);
  });

  test('of what is none is 404', async () => {
    for (const id of ['01HK153X000000000000000000', 'x', '%00', '%ED%A0%80']) {
      expect((await open(new Harness(), `/post/${id}`)).status).toBe(404);
    }
  });
});

describe('GET /jesclip/:id', () => {
  test('shows a JesClip to everybody: its video, its caption as text, what it was posted through, comments', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, label: 'A <b>label</b>' });
    const clip = await newJesClip(harness, key, { caption: 'Look\n<img src=x> & "you"' });
    const first = await newComment(harness, key, clip.id, { content: 'First <b>' }, '/api/jesclips');
    for (let i = 2; i <= 20; i++) await newComment(harness, person, clip.id, {}, '/api/jesclips');
    harness.now += 1_000;
    await newComment(harness, person, clip.id, { content: 'A reply', parentId: first.id }, '/api/jesclips');
    const response = await open(harness, `/jesclip/${clip.id}`);
    expect(response.status).toBe(200);
    const html = await response.clone().text();
    expect(html).toContain(`<video src="${pathOf(clip.video.url)}" aria-label="Video by Zoë 🦊" controls=""`);
    expect(html).toContain('Look\n&lt;img src=x&gt; &amp; &quot;you&quot;');
    expect(html).toContain('<span class="via">via <bdi>A &lt;b&gt;label&lt;/b&gt;</bdi></span>');
    expect(html).toContain('First &lt;b&gt;');
    expect(html).not.toContain('A reply');
    const [, next = ''] = /href="(\/jesclip\/[^"]+)">Later comments/.exec(html) ?? [];
    expect(await (await open(harness, next)).text()).toMatch(
      /<li id="comment-\w+" class="reply">.*<p class="content" dir="auto">A reply<\/p>/,
    );
    expect((await open(harness, `/jesclip/${clip.id}?cursor=made-up`)).status).toBe(400);
  });

  test.each(['PRIVATE', 'FOLLOWERS'])('shows %s to its author and to nobody else', async (visibility) => {
    const harness = new Harness();
    const [person, stranger] = [await newPerson(harness), await newPerson(harness)];
    const { id, video } = await newJesClip(harness, person, { caption: 'Mine', visibility });
    const { pathname } = new URL(video.url);
    expect(await (await open(harness, `/jesclip/${id}`, person.cookie)).text()).toContain(`${pathname}?expires=`);
    for (const cookie of [undefined, stranger.cookie]) {
      const response = await open(harness, `/jesclip/${id}`, cookie);
      expect(response.status).toBe(404);
      expect(await textOf(response.clone())).toContain('No such JesClip');
      expect(await response.text()).not.toMatch(/Mine|\/media\//);
    }
  });

  test('of what is none is 404', async () => {
    for (const id of ['01HK153X000000000000000000', 'x', '%00']) {
      expect((await open(new Harness(), `/jesclip/${id}`)).status).toBe(404);
    }
  });
});
