import { describe, expect, test } from 'vitest';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { newPerson } from '../support/app/people.ts';

const FORM = '/settings/api-access/new';
const NEW_KEY = { label: 'Bridge', scopes: ['write:jes'], expiry: '90', acceptTerms: 'on' };

/** The lines of the allowlist in a form. */
function listed(html: string): string[] {
  const [, lines = ''] = /<textarea id="ipAllowlist"[^>]*>([^<]*)<\/textarea>/.exec(html) ?? [];
  return lines.split('\n').filter((line) => line !== '');
}

describe('the allowlist of the form', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ])('a person at %s can add %s, which the key then has', async (address, entry) => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const form = await (await harness.fetch(FORM, { cookie, address })).text();
    expect(form).toContain(`Add the address that you use now: <code>${entry}</code>`);
    const fields = { ...NEW_KEY, ipAllowlist: '192.0.2.1\r\n', allowCurrent: 'on' };
    const created = await submit(harness, FORM, fields, cookie, address);
    await expect(created).toHaveStatus(303);
    const { body } = await listKeys(harness, cookie);
    expect(body.apiKeys[0]?.ipAllowlist).toEqual(['192.0.2.1', entry]);
  });

  test('shows what was added, once, when the form comes back', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const wrong = { ...NEW_KEY, label: '', ipAllowlist: '203.0.113.7', allowCurrent: 'on' };
    const response = await submit(harness, FORM, wrong, cookie, '203.0.113.7');
    expect([response.status, listed(await response.text())]).toEqual([400, ['203.0.113.7']]);
  });
});

describe('an address that a key refused', () => {
  test('is a click away from a key like it that allows it too; no other address of a link is taken', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, ipAllowlist: ['192.0.2.1'], scopes: ['write:comment'] });
    const { response, settled } = harness.start('/api/auth/me', { key: key.key, address: '2001:db8:9:8:7:6:5:4' });
    await expect(await response).toHaveStatus(403);
    await settled();
    const page = await (await open(harness, `/settings/api-access/${key.id}`, person.cookie)).text();
    const [, link = ''] = /href="([^"]*&amp;plus=[^"]*)"/.exec(page) ?? [];
    const path = link.replaceAll('&amp;', '&');
    const form = await (await open(harness, path, person.cookie)).text();
    expect(listed(form)).toEqual(['192.0.2.1', '2001:db8:9:8::/64']);
    expect(form).toContain('value="write:comment" checked=""');
    for (const plus of ['203.0.113.9', '<b>', '0.0.0.0/0', '']) {
      const other = await open(harness, `${FORM}?like=${key.id}&plus=${encodeURIComponent(plus)}`, person.cookie);
      expect(listed(await other.text())).toEqual(['192.0.2.1']);
    }
    const stranger = await newPerson(harness);
    await expect(await open(harness, path, stranger.cookie)).toHaveStatus(404);
  });
});

test.each([
  [[], null],
  [['192.0.2.1'], 'Only IPv4 addresses are listed. A client that also has IPv6 is refused whenever it uses that.'],
  [['2001:db8::/32'], 'Only IPv6 addresses are listed. A client that also has IPv4 is refused whenever it uses that.'],
  [['192.0.2.1', '2001:db8::/32'], null],
])('a key with the allowlist %j is warned of: %s', async (ipAllowlist, said) => {
  const harness = new Harness();
  const person = await newPerson(harness);
  const { id } = await harness.newKey({ account: person, ipAllowlist });
  const text = await textOf(await open(harness, `/settings/api-access/${id}`, person.cookie));
  if (said === null) expect(text).not.toMatch(/Only IPv[46] addresses/);
  else expect(text).toContain(said);
});

async function listKeys(harness: Harness, cookie: string) {
  const response = await harness.fetch('/api/auth/api-keys', { cookie });
  return { body: (await response.json()) as { apiKeys: { ipAllowlist: string[] }[] } };
}
