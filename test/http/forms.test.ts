import { describe, expect, test } from 'vitest';
import { TERMS_VERSION } from '../../src/config/limits.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { newForm, newPerson } from '../support/app/people.ts';

const NEW_KEY = { label: 'Bridge', scopes: ['write:jes'], expiry: '90', expiresOn: '', acceptTerms: 'on' };

/** Attempts of one address until sign-in refuses them. */
async function exhaustSignIns(harness: Harness, email: string): Promise<Response> {
  for (let i = 0; i < 60; i++) {
    const response = await submit(harness, '/sign-in', { email, password: 'wrong password 1', next: '/docs' });
    if (response.status === 429) return response;
    await expect(response).toHaveStatus(401);
  }
  throw new Error('sign-in refuses no attempt');
}

describe('a form that is refused for a while', () => {
  test('sign-in: 429 keeps the form, says when to try again, and carries Retry-After', async () => {
    const harness = new Harness();
    const { email } = newForm();
    const response = await exhaustSignIns(harness, email);
    const seconds = Number(response.headers.get('Retry-After'));
    expect(seconds).toBeGreaterThan(0);
    const html = await response.clone().text();
    expect(html).toContain(`value="${email}"`);
    expect(html).toContain('<input type="hidden" name="next" value="/docs"/>');
    expect(await textOf(response)).toMatch(
      /Too many attempts\. Wait before the next one\. Try again in \d+ (second|minute|hour)s?\./,
    );
  });

  test('sign-up: 503 keeps all fields but the password', async () => {
    const harness = new Harness();
    await harness.neon.setFaults({ kind: 'refuse' });
    const form = newForm();
    const response = await submit(harness, '/sign-up', { ...form });
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    const html = await response.clone().text();
    for (const kept of [form.name, form.username, form.email]) expect(html).toContain(`value="${kept}"`);
    expect(html).not.toContain(form.password);
    expect(await textOf(response)).toContain('Nothing changed');
  });
});

describe('a page while the database is away', () => {
  test('does not look signed out: no offer to sign in, a way to try again', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await open(harness, '/settings/account', cookie);
    await expect(response).toHaveStatus(503);
    const html = await response.text();
    expect(html).not.toContain('href="/sign-in"');
    expect(html).toContain('<a href="/settings/account">Try this page again</a>');
  });

  test('says of a form that Back brings it back', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await submit(harness, '/settings/api-access/new', NEW_KEY, cookie);
    expect([response.status, await textOf(response)]).toEqual([
      503,
      expect.stringContaining('Go back in your browser: the form still has what you filled in'),
    ]);
  });
});

describe('signing in leads back', () => {
  test('from a Jes that is not for everybody, also by way of sign-up', async () => {
    const harness = new Harness();
    const path = '/post/01HK153X000000000000000000';
    const next = encodeURIComponent(path);
    expect(await (await open(harness, path)).text()).toContain(`<a href="/sign-in?next=${next}">Sign in</a>`);
    expect(await (await open(harness, `/sign-in?next=${next}`)).text()).toContain(`<a href="/sign-up?next=${next}">`);
    const signUpPage = await (await open(harness, `/sign-up?next=${next}`)).text();
    expect(signUpPage).toContain(`<input type="hidden" name="next" value="${path}"/>`);
    expect(signUpPage).toContain(`<a href="/sign-in?next=${next}">Sign in</a>`);
    const done = await submit(harness, '/sign-up', { ...newForm(), next: path });
    expect([done.status, done.headers.get('Location')]).toEqual([303, path]);
  });

  test('never to another site', async () => {
    const harness = new Harness();
    const done = await submit(harness, '/sign-up', { ...newForm(), next: '//evil.example/x' });
    expect(done.headers.get('Location')).toBe('/settings/api-access');
  });
});

describe('the form of a new key', () => {
  test('says beside each choice on which day the key expires', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const text = await textOf(await open(harness, '/settings/api-access/new', cookie));
    expect(text).toContain('In 30 days · 24 Dec 2026');
    expect(text).toContain('In 90 days · 22 Feb 2027');
    expect(text).toContain('In a year · 24 Nov 2027');
  });

  test('refuses a date beside another choice at its field, keeps both, and makes nothing', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const form = { ...NEW_KEY, expiresOn: '2026-12-01' };
    const response = await submit(harness, '/settings/api-access/new', form, cookie);
    await expect(response).toHaveStatus(400);
    expect(await response.clone().text()).toContain('value="2026-12-01"');
    expect(await textOf(response)).toContain('choose “On a date of your own”, or clear the date');
    expect(await textOf(await open(harness, '/settings/api-access', cookie))).toContain('No keys yet');
  });

  test('with five active keys names them, their last use and Revoke, in place of the form', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    for (let i = 0; i < 5; i++) {
      await submit(harness, '/settings/api-access/new', { ...NEW_KEY, label: `Bridge ${i}` }, cookie);
    }
    const response = await open(harness, '/settings/api-access/new', cookie);
    const html = await response.clone().text();
    expect(html).not.toContain('name="label"');
    expect(html.match(/\/revoke"/g)).toHaveLength(5);
    const text = await textOf(response);
    expect(text).toContain('This account has 5 active keys, which is the limit. Revoke one first.');
    for (let i = 0; i < 5; i++) expect(text).toContain(`Bridge ${i}`);
    expect(text).toContain('Last used: Never');
  });
});

test('while the counters are away, the last use of a key is unknown on every page that shows it', async () => {
  const harness = new Harness();
  const { cookie } = await newPerson(harness);
  const created = await submit(harness, '/settings/api-access/new', NEW_KEY, cookie);
  const id = created.headers.get('Location')?.split('/')[3];
  await harness.upstash.setFaults({ kind: 'refuse' });
  for (const path of ['/settings/api-access', `/settings/api-access/${id}`, `/settings/api-access/${id}/revoke`]) {
    const text = await textOf(await open(harness, path, cookie));
    expect(text).toContain('Unknown right now');
    expect(text).not.toContain('Last used Never');
    expect(text).not.toContain('Last used: Never');
  }
});

test.each([
  ['/terms/developers', 'Developer terms'],
  ['/privacy', 'Privacy'],
])('%s is a page for everybody, with its version, and every page links it', async (path, title) => {
  const harness = new Harness();
  const response = await open(harness, path);
  await expect(response).toHaveStatus(200);
  expect(await response.clone().text()).toContain(`<h1>${title}</h1>`);
  expect(await textOf(response)).toContain(`Version of ${TERMS_VERSION}.`);
  expect(await (await open(harness, '/sign-in')).text()).toContain(`href="${path}"`);
});

test('the terms that a new key accepts are one click away', async () => {
  const harness = new Harness();
  const { cookie } = await newPerson(harness);
  const html = await (await open(harness, '/settings/api-access/new', cookie)).text();
  expect(html).toContain('I accept the <a href="/terms/developers">developer terms</a>');
});

test('the errors of a refused form link to their fields', async () => {
  const harness = new Harness();
  const { cookie } = await newPerson(harness);
  const key = await submit(harness, '/settings/api-access/new', NEW_KEY, cookie);
  const id = key.headers.get('Location')?.split('/')[3];
  for (const path of [
    '/sign-up',
    '/settings/api-access/new',
    `/settings/api-access/${id}/schedule`,
    `/settings/api-access/${id}/webhooks/new`,
    '/report-key',
  ]) {
    const response = await submit(harness, path, {}, path === '/sign-up' ? undefined : cookie);
    const html = await response.text();
    const targets = [...html.matchAll(/<li><a href="#(\w+)">/g)].map(([, target = '']) => target);
    expect([path, response.status, targets.length > 0]).toEqual([path, 400, true]);
    for (const target of targets) expect(html).toContain(` id="${target}"`);
    expect(html).toMatch(/<title>Error: /);
    expect(html.match(/ autofocus/g)).toHaveLength(1);
  }
});

test.each([
  ['read', ['read:comment', 'read:engagement']],
  ['post', ['write:jes', 'write:jesclip', 'write:comment']],
  ['constructor', []],
])('the preset %s begins with its permissions', async (preset, scopes) => {
  const harness = new Harness();
  const { cookie } = await newPerson(harness);
  const html = await (await open(harness, `/settings/api-access/new?preset=${preset}`, cookie)).text();
  expect([...html.matchAll(/name="scopes" value="([\w:]+)" checked/g)].map(([, scope]) => scope)).toEqual(scopes);
  expect(html).toContain('60 requests a minute and 10,000 in 24 hours');
});
