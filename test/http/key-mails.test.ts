import { beforeEach, describe, expect, test } from 'vitest';
import { sendKeyMails } from '../../src/domain/key-mails/index.ts';
import { revokeAnyKey } from '../../src/domain/keys/index.ts';
import { rowsOf } from '../support/database.ts';
import { Harness, type TestKey } from '../support/harness.ts';
import { mailsTo } from '../support/people.ts';

const ME = '/api/auth/me';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let harness: Harness;
beforeEach(async () => {
  harness = new Harness();
  await send();
});

/** Sends what is due, of other tests, too. */
async function send(): Promise<void> {
  while ((await harness.run(sendKeyMails)).hasBacklog);
}

/** What an account was mailed about its keys, the oldest first. */
async function mailsOf({ username }: { username: string }) {
  return (await mailsTo(`${username}@example.com`)).reverse();
}

const subjectsOf = async (account: { username: string }) => (await mailsOf(account)).map(({ subject }) => subject);

const use = (key: TestKey, address: string) => harness.fetch(ME, { key: key.key, address });

describe('a year of a busy account', () => {
  test('brings exactly the promised mails, in their order, each once', async () => {
    const account = await harness.newAccount();
    const seen: string[] = [];
    /** Two sweeps at once, then notes what has come since the last look: the day, and the subject. */
    const start = harness.now;
    let known = 0;
    const sweep = async () => {
      await Promise.all([harness.run(sendKeyMails), harness.run(sendKeyMails)]);
      await send();
      const mails = await subjectsOf(account);
      for (const subject of mails.slice(known)) seen.push(`${(harness.now - start) / DAY} ${subject}`);
      known = mails.length;
    };
    const newKey = (label: string, options: object = {}) => harness.newKey({ account, label, ...options });
    const main = await newKey('Main', {
      expiresInDays: 365,
      ipAllowlist: ['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32'],
    });
    const short = await newKey('Short', { expiresInDays: 30 });
    const leaky = await newKey('Leaky');
    const brief = await newKey('Brief', { expiresAt: new Date(start + 5 * DAY).toISOString() });
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
      200: () => newKey('Later', { expiresInDays: 90 }),
      210: () => harness.revoke(main),
    };
    for (let day = 0; day <= 366; day++) {
      harness.now = start + day * DAY;
      // Keys are used every day from where they always are.
      if (day > 3 && day < 210 && day % 10 === 0) await use(main, '198.51.100.1');
      await days[day]?.();
      await sweep();
    }
    expect(short.id && brief.id).toBeTruthy();
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
  }, 120_000);
});
