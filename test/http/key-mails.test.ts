import { beforeEach, describe, expect, test } from 'vitest';
import { sendKeyMails } from '../../src/domain/key-mails/index.ts';
import { revokeAnyKey } from '../../src/domain/keys/index.ts';
import { sendLeakMails } from '../../src/domain/leaks/index.ts';
import { resetPassword } from '../../src/domain/ownership/index.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness, type TestKey } from '../support/app/harness.ts';
import { mailsTo, newAddress, newPerson, requestReset, tokenIn, visitorFrom } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let harness: Harness;
beforeEach(async () => {
  harness = new Harness();
  await send();
});

/** Sends all due mails, those of other tests, too. */
async function send(): Promise<void> {
  while ((await harness.run(sendKeyMails)).hasBacklog);
}

/** The mails to an account about its keys, the oldest first. */
async function mailsOf({ username }: { username: string }) {
  return (await mailsTo(`${username}@example.com`)).reverse();
}

const subjectsOf = async (account: { username: string }) => (await mailsOf(account)).map(({ subject }) => subject);

const use = (key: TestKey, address: string) => harness.fetch(ME, { key: key.key, address });

describe('a year of a busy account', () => {
  test('brings exactly the promised mails, in their order, each once', async () => {
    const account = await harness.newAccount();
    const seen: string[] = [];
    /** Sweeps twice at once, then notes what has come since the last look: the day, and the subject. */
    const start = harness.now;
    let known = 0;
    const sweep = async () => {
      await Promise.all([harness.run(sendKeyMails), harness.run(sendKeyMails)]);
      await send();
      await harness.run(sendLeakMails);
      const mails = await subjectsOf(account);
      for (const subject of mails.slice(known)) seen.push(`${Math.floor((harness.now - start) / DAY)} ${subject}`);
      known = mails.length;
    };
    const newKey = (label: string, options: object = {}) => {
      harness.now += 1;
      return harness.newKey({ account, label, ...options });
    };
    const main = await newKey('Main', {
      expiresInDays: 365,
      ipAllowlist: ['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32'],
    });
    await newKey('Short', { expiresInDays: 30 });
    const leaky = await newKey('Leaky');
    await newKey('Brief', { expiresAt: new Date(start + 5 * DAY).toISOString() });
    const days: Record<number, () => Promise<unknown>> = {
      1: async () => {
        await use(main, '192.0.2.1');
        await use(main, '192.0.2.200');
        await use(main, '198.51.100.1');
      },
      3: () => use(main, '192.0.2.77'),
      50: () => use(main, '2001:db8:1::1'),
      51: () => use(main, '2001:db8:1:ffff::1'),
      90: async () => {
        for (let i = 0; i < 25; i++) await use(main, '203.0.113.9');
      },
      91: async () => {
        for (let i = 0; i < 19; i++) await use(main, '203.0.113.9');
      },
      120: () => harness.run((ctx) => revokeAnyKey(ctx, { id: leaky.id }, 'leaked')),
      200: () => harness.newKey({ account, label: 'Later', expiresInDays: 90 }),
      210: () => harness.revoke(main),
    };
    for (let day = 0; day <= 366; day++) {
      harness.now = start + day * DAY + 10;
      // Keys are used every day from their usual addresses.
      if (day > 3 && day < 210 && day % 10 === 0) await use(main, '198.51.100.1');
      await days[day]?.();
      await sweep();
    }
    expect(seen).toEqual([
      '0 A Jestha API key was generated: "Main"',
      '0 A Jestha API key was generated: "Short"',
      '0 A Jestha API key was generated: "Leaky"',
      '0 A Jestha API key was generated: "Brief"',
      '1 Your Jestha API key "Main" was used from a new network',
      '4 Your Jestha API key "Brief" expires in 1 day',
      '5 Your Jestha API key "Brief" has expired',
      '10 Your Jestha API key "Main" was used from a new network',
      '23 Your Jestha API key "Short" expires in 7 days',
      '29 Your Jestha API key "Short" expires in 1 day',
      '30 Your Jestha API key "Short" has expired',
      '50 Your Jestha API key "Main" was used from a new network',
      '90 Many requests with your Jestha API key "Main" are refused',
      '120 Your Jestha API key "Leaky" leaked and is revoked',
      '200 A Jestha API key was generated: "Later"',
      '210 Your Jestha API key "Main" was revoked',
      '260 Your Jestha API key "Later" expires in 30 days',
      '283 Your Jestha API key "Later" expires in 7 days',
      '289 Your Jestha API key "Later" expires in 1 day',
      '290 Your Jestha API key "Later" has expired',
    ]);
    const unsent = await rowsOf(
      harness,
      `SELECT m.kind FROM key_mails m JOIN api_keys k ON k.id = m.api_key_id
       WHERE k.account_id = '${account.id}' AND sent_at IS NULL ORDER BY m.due_at`,
    );
    // Nineteen refusals are not many, and a revoked key gets no warnings.
    expect(unsent.map(({ kind }) => kind)).toEqual(['refused', 'expires_30', 'expires_7', 'expires_1', 'expired']);
  });
});

const mailTo = async (account: { username: string }, start: string) =>
  (await mailsOf(account)).find(({ subject }) => subject.startsWith(start));

describe('a mail about a key', () => {
  test('that was generated names the masked key, the address and the page, and holds no key', async () => {
    const person = await newPerson(harness);
    const created = await harness.fetch('/api/auth/api-keys', {
      address: '192.0.2.9',
      headers: { Cookie: person.cookie },
      body: { label: 'Blog bridge', scopes: ['write:jes'], acceptTerms: true },
    });
    const { apiKey, key } = (await created.json()) as { apiKey: { id: string; maskedKey: string }; key: string };
    await harness.sweep();
    const mail = await mailTo(person, 'A Jestha API key');
    expect(mail).toMatchObject({
      subject: 'A Jestha API key was generated: "Blog bridge"',
      text: [
        `The API key ${apiKey.maskedKey} ("Blog bridge") was generated on 2026-11-24, 12:00 UTC from 192.0.2.9.`,
        'If it was not you, revoke the key on its page and change your password.',
        `The page of this key:\nhttps://jestha.com/settings/api-access/${apiKey.id}`,
      ].join('\n\n'),
    });
    expect(JSON.stringify(mail)).not.toContain(key);
    expect(mail).not.toHaveProperty('headers');
  });

  test('that was revoked says by whom, once, however often it is revoked', async () => {
    const [own, admins] = [await harness.newKey({ label: 'Own' }), await harness.newKey({ label: 'Other' })];
    await harness.revoke(own);
    harness.now += MINUTE;
    await harness.revoke(own);
    await harness.run((ctx) => revokeAnyKey(ctx, { id: admins.id }, 'admin'));
    await harness.run((ctx) => revokeAnyKey(ctx, { id: admins.id }, 'admin'));
    await send();
    await send();
    expect(await subjectsOf(own)).toEqual([
      'A Jestha API key was generated: "Own"',
      'Your Jestha API key "Own" was revoked',
    ]);
    expect((await mailTo(own, 'Your'))?.text).toContain(
      'was revoked on 2026-11-24, 12:00 UTC in the settings of your account.',
    );
    expect((await subjectsOf(admins)).slice(1)).toEqual(['Your Jestha API key "Other" was revoked']);
    expect((await mailTo(admins, 'Your'))?.text).toContain('was revoked on 2026-11-24, 12:01 UTC by Jestha.');
  });

  test('that leaked is the one about the leak, and no other', async () => {
    const key = await harness.newKey({ label: 'Leaky', expiresInDays: 30 });
    await harness.run((ctx) => revokeAnyKey(ctx, { id: key.id }, 'leaked'));
    await harness.sweep();
    harness.now += 30 * DAY;
    await send();
    expect((await subjectsOf(key)).sort()).toEqual([
      'A Jestha API key was generated: "Leaky"',
      'Your Jestha API key "Leaky" leaked and is revoked',
    ]);
  });

  test('is one for all keys that a new password revokes, but for those that had expired', async () => {
    const person = await newPerson(harness);
    const first = await harness.newKey({ account: person, label: 'First' });
    harness.now += 1;
    const second = await harness.newKey({ account: person, label: 'Second' });
    await harness.newKey({ account: person, label: 'Past', expiresAt: new Date(harness.now + MINUTE).toISOString() });
    harness.now += HOUR;
    await send();
    await requestReset(harness, person.email);
    const token = tokenIn((await mailsTo(person.email))[0]);
    await harness.run((ctx) =>
      resetPassword(ctx, visitorFrom('192.0.2.3'), { token, password: 'battery staple', revokeKeys: true }),
    );
    await send();
    const mails = (await mailsOf(person)).filter(({ subject }) => subject.includes('revoked'));
    expect(mails.map(({ subject }) => subject)).toEqual(['All your Jestha API keys were revoked']);
    const masked = ({ key }: TestKey) => `${key.slice(0, 13)}****`;
    expect(mails[0]?.text).toContain(`- ${masked(first)} ("First")\n- ${masked(second)} ("Second")\n\n`);
    expect(mails[0]?.text).toContain('https://jestha.com/settings/api-access');
    expect(mails[0]?.text).not.toContain('Past');
  });

  test('does not come to an account that is suspended, to be deleted, or whose address is unproven', async () => {
    const keys = [await harness.newKey(), await harness.newKey(), await harness.newKey()];
    const set = async (key: TestKey | undefined, what: string) =>
      await rowsOf(harness, `UPDATE accounts SET ${what} WHERE id = '${key?.accountId}'`);
    await set(keys[0], 'suspended_at = now()');
    await set(keys[1], 'deletion_requested_at = now()');
    await set(keys[2], 'email_verified = false');
    await send();
    expect(await Promise.all(keys.map(subjectsOf))).toEqual([[], [], []]);
  });

  test('to an account that asked for its deletion is about that alone, after its return, too', async () => {
    const person = await newPerson(harness);
    await harness.newKey({ account: person, label: 'Gone' });
    await send();
    const body = { password: person.password };
    const headers = { Cookie: person.cookie };
    await harness.fetch('/api/auth/account', { method: 'DELETE', address: newAddress(), headers, body });
    await rowsOf(harness, `UPDATE accounts SET deletion_requested_at = NULL WHERE id = '${person.id}'`);
    await send();
    expect((await mailsOf(person)).filter(({ subject }) => subject.includes('revoked'))).toEqual([]);
  });

  test('that the provider does not take is tried again for a day, and a mail it did take is sent once', async () => {
    const key = await harness.newKey();
    const broken = new Harness({ MAIL_API_KEY: 'wrong' });
    expect(await broken.run(sendKeyMails)).toEqual({ sent: 0, failed: 1, hasBacklog: true });
    // No earlier than after the wait.
    expect(await harness.run(sendKeyMails)).toEqual({ sent: 0, failed: 0, hasBacklog: false });
    harness.now += 5 * MINUTE;
    expect(await harness.run(sendKeyMails)).toEqual({ sent: 1, failed: 0, hasBacklog: false });
    // Simulates that Neon could not note it.
    await rowsOf(harness, `UPDATE key_mails SET sent_at = NULL, retry_at = NULL WHERE api_key_id = '${key.id}'`);
    await harness.run(sendKeyMails);
    expect(await subjectsOf(key)).toHaveLength(1);

    const late = await harness.newKey();
    harness.now += DAY;
    await send();
    expect(await subjectsOf(late)).toEqual([]);
  });

  test('fails three times in a run at most', async () => {
    for (let i = 0; i < 5; i++) await harness.newKey();
    const broken = new Harness({ MAIL_API_KEY: 'wrong' });
    expect(await broken.run(sendKeyMails)).toEqual({ sent: 0, failed: 3, hasBacklog: true });
  });
});

describe('a key used from a new network', () => {
  test('brings a mail a day, and a network that had to wait is named on the next day', async () => {
    const key = await harness.newKey();
    await use(key, '192.0.2.1');
    await use(key, '198.51.100.1');
    await send();
    expect((await mailTo(key, 'Your'))?.text).toContain('was used from 192.0.2.1 on 2026-11-24, 12:00 UTC.');
    harness.now += DAY;
    await use(key, '192.0.2.8');
    await use(key, '198.51.100.1');
    await send();
    await use(key, '203.0.113.1');
    await send();
    const texts = (await mailsOf(key)).filter(({ subject }) => subject.includes('new network')).map(({ text }) => text);
    expect(texts).toHaveLength(2);
    expect(texts[1]).toContain('was used from 198.51.100.1 on 2026-11-25, 12:00 UTC.');
  });
});

describe('many refusals by the allowlist', () => {
  const refuse = async (key: TestKey, times: number) => {
    for (let i = 0; i < times; i++) await use(key, '203.0.113.9');
  };
  const mailed = async (key: TestKey) =>
    (await subjectsOf(key)).filter((subject) => subject.startsWith('Many requests')).length;

  test('within an hour of the first bring one mail a day', async () => {
    const key = await harness.newKey({ ipAllowlist: ['192.0.2.1'] });
    await refuse(key, 19);
    await send();
    expect(await mailed(key)).toBe(0);
    harness.now += HOUR - 1;
    await refuse(key, 1);
    await send();
    expect(await mailed(key)).toBe(1);
    expect((await mailTo(key, 'Many'))?.text).toContain('One address was 203.0.113.9.');
    harness.now += 2 * HOUR;
    await refuse(key, 25);
    await send();
    expect(await mailed(key)).toBe(1);
    harness.now += DAY;
    await refuse(key, 25);
    await send();
    expect(await mailed(key)).toBe(2);
  });

  test('that are spread over more than an hour bring no mail', async () => {
    const key = await harness.newKey({ ipAllowlist: ['192.0.2.1'] });
    await refuse(key, 19);
    harness.now += HOUR;
    await refuse(key, 19);
    await send();
    expect(await mailed(key)).toBe(0);
  });
});

describe('warnings by mail', () => {
  const soon = () => ({ expiresAt: new Date(harness.now + 7 * DAY + MINUTE).toISOString() });

  /** A key whose owner was warned that it expires in 7 days, and the link in that mail. */
  async function warned() {
    const key = await harness.newKey(soon());
    harness.now += 2 * MINUTE;
    await send();
    const mail = await mailTo(key, 'Your');
    const [, link = 'none'] = /Stop mails about expiry and refused addresses:\n(\S+)/.exec(mail?.text ?? '') ?? [];
    return { key, mail, link, path: link.replace('https://jestha.com', '') };
  }

  test('carry a link and the headers of RFC 8058', async () => {
    const { mail, link } = await warned();
    expect(mail?.subject).toBe('Your Jestha API key "Test service" expires in 7 days');
    expect(link).toMatch(/^https:\/\/jestha\.com\/unsubscribe\?token=[0-9A-Z]{26}\.[\w-]{43}$/);
    expect(mail?.headers).toEqual({
      'List-Unsubscribe': `<${link}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
  });

  test('are stopped by the button of that link alone, and started again on Settings', async () => {
    const { key, path } = await warned();
    const stopped = async () =>
      (
        await rowsOf(
          harness,
          `SELECT key_warnings_stopped_at IS NOT NULL AS stopped FROM accounts WHERE id = '${key.accountId}'`,
        )
      )[0]?.stopped;
    for (const method of ['GET', 'HEAD']) await expect(await harness.fetch(path, { method })).toHaveStatus(200);
    expect(await stopped()).toBe(false);
    const oneClick = await harness.fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect([oneClick.status, oneClick.headers.get('Location')]).toEqual([200, null]);
    expect(await stopped()).toBe(true);
    harness.now += 7 * DAY;
    await send();
    // Mails that keep the account safe come all the same.
    await use(key, '192.0.2.1');
    const other = await harness.newKey({ account: { id: key.accountId, username: key.username }, label: 'Other' });
    await use(other, '192.0.2.1');
    await harness.revoke(other);
    await send();
    expect((await subjectsOf(key)).slice(2)).toEqual([
      'A Jestha API key was generated: "Other"',
      'Your Jestha API key "Other" was used from a new network',
      'Your Jestha API key "Other" was revoked',
    ]);

    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const page = async () => await textOf(await open(harness, '/settings/api-access', person.cookie));
    expect(await page()).toContain('You get no mails about expiry and refused addresses.');
    const flip = (warnings: string) => submit(harness, '/settings/api-access/mails', { warnings }, person.cookie);
    expect((await flip('on')).headers.get('Location')).toBe('/settings/api-access');
    expect(await page()).toContain('We mail you 30, 7 and 1 days before a key expires');
    expect(await stopped()).toBe(false);
    await flip('off');
    expect(await stopped()).toBe(true);
  });

  test('are not stopped by a link that was changed, of another account, or by another site', async () => {
    const [{ key, path }, other] = [await warned(), await harness.newAccount()];
    for (const token of [
      '',
      'x',
      `${path.split('token=')[1]}x`,
      `${other.id}.${path.split('.')[1]}`,
      `${key.accountId}.`,
      path.split('token=')[1]?.split('.')[0] ?? '',
    ]) {
      await expect(await submit(harness, `/unsubscribe?token=${token}`, {})).toHaveStatus(400);
    }
    const crossSite = await harness.fetch(path, { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } });
    await expect(crossSite).toHaveStatus(403);
    expect(
      await rowsOf(
        harness,
        `SELECT id FROM accounts WHERE key_warnings_stopped_at IS NOT NULL AND id IN ('${key.accountId}', '${other.id}')`,
      ),
    ).toEqual([]);
  });
});

describe('the health of keys', () => {
  test('is the same in the list, on Settings and on the page of a key; unknown uses claim nothing', async () => {
    const key = await harness.newKey({ expiresAt: new Date(harness.now + 3 * DAY).toISOString() });
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const list = async () => {
      const response = await harness.fetch('/api/auth/api-keys', { cookie: person.cookie });
      const { apiKeys } = (await response.json()) as { apiKeys: { health: { code: string }[] }[] };
      return apiKeys[0]?.health;
    };
    expect(await list()).toEqual([
      {
        code: 'expires_soon',
        severity: 'warning',
        message: 'Expires in 3 days.',
        action: 'Generate another key with the same scopes, give it to your service, then revoke this one.',
      },
      { code: 'never_used', severity: 'notice', message: 'Never used.', action: 'Revoke it if you do not need it.' },
      {
        code: 'no_allowlist',
        severity: 'notice',
        message: 'Works from any address.',
        action: 'If your service has fixed addresses, replace it by a key that allows only these.',
      },
    ]);
    for (const path of ['/settings/api-access', `/settings/api-access/${key.id}`]) {
      const html = await (await open(harness, path, person.cookie)).text();
      expect(html).toContain('<li class="warning"><strong>Expires in 3 days.</strong> Generate another key');
      expect(html).toContain('<li class="notice"><strong>Never used.</strong> Revoke it');
    }
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect((await list())?.map(({ code }) => code)).toEqual(['expires_soon', 'no_allowlist']);
    await harness.upstash.setFaults();
    await use(key, '192.0.2.1');
    expect((await list())?.map(({ code }) => code)).toEqual(['expires_soon', 'no_allowlist']);
  });
});
