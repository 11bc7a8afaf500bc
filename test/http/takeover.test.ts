import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createKey } from '../../src/domain/keys/index.ts';
import { suspendAccount } from '../../src/domain/suspension/index.ts';
import { toBase64Url, utf8 } from '../../src/lib/bytes.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import {
  confirmEmail,
  cookieOf,
  mailsTo,
  newAddress,
  newPerson,
  requestReset,
  signUp,
  type TestPerson,
  tokenIn,
} from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const KEYS = '/api/auth/api-keys';
const NEW_KEY = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
const GOOGLE = { GOOGLE_CLIENT_ID: 'id.apps.googleusercontent.com', GOOGLE_CLIENT_SECRET: 'google-secret' };

const EMAIL_UNVERIFIED = {
  status: 403,
  body: {
    error: 'Email address not confirmed',
    message:
      'Confirm your email address first. Open the link that we mailed you, or send it again in Settings → API access.',
    code: 'email_unverified',
  },
};

let harness: Harness;
/** A person who signed up with another person's address, and never proved it. */
let stranger: TestPerson;

beforeEach(async () => {
  harness = new Harness(GOOGLE);
  stranger = await signUp(harness);
});

const statusOf = async (cookie: string) => (await harness.fetch(ME, { cookie })).status;
const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;
const signIn = (email: string, password: string) =>
  harness.fetch('/api/auth/sign-in/email', { address: newAddress(), body: { email, password } });
const newestToken = async (email: string) => tokenIn((await mailsTo(email))[0]);
const isProven = async ({ id }: { readonly id: string }) =>
  (await rowsOf<{ email_verified: unknown }>(harness, `SELECT email_verified FROM accounts WHERE id = '${id}'`))[0]
    ?.email_verified;

/** A key of the stranger's from the time when an unproven address sufficed, warm in Redis. */
async function oldKey(): Promise<TestKey> {
  const key = await harness.newKey({ account: stranger });
  await rowsOf(harness, `UPDATE accounts SET email_verified = false WHERE id = '${stranger.id}'`);
  await expect(await harness.fetch(ME, { key: key.key })).toHaveStatus(200);
  return key;
}

/** Sends the form of the page that a mail to choose a password leads to. */
const reset = (token: string, fields: Record<string, string> = { revokeKeys: 'on' }) =>
  submit(harness, '/reset-password', { token, password: 'battery staple', ...fields });

/** Nothing that the stranger had opens the account. */
async function expectStrangerOut(key: TestKey): Promise<void> {
  expect(await statusOf(stranger.cookie)).toBe(401);
  await expect(await signIn(stranger.email, stranger.password)).toHaveStatus(401);
  expect(await codeOf(await harness.fetch('/api/posts', { key: key.key, body: { content: 'Mine' } }))).toBe(
    'api_key_revoked',
  );
  // Neon refuses too, after Redis has lost the record.
  await harness.chill(key);
  expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
  const rows = await rowsOf(harness, `SELECT revoked_reason FROM api_keys WHERE id = '${key.id}'`);
  expect(rows).toEqual([{ revoked_reason: 'user' }]);
  const events = await rowsOf(
    harness,
    `SELECT event FROM audit_log WHERE api_key_id = '${key.id}' AND event = 'revoked' AND length(id) = 26`,
  );
  expect(events).toEqual([{ event: 'revoked' }]);
}

describe('an account whose email address is unproven', () => {
  test('generates no API key, on the API or on the page, until the address is proven', async () => {
    const generate = () => harness.fetch(KEYS, { cookie: stranger.cookie, body: NEW_KEY });
    expect(await answerOf(await generate())).toEqual(EMAIL_UNVERIFIED);
    const form = { label: 'Bridge', scopes: ['write:jes'], expiry: '90', acceptTerms: 'on' };
    const page = await submit(harness, '/settings/api-access/new', form, stranger.cookie);
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('value="Bridge"')]);
    expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${stranger.id}'`)).toEqual([]);
    const settings = await textOf(await open(harness, '/settings/api-access', stranger.cookie));
    expect(settings).toContain('Until then you cannot generate API keys.');
    expect(settings).toContain('Mail the link again');
    expect(settings).not.toContain('Generate your first key');

    await confirmEmail(harness, await newestToken(stranger.email), stranger.cookie);
    await expect(await generate()).toHaveStatus(201);
  });

  test('has no key whatever verb generates it: the INSERT itself demands the proof', async () => {
    await expect(
      harness.run((ctx) => createKey(ctx, stranger.id, { label: 'Bot', scopes: ['write:jes'], acceptTerms: true })),
    ).rejects.toMatchObject({ reason: { code: 'email_unverified' } });
    expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${stranger.id}'`)).toEqual([]);
  });
});

describe('the mailed link', () => {
  test.each(['GET', 'HEAD'])('changes nothing by %s, as mail scanners send it', async (method) => {
    const token = await newestToken(stranger.email);
    await requestReset(harness, stranger.email);
    const resetToken = await newestToken(stranger.email);
    const tables = async () => [
      await rowsOf(harness, `SELECT * FROM accounts WHERE id = '${stranger.id}'`),
      await rowsOf(harness, `SELECT * FROM mailed_links WHERE account_id = '${stranger.id}' ORDER BY hash`),
      await rowsOf(harness, `SELECT * FROM sessions WHERE account_id = '${stranger.id}'`),
    ];
    const before = await tables();
    for (const path of [`/verify-email?token=${token}`, `/reset-password?token=${resetToken}`]) {
      for (const cookie of [undefined, stranger.cookie]) {
        const response = await harness.fetch(path, { method, ...(cookie !== undefined && { cookie }) });
        await expect(response).toHaveStatus(200);
      }
    }
    expect(await tables()).toEqual(before);
    expect(await isProven(stranger)).toBe(before[0]?.[0]?.email_verified);
  });

  test('leads to a page whose button confirms, and offers to sign in first', async () => {
    const token = await newestToken(stranger.email);
    const html = await (await open(harness, `/verify-email?token=${token}`)).text();
    expect(html).toContain('<form method="post" action="/verify-email">');
    expect(html).toContain(`<input type="hidden" name="token" value="${token}"/>`);
    const next = encodeURIComponent(`/verify-email?token=${token}`);
    expect(html).toContain(`/sign-in?next=${next}`);
    expect(await (await open(harness, `/sign-in?next=${next}`)).text()).toContain(
      `value="/verify-email?token=${token}"`,
    );
    const signedIn = await submit(harness, '/sign-in', {
      email: stranger.email,
      password: stranger.password,
      next: `/verify-email?token=${token}`,
    });
    expect(signedIn.headers.get('Location')).toBe(`/verify-email?token=${token}`);
  });

  test('opened with a session of the account proves the address and ends nothing', async () => {
    const other = cookieOf(await signIn(stranger.email, stranger.password));
    const response = await confirmEmail(harness, await newestToken(stranger.email), other);
    expect([response.status, await textOf(response)]).toEqual([
      200,
      expect.stringContaining('Your email address is confirmed'),
    ]);
    expect([await statusOf(stranger.cookie), await statusOf(other)]).toEqual([200, 200]);
    await expect(await signIn(stranger.email, stranger.password)).toHaveStatus(200);
  });

  test('opened without a session proves the address and ends everything from before', async () => {
    const key = await oldKey();
    const response = await confirmEmail(harness, await newestToken(stranger.email));
    await expect(response).toHaveStatus(200);
    const html = await response.text();
    expect(html).toContain('Your email address is confirmed. All that was set up before has ended');
    await expectStrangerOut(key);
    const chosen = await reset(/name="token" value="(\w+)"/.exec(html)?.[1] ?? '');
    expect(chosen.headers.get('Location')).toBe('/sign-in?notice=reset');
    const owner = await signIn(stranger.email, 'battery staple');
    expect(await answerOf(owner)).toMatchObject({ status: 200, body: { id: stranger.id, emailVerified: true } });
  });

  test('opened with a session that has ended meanwhile ends everything from before, too', async () => {
    const key = await oldKey();
    await rowsOf(harness, `DELETE FROM sessions WHERE account_id = '${stranger.id}'`);
    await expect(await confirmEmail(harness, await newestToken(stranger.email), stranger.cookie)).toHaveStatus(200);
    await expectStrangerOut(key);
  });

  test('opened with a session of another account changes nothing', async () => {
    const other = await signUp(harness);
    const token = await newestToken(stranger.email);
    const response = await confirmEmail(harness, token, other.cookie);
    expect([response.status, await textOf(response)]).toEqual([
      400,
      expect.stringContaining('This link is for another account'),
    ]);
    expect(await statusOf(stranger.cookie)).toBe(200);
    await expect(await confirmEmail(harness, token, stranger.cookie)).toHaveStatus(200);
  });

  test('opened by five browsers at once is used once', async () => {
    const token = await newestToken(stranger.email);
    const pages = await Promise.all(Array.from({ length: 5 }, () => confirmEmail(harness, token)));
    const texts = await Promise.all(pages.map(textOf));
    expect(texts.filter((text) => text.includes('Choose a new password'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('This link was already used'))).toHaveLength(4);
  });

  test.each(['', '\0', 'é', `${'a'.repeat(31)}'`, 'x'.repeat(33)])('with the token %j is invalid', async (token) => {
    const response = await confirmEmail(harness, token);
    expect([response.status, await textOf(response)]).toEqual([
      400,
      expect.stringContaining('This link does not work'),
    ]);
  });

  test('of one purpose does not serve the other', async () => {
    const verification = await newestToken(stranger.email);
    await requestReset(harness, stranger.email);
    await expect(await reset(verification)).toHaveStatus(400);
    await expect(await confirmEmail(harness, await newestToken(stranger.email))).toHaveStatus(400);
    expect(await statusOf(stranger.cookie)).toBe(200);
  });
});

describe('a password reset', () => {
  test('of an unproven address ends the stranger’s sessions, password and keys, even with the box unchecked', async () => {
    const key = await oldKey();
    await requestReset(harness, stranger.email);
    await expect(await reset(await newestToken(stranger.email), {})).toHaveStatus(303);
    await expectStrangerOut(key);
    expect(await answerOf(await signIn(stranger.email, 'battery staple'))).toMatchObject({
      status: 200,
      body: { emailVerified: true },
    });
  });

  test('offers, ticked, to revoke all keys, and revokes them at once', async () => {
    const person = await newPerson(harness);
    const keys = [await harness.newKey({ account: person }), await harness.newKey({ account: person })];
    for (const { key } of keys) await harness.fetch(ME, { key });
    await requestReset(harness, person.email);
    const token = await newestToken(person.email);
    const html = await (await open(harness, `/reset-password?token=${token}`)).text();
    expect(html).toMatch(/<input type="checkbox" name="revokeKeys" checked=""\/>/);
    await harness.upstash.reset();
    await expect(await reset(token)).toHaveStatus(303);
    // The throttle, then all markers in one request.
    expect(await harness.upstash.counters()).toMatchObject({ requests: 2 });
    for (const { key } of keys) expect(await codeOf(await harness.fetch(ME, { key }))).toBe('api_key_revoked');
  });

  test('keeps the keys of a proven address if the box is not ticked, and ends the sessions', async () => {
    const person = await newPerson(harness);
    const { key } = await harness.newKey({ account: person });
    await requestReset(harness, person.email);
    await expect(await reset(await newestToken(person.email), {})).toHaveStatus(303);
    await expect(await harness.fetch(ME, { key })).toHaveStatus(200);
    expect(await statusOf(person.cookie)).toBe(401);
  });

  test('ends all other links that were mailed before', async () => {
    await requestReset(harness, stranger.email);
    const first = await newestToken(stranger.email);
    await requestReset(harness, stranger.email);
    const second = await newestToken(stranger.email);
    await expect(await reset(second)).toHaveStatus(303);
    const late = await submit(harness, '/reset-password', { token: first, password: 'third horse' });
    expect([late.status, await textOf(late)]).toEqual([
      400,
      expect.stringContaining('this link was used already or is too old'),
    ]);
    await expect(await signIn(stranger.email, 'battery staple')).toHaveStatus(200);
  });

  test('that fails in Redis says so, and the sweep repeats it', async () => {
    const key = await oldKey();
    await requestReset(harness, stranger.email);
    const token = await newestToken(stranger.email);
    await harness.upstash.setFaults({ kind: 'refuse' });
    const response = await reset(token);
    expect([response.status, await textOf(response)]).toEqual([
      503,
      expect.stringContaining('your API keys are revoked, but not all of our caches know it yet'),
    ]);
    await harness.upstash.setFaults();
    await harness.sweep();
    await expectStrangerOut(key);
  });
});

describe('keys that are generated while the owner takes over', () => {
  test('are revoked or refused: none is left, whichever came first', async () => {
    for (let round = 0; round < 5; round++) {
      const person = await newPerson(harness);
      await requestReset(harness, person.email);
      const token = await newestToken(person.email);
      const generate = () => harness.fetch(KEYS, { cookie: person.cookie, body: NEW_KEY });
      const [done] = await Promise.all([reset(token), generate(), generate(), generate()]);
      await expect(done).toHaveStatus(303);
      // A session that was looked up before it ended may write after it: see the suite of statements that ask for their
      // actor.
      const [row] = await rowsOf<{ early: string }>(
        harness,
        `SELECT count(*) AS early FROM api_keys k WHERE account_id = '${person.id}' AND revoked_at IS NULL
          AND xmin::text::bigint < (SELECT xmin::text::bigint FROM accounts WHERE id = k.account_id)`,
      );
      expect(Number(row?.early)).toBe(0);
    }
  });
});

describe('"Continue with Google"', () => {
  /** Answers for Google: the tokens for a code. */
  function answerAsGoogle(email: string, isVerified = true): void {
    const part = (value: object) => toBase64Url(utf8(JSON.stringify(value)));
    const claims = { sub: `google-${email}`, email, email_verified: isVerified, name: 'Ada Lovelace', picture: '' };
    const idToken = `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}`;
    const toOthers = globalThis.fetch;
    const spy = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async (input, init) =>
        String(input).startsWith('https://oauth2.googleapis.com/token')
          ? Response.json({ access_token: 'access', id_token: idToken, token_type: 'Bearer', expires_in: 3_600 })
          : toOthers(input, init),
      );
    onTestFinished(() => spy.mockRestore());
  }

  async function comeBack(headers: Record<string, string> = {}): Promise<Response> {
    const started = await submit(harness, '/sign-in/google', { next: '/settings/api-access' });
    const state = new URL(started.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    const path = `/api/auth/callback/google?code=x&state=${state}`;
    return await harness.fetch(path, { address: '192.0.2.77', cookie: cookieOf(started), headers });
  }

  test('takes an account over from the stranger who signed up with the address: they keep nothing', async () => {
    const key = await oldKey();
    await harness.fetch(`/verify-email?token=${await newestToken(stranger.email)}`, { method: 'HEAD' });
    answerAsGoogle(stranger.email);
    const back = await comeBack();
    expect(back.headers.get('Location')).toBe('/settings/api-access');
    await expectStrangerOut(key);
    expect(await answerOf(await harness.fetch(ME, { cookie: cookieOf(back) }))).toMatchObject({
      status: 200,
      body: { id: stranger.id, email: stranger.email, emailVerified: true },
    });
    // The link that was mailed to the owner does no more either.
    expect(await textOf(await confirmEmail(harness, await newestToken(stranger.email)))).toContain('already used');
    expect(await rowsOf(harness, `SELECT provider FROM credentials WHERE account_id = '${stranger.id}'`)).toEqual([
      { provider: 'google' },
    ]);
  });

  test('takes nothing over for an address that Google does not vouch for', async () => {
    answerAsGoogle(stranger.email, false);
    const back = await comeBack();
    expect(back.headers.get('Location')).toBe('/sign-in?error=google&error=account_not_linked');
    expect(cookieOf(back)).not.toContain('session_token=');
    expect(await statusOf(stranger.cookie)).toBe(200);
  });

  test('links to an account whose address is proven, and ends nothing', async () => {
    const person = await newPerson(harness);
    answerAsGoogle(person.email);
    const back = await comeBack();
    expect(back.headers.get('Location')).toBe('/settings/api-access');
    expect(await statusOf(person.cookie)).toBe(200);
    await expect(await signIn(person.email, person.password)).toHaveStatus(200);
  });

  test('opens nothing of a suspended account', async () => {
    const person = await newPerson(harness);
    await harness.run((ctx) => suspendAccount(ctx, person.id));
    answerAsGoogle(person.email);
    const back = await comeBack();
    expect(await answerOf(await harness.fetch(ME, { cookie: cookieOf(back) }))).toMatchObject({
      status: 403,
      body: { code: 'account_suspended' },
    });
  });

  test('keeps the address from the edge, not one that the browser sends', async () => {
    const person = await newPerson(harness);
    answerAsGoogle(person.email);
    await comeBack({ 'X-Client-Address': '198.51.100.1', 'X-Forwarded-For': '198.51.100.1' });
    const rows = await rowsOf(
      harness,
      `SELECT ip_address FROM sessions WHERE account_id = '${person.id}' ORDER BY id DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ ip_address: '192.0.2.77' }]);
  });
});
