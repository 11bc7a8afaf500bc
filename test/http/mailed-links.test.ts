import { beforeEach, describe, expect, test } from 'vitest';
import { requestPasswordReset, signIn, type Visitor } from '../../src/domain/accounts/index.ts';
import { resetPassword } from '../../src/domain/ownership/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { submit } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  confirmEmail,
  cookieOf,
  INVALID_CREDENTIALS,
  mailsTo,
  newAddress,
  newForm,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUp,
  tokenIn,
  visitorFrom,
  watchLog,
} from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

let harness: Harness;

let address: string;

beforeEach(() => {
  harness = new Harness();
  address = newAddress();
});

const post = (path: string, body: unknown, options: { address?: string; headers?: Record<string, string> } = {}) =>
  harness.fetch(path, { address, body, ...options });

const whoami = (cookie: string) => harness.fetch('/api/auth/me', { headers: { Cookie: cookie } });

const visitor = (from = address): Visitor => visitorFrom(from);

/** Status and heading of a page. */
const pageOf = async (response: Response) => [response.status, /<h1>(.*?)<\/h1>/.exec(await response.text())?.[1]];

describe('the verification mail', () => {
  test('is sent at sign-up, and its link proves the address', async () => {
    const { email, cookie } = await signUp(harness);
    const [mail, ...others] = await mailsTo(email);
    expect(others).toEqual([]);
    const token = tokenIn(mail);
    expect(mail).toMatchObject({
      from: 'Jestha <no-reply@jestha.com>',
      to: [email],
      subject: 'Confirm your email address for Jestha',
      text:
        'Somebody, we hope you, signed up for Jestha with this email address.\n\n' +
        `Confirm that it is yours:\nhttps://jestha.com/verify-email?token=${token}\n\n` +
        'The link works for an hour. If it was not you, do nothing.',
    });
    await expect(await confirmEmail(harness, `${token}x`, cookie)).toHaveStatus(400);
    expect((await answerOf(await whoami(cookie))).body).toMatchObject({ emailVerified: false });
    expect(await pageOf(await confirmEmail(harness, token, cookie))).toEqual([200, 'Your email address is confirmed']);
    expect((await answerOf(await whoami(cookie))).body).toMatchObject({ emailVerified: true });
    expect(await pageOf(await confirmEmail(harness, token, cookie))).toEqual([200, 'This link was already used']);
  });

  test('works for an hour', async () => {
    const { email, cookie } = await signUp(harness);
    const token = tokenIn((await mailsTo(email))[0]);
    const signedUpAt = harness.now;
    harness.now = signedUpAt + 3_600_000;
    expect(await pageOf(await confirmEmail(harness, token, cookie))).toEqual([400, 'This link does not work']);
    harness.now = signedUpAt + 3_599_999;
    await expect(await confirmEmail(harness, token, cookie)).toHaveStatus(200);
  });

  test('is sent again, but not once the address is confirmed', async () => {
    const { email, cookie } = await signUp(harness);
    const resend = () => submit(harness, '/verify-email/resend', {}, cookie);
    await resend();
    const [mail, ...others] = await mailsTo(email);
    expect(others).toHaveLength(1);
    await confirmEmail(harness, tokenIn(mail), cookie);
    await resend();
    expect(await mailsTo(email)).toHaveLength(2);
  });

  test('that Neon cannot note is an error to repeat, not a bad link', async () => {
    const { email, cookie } = await signUp(harness);
    const token = tokenIn((await mailsTo(email))[0]);
    await harness.neon.setFaults({ kind: 'refuse' });
    await expect(await confirmEmail(harness, token, cookie)).toHaveStatus(503);
    await harness.neon.setFaults({ kind: 'refuse', match: 'mailed_links' });
    await expect(await confirmEmail(harness, token, cookie)).toHaveStatus(503);
    await harness.neon.setFaults();
    await expect(await confirmEmail(harness, token, cookie)).toHaveStatus(200);
  });

  test('that the provider refuses does not stop the sign-up, and the log says so', async () => {
    harness = new Harness({ MAIL_API_KEY: 'wrong' });
    const log = watchLog();
    const { email } = await signUp(harness);
    expect(await mailsTo(email)).toEqual([]);
    expect(log.events()).toContainEqual({
      event: 'deferred_work_failed',
      requestId: expect.any(String),
      error: 'MailFailed',
      at: expect.any(Array),
    });
    expect(log.text()).not.toContain(email);
  });
});

describe('a password reset', () => {
  const request = (email: string) => harness.run((ctx) => requestPasswordReset(ctx, visitor(), { email }));
  const reset = (token: string, password: string) =>
    harness.run((ctx) => resetPassword(ctx, visitor(), { token, password }));
  const BAD_TOKEN = {
    reason: {
      code: 'invalid_request',
      details: [{ path: 'token', message: 'this link was used already or is too old; ask for another' }],
    },
  };

  test('mails a link that sets the password once and ends all sessions', async () => {
    const { email, password, cookie } = await signUp(harness);
    const other = cookieOf(await post(SIGN_IN, { email, password }));
    await request(email.toUpperCase());
    const [mail, verification] = await mailsTo(email);
    expect(verification?.subject).toBe('Confirm your email address for Jestha');
    const token = tokenIn(mail);
    expect(mail).toMatchObject({
      to: [email],
      subject: 'Choose a new password for Jestha',
      text:
        'Somebody, we hope you, asked for a new password for your Jestha account.\n\n' +
        `Choose one here:\nhttps://jestha.com/reset-password?token=${token}\n\n` +
        'The link works for an hour and once. It also signs you out everywhere. ' +
        'If it was not you, do nothing: your password stays as it is.',
    });
    await reset(token, 'battery staple');
    for (const ended of [cookie, other]) await expect(await whoami(ended)).toHaveStatus(401);
    expect(await answerOf(await post(SIGN_IN, { email, password }))).toEqual(INVALID_CREDENTIALS);
    await expect(await post(SIGN_IN, { email, password: 'battery staple' })).toHaveStatus(200);
    await expect(reset(token, 'another one')).rejects.toMatchObject(BAD_TOKEN);
    await expect(await post(SIGN_IN, { email, password: 'battery staple' })).toHaveStatus(200);
  });

  test.each(['', '\0', 'é', `${'a'.repeat(24)}'--`, 'x'.repeat(201)])('refuses the token %j', async (token) => {
    await expect(reset(token, 'battery staple')).rejects.toMatchObject(BAD_TOKEN);
  });

  test('keeps a token that sets no password: only what the mail holds does', async () => {
    const { email } = await signUp(harness);
    await request(email);
    const token = tokenIn((await mailsTo(email))[0]);
    const kept = JSON.stringify(await rowsOf(harness, 'SELECT * FROM mailed_links'));
    expect(kept).toContain(await sha256Hex(token));
    expect(kept).not.toContain(token);
    await reset(token, 'battery staple');
  });

  test('with one link five times at once works once', async () => {
    const { email } = await signUp(harness);
    await request(email);
    const token = tokenIn((await mailsTo(email))[0]);
    const passwords = Array.from({ length: 5 }, (_, i) => `battery staple ${i}`);
    const outcomes = await Promise.allSettled(passwords.map((password) => reset(token, password)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const set = passwords[outcomes.findIndex(({ status }) => status === 'fulfilled')];
    await expect(await post(SIGN_IN, { email, password: set })).toHaveStatus(200);
  });

  test('works for an hour', async () => {
    const { email } = await signUp(harness);
    await request(email);
    const token = tokenIn((await mailsTo(email))[0]);
    harness.now += 3_600_000;
    await expect(reset(token, 'battery staple')).rejects.toMatchObject(BAD_TOKEN);
    harness.now -= 1;
    await reset(token, 'battery staple');
  });

  test('refuses a password that is too short before the link is spent', async () => {
    const { email } = await signUp(harness);
    await request(email);
    const token = tokenIn((await mailsTo(email))[0]);
    await expect(reset(token, 'short')).rejects.toMatchObject({
      reason: { details: [{ path: 'password', message: 'must be at least 8 characters' }] },
    });
    await reset(token, 'battery staple');
  });

  test('for an unknown address sends nothing and answers the same', async () => {
    const { email } = newForm();
    expect(await request(email)).toBe(await request((await signUp(harness)).email));
    expect(await mailsTo(email)).toEqual([]);
  });

  test('that Neon cannot take keeps the old password and can be repeated with another link', async () => {
    const { email, password } = await signUp(harness);
    await request(email);
    const token = tokenIn((await mailsTo(email))[0]);
    await harness.neon.setFaults({ kind: 'refuse', match: 'INSERT INTO credentials' });
    await expect(reset(token, 'battery staple')).rejects.toThrow(expect.objectContaining({ name: 'DbUnavailable' }));
    await harness.neon.setFaults();
    await expect(await post(SIGN_IN, { email, password })).toHaveStatus(200);
    await request(email);
    await reset(tokenIn((await mailsTo(email))[0]), 'battery staple');
    await expect(await post(SIGN_IN, { email, password: 'battery staple' })).toHaveStatus(200);
  });

  test('whose mail the provider refuses answers the same, and the log says so', async () => {
    const { email } = await signUp(harness);
    harness = new Harness({ MAIL_API_KEY: 'wrong' });
    const log = watchLog();
    await request(email);
    expect(log.events()).toMatchObject([{ event: 'deferred_work_failed', error: 'MailFailed' }]);
  });
});

test('the log holds no password, token, email address or name, after failures, too', async () => {
  const log = watchLog();
  const form = newForm({ name: 'Zoë the Fox' });
  await post(SIGN_UP, { ...form, password: 'short' });
  await harness.neon.setFaults({ kind: 'error', match: 'insert into \\"credentials\\"', times: 1 });
  await post(SIGN_UP, form);
  const person = await signUp(harness, { name: 'Zoë the Fox' });
  for (const kind of ['refuse', 'error', 'truncate', 'close'] as const) {
    await harness.neon.setFaults({ kind });
    await harness.upstash.setFaults({ kind });
    await post(SIGN_IN, { email: person.email, password: person.password });
    await post(SIGN_OUT, undefined, { headers: { Cookie: person.cookie } });
    await whoami(person.cookie);
    await harness.neon.setFaults();
    await harness.upstash.setFaults();
  }
  await post(SIGN_IN, { email: person.email, password: 'wrong password' });
  const signedIn = await post(SIGN_IN, { email: person.email, password: person.password });
  await harness.run((ctx) => requestPasswordReset(ctx, visitor(), { email: person.email }));
  const token = tokenIn((await mailsTo(person.email))[0]);
  await harness.run((ctx) => resetPassword(ctx, visitor(), { token, password: 'battery staple' }));
  await expect(
    harness.run((ctx) => signIn(ctx, visitor(), { email: person.email, password: person.password })),
  ).rejects.toThrow('invalid_credentials');

  expect(log.text()).toContain('"why":"neon"');
  const session = (cookie: string) => cookie.split('=')[1]?.split('.')[0] ?? 'none';
  const secrets = [form.email, person.email, form.username, person.username, form.password, 'wrong password'];
  secrets.push('battery staple', token, session(person.cookie), session(cookieOf(signedIn)), 'Zoë', 'insert into');
  for (const secret of secrets) expect(log.text()).not.toContain(secret);
});
