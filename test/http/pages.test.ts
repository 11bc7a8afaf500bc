import { describe, expect, test } from 'vitest';
import { PAGES } from '../../src/http/site/index.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { confirmEmail, cookieOf, mailsTo, newForm, signUp, tokenIn } from '../support/app/people.ts';

describe('every page', () => {
  test.each([
    ['200', '/sign-in'],
    ['303', '/settings/api-access'],
    ['404', '/post/none'],
    ['404', '/jesclip/none'],
  ])('%s %s is private to its person, by its headers', async (status, path) => {
    const response = await open(new Harness(), path);
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    await expect(response).toHaveStatus(Number(status));
    expect(id).toEqual(expect.ulid());
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
  )('%s %s redirects a visitor to the sign-in page', async (method, path) => {
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
  )('POST %s refuses a form of another site, a form that is too large, and a body that is no form', async (path) => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    const asked = path.replace(':id', '01HK153X000000000000000000');
    const headers = { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' };
    const forged = await harness.fetch(asked, {
      method: 'POST',
      headers: { ...headers, Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      body: 'label=x',
    });
    await expect(forged).toHaveStatus(403);
    expect(await textOf(forged)).toContain('A browser sent this request from another site, so we did nothing.');
    if (/\/(key|revoke|dismiss|resend|redeliver|sign-out|end|end-others|unsubscribe)$/.test(path)) return;
    const large = await harness.fetch(asked, { method: 'POST', headers, body: `label=${'x'.repeat(65_536)}` });
    await expect(large).toHaveStatus(413);
    const json = await harness.fetch(asked, { method: 'POST', headers: { Cookie: cookie }, body: { label: 'x' } });
    await expect(json).toHaveStatus(415);
  });

  test('opens to no API key', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const response = await harness.fetch('/settings/api-access', { key });
    await expect(response).toHaveStatus(403);
    expect(await textOf(response)).toContain('API keys cannot do this, whatever their scopes');
    await expect(await harness.fetch('/settings/api-access', { key: 'jes_live_oops' })).toHaveStatus(401);
  });

  test('that is unknown answers browsers with a page, and API callers and paths below /api with JSON', async () => {
    const harness = new Harness();
    const typeAt = async (path: string, accept: string) => {
      const response = await harness.fetch(path, { headers: { Accept: accept } });
      await expect(response).toHaveStatus(404);
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

describe('a file that browsers load beside the pages', () => {
  test.each([
    ['site.css', 'text/css; charset=utf-8', '/* The design in numbers'],
    ['jestha.js', 'text/javascript; charset=utf-8', '// Comfort only'],
    ['docs.css', 'text/css; charset=utf-8', '/* The reference. */'],
    [
      'docs.js',
      'text/javascript; charset=utf-8',
      '// Search, tabs, and forms that try a call. The key stays in the fields: not in storage, a URL or a cookie.',
    ],
    ['icon.svg', 'image/svg+xml', '<svg xmlns'],
  ])('%s may be cached for a year under its versioned name, and costs no call of a store', async (name, type, beginning) => {
    const harness = new Harness();
    const { cookie } = await signUp(harness);
    await harness.neon.reset();
    const response = await open(harness, await addressOf(harness, name), cookie);
    await expect(response).toHaveStatus(200);
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
      await expect(await open(new Harness(), `/assets/${name}`)).toHaveStatus(404);
    }
  });
});

describe('signing up and in', () => {
  test('a form with mistakes comes back filled in, with an error at each field and without the password', async () => {
    const harness = new Harness();
    const form = { name: '<b>Zoë</b>', username: 'no spaces', email: 'nobody', password: 'short' };
    const response = await submit(harness, '/sign-up', form);
    await expect(response).toHaveStatus(400);
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
    await expect(response).toHaveStatus(400);
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
    await expect(there).toHaveStatus(200);
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
    await expect(response).toHaveStatus(401);
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
    await expect(await open(harness, '/settings/api-access', cookie)).toHaveStatus(303);
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
    await expect(await open(harness, '/settings/api-access', cookie)).toHaveStatus(303);
    await expect(await submit(harness, '/sign-in', { email, password: 'another horse', next: '' })).toHaveStatus(303);
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
    await expect(await confirmEmail(harness, 'none', cookie)).toHaveStatus(400);
  });
});
