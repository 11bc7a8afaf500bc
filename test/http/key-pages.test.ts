import { describe, expect, test } from 'vitest';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { cookieOf, newPerson } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

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
  await expect(response).toHaveStatus(303);
  const location = response.headers.get('Location') ?? '';
  return { response, location, id: location.split('/')[3] ?? '', reveal: cookieOf(response) };
}

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
    await expect(shown).toHaveStatus(200);
    const [key = ''] = /jes_live_[0-9A-Za-z]{49}/.exec(await shown.text()) ?? [];
    expect(JSON.stringify([...response.headers, ...shown.headers])).not.toContain(key.slice(13));
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
    expect(shown.headers.getSetCookie()).toEqual([
      `__Secure-jestha.reveal=; Max-Age=0; Path=/settings/api-access/${id}; HttpOnly; Secure; SameSite=Strict`,
    ]);

    const again = await open(harness, location, `${cookie}; ${reveal}`);
    await expect(again).toHaveStatus(410);
    expect(await again.text()).not.toContain(key);
  });

  test('shows the key to that browser only, and without it the key still waits', async () => {
    const harness = new Harness();
    const [owner, other] = [await newPerson(harness), await newPerson(harness)];
    const { location, reveal } = await generate(harness, owner.cookie);
    await expect(await open(harness, location, owner.cookie)).toHaveStatus(410);
    await expect(await open(harness, location, `${other.cookie}; ${reveal}`)).toHaveStatus(404);
    await expect(await open(harness, location, reveal)).toHaveStatus(303);
    await expect(await open(harness, location, `${owner.cookie}; ${reveal}`)).toHaveStatus(200);
  });

  test('shows it for ten minutes', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const { location, reveal } = await generate(harness, cookie);
    harness.now += 600_000;
    await expect(await open(harness, location, `${cookie}; ${reveal}`)).toHaveStatus(410);
  });

  test.each(['a;b', 'a\nb', 'nope'])('stores nothing under an id that is none: %j', async (id) => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const path = `/settings/api-access/${encodeURIComponent(id)}/key`;
    await expect(await submit(harness, path, {}, cookie)).toHaveStatus(404);
  });

  test('makes no key where it cannot be kept for the page that shows it', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    await harness.neon.setFaults({ kind: 'refuse', match: 'insert into \\"key_reveals\\"' });
    await expect(await submit(harness, '/settings/api-access/new', NEW_KEY, person.cookie)).toHaveStatus(503);
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
    await expect(response).toHaveStatus(400);
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
    await expect(response).toHaveStatus(404);
    const text = await textOf(response);
    expect(text).toContain(`@${username} Sign out`);
    expect(text).not.toContain('Sign up');
  });

  test('is seen and touched by its owner only', async () => {
    const harness = new Harness();
    const [owner, other] = [await newPerson(harness), await newPerson(harness)];
    const { id } = await generate(harness, owner.cookie);
    const path = `/settings/api-access/${id}`;
    await expect(await open(harness, path, other.cookie)).toHaveStatus(404);
    await expect(await open(harness, `${path}/revoke`, other.cookie)).toHaveStatus(404);
    await expect(await submit(harness, `${path}/revoke`, {}, other.cookie)).toHaveStatus(404);
    await expect(await open(harness, `/settings/api-access/new?like=${id}`, other.cookie)).toHaveStatus(404);
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
      await expect(response).toHaveStatus(200);
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
