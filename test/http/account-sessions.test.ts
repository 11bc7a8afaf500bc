import { beforeEach, describe, expect, test } from 'vitest';
import { browserName } from '../../src/lib/user-agent.ts';
import { invalid } from '../support/app/answers.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  cookieOf,
  mailsTo,
  newAddress,
  newPerson,
  requestReset,
  type TestPerson,
  tokenIn,
} from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const SESSIONS = '/api/auth/sessions';
const KEYS = '/api/auth/api-keys';
const NEW_KEY = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
const HOUR = 3_600_000;
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1';

const REAUTHENTICATION_REQUIRED = {
  status: 403,
  body: {
    error: 'Password required again',
    message:
      'The password was entered more than 12 hours ago. Send it to POST /api/auth/reauthenticate, or sign in again, then repeat this request.',
    code: 'reauthentication_required',
  },
};
const WRONG_PASSWORD = invalid({ path: 'password', message: 'is not the password of this account' });

let harness: Harness;
let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

interface ListedSession {
  readonly id: string;
  readonly browser: string;
  readonly address: string | null;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly isCurrent: boolean;
}

async function signIn(userAgent: string, address = newAddress(), password = person.password): Promise<string> {
  const headers = { 'User-Agent': userAgent };
  const body = { email: person.email, password };
  return cookieOf(await harness.fetch('/api/auth/sign-in/email', { address, headers, body })).split('; ')[0] ?? '';
}
async function sessionsOf(cookie: string): Promise<ListedSession[]> {
  const response = await harness.fetch(SESSIONS, { cookie });
  await expect(response).toHaveStatus(200);
  return ((await response.json()) as { sessions: ListedSession[] }).sessions;
}
const statusOf = async (cookie: string) => (await harness.fetch(ME, { cookie })).status;
const send = (path: string, body: unknown, cookie = person.cookie, method = 'POST') =>
  harness.fetch(path, { method, cookie, body });

describe('sessions', () => {
  test('are listed with browser, address block and last use, this one marked', async () => {
    const desk = await signIn(FIREFOX, '192.0.2.7');
    await signIn(IPHONE, '2001:db8:1:2:3:4:5:6');
    const listed = await sessionsOf(desk);
    expect(listed).toHaveLength(3);
    const id = expect.ulid();
    const at = { createdAt: '2026-11-24T12:00:00.000Z', lastSeenAt: '2026-11-24T12:00:00.000Z' };
    expect(listed).toContainEqual({ id, browser: 'Firefox on Windows', address: '192.0.2.7', ...at, isCurrent: true });
    expect(listed).toContainEqual({
      id,
      browser: 'Safari on iPhone',
      address: '2001:db8:1:2::/64',
      ...at,
      isCurrent: false,
    });
    expect(JSON.stringify(listed)).not.toContain(/=(\w+)\./.exec(desk)?.[1]);
  });

  test('note their use once an hour, after the response, and cost one statement otherwise', async () => {
    const cookie = await signIn(FIREFOX);
    const other = await signIn(IPHONE);
    const costOf = async () => {
      await harness.neon.reset();
      expect(await statusOf(cookie)).toBe(200);
      return (await harness.neon.counters()).statements;
    };
    harness.now += HOUR - 1;
    expect(await costOf()).toBe(1);
    harness.now += 1;
    expect(await costOf()).toBe(2);
    expect(await costOf()).toBe(1);
    harness.now += 30 * 60_000 + 12_345;
    const seen = (await sessionsOf(other)).find(({ browser }) => browser === 'Firefox on Windows');
    expect(seen?.lastSeenAt).toBe('2026-11-24T13:00:00.000Z');
  });

  test('note no use where Neon does not take it, and answer all the same', async () => {
    await harness.neon.setFaults({ kind: 'refuse', match: 'update \\"sessions\\"' });
    harness.now += 2 * HOUR;
    expect(await statusOf(person.cookie)).toBe(200);
  });

  test('are ended one by one, by their owner only', async () => {
    const [desk, phone] = [await signIn(FIREFOX), await signIn(IPHONE)];
    const { id = '' } = (await sessionsOf(desk)).find(({ browser }) => browser === 'Safari on iPhone') ?? {};
    const stranger = await harness.newSession();
    await expect(await harness.fetch(`${SESSIONS}/${id}`, { method: 'DELETE', cookie: stranger.cookie })).toHaveStatus(
      404,
    );
    expect(await statusOf(phone)).toBe(200);
    const ended = await harness.fetch(`${SESSIONS}/${id}`, { method: 'DELETE', cookie: desk });
    expect(await answerOf(ended)).toEqual({ status: 200, body: { success: true } });
    expect([await statusOf(phone), await statusOf(desk)]).toEqual([401, 200]);
    await expect(await harness.fetch(`${SESSIONS}/${id}`, { method: 'DELETE', cookie: desk })).toHaveStatus(404);
    await expect(await harness.fetch(`${SESSIONS}/nope`, { method: 'DELETE', cookie: desk })).toHaveStatus(404);
  });

  test('are ended all but this one', async () => {
    const others = [person.cookie, await signIn(FIREFOX)];
    const mine = await signIn(IPHONE);
    const stranger = await harness.newSession();
    const ended = await harness.fetch(SESSIONS, { method: 'DELETE', cookie: mine });
    expect(await answerOf(ended)).toEqual({ status: 200, body: { ended: 2 } });
    for (const cookie of others) expect(await statusOf(cookie)).toBe(401);
    expect([await statusOf(mine), await statusOf(stranger.cookie)]).toEqual([200, 200]);
  });

  test('are ended on the page, this one too', async () => {
    const desk = await signIn(FIREFOX);
    await signIn(IPHONE);
    const page = await textOf(await open(harness, '/settings/account', desk));
    expect(page).toContain('Firefox on Windows This session');
    expect(page).toContain('Safari on iPhone Last seen just now');
    const listed = await sessionsOf(desk);
    const idOf = (name: string) => listed.find(({ browser }) => browser === name)?.id ?? '';
    const path = (id: string) => `/settings/account/sessions/${id}/end`;
    const ended = await submit(harness, path(idOf('Safari on iPhone')), {}, desk);
    expect(ended.headers.get('Location')).toBe('/settings/account?notice=ended');
    expect((await submit(harness, '/settings/account/sessions/end-others', {}, desk)).headers.get('Location')).toBe(
      '/settings/account?notice=others-ended',
    );
    expect(await sessionsOf(desk)).toHaveLength(1);
    const own = await submit(harness, path(idOf('Firefox on Windows')), {}, desk);
    expect(own.headers.get('Location')).toBe('/sign-in?notice=signed-out');
    expect(own.headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-jestha\.session_token=; Max-Age=0;/)]);
    expect(await statusOf(desk)).toBe(401);
  });
});

describe('the name of a browser', () => {
  test.each([
    [FIREFOX, 'Firefox on Windows'],
    [IPHONE, 'Safari on iPhone'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0',
      'Edge on macOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['curl/8.14.1', 'curl'],
    ['<script>alert(1)</script>', 'Unknown browser'],
    ['', 'Unknown browser'],
  ])('%s is %s', (userAgent, name) => {
    expect(browserName(userAgent)).toBe(name);
  });
});

describe('a session in which the password was given more than 12 hours ago', () => {
  beforeEach(() => {
    harness.now += 12 * HOUR;
  });

  test('generates no key until the password is given again', async () => {
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(201);
    harness.now += 1;
    expect(await answerOf(await send(KEYS, NEW_KEY))).toEqual(REAUTHENTICATION_REQUIRED);
    // All other requests succeed.
    await expect(await send('/api/posts', { content: 'Hello' })).toHaveStatus(201);
    await expect(await harness.fetch(KEYS, { cookie: person.cookie })).toHaveStatus(200);
    expect(await answerOf(await send('/api/auth/reauthenticate', { password: 'wrong horse' }))).toEqual(WRONG_PASSWORD);
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(403);
    const given = await send('/api/auth/reauthenticate', { password: person.password });
    expect(await answerOf(given)).toEqual({ status: 200, body: { success: true } });
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(201);
    harness.now += 12 * HOUR + 1;
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(403);
  });

  test('asks for the password on the page, and keeps the form', async () => {
    harness.now += 1;
    const path = '/settings/api-access/new';
    expect(await (await open(harness, path, person.cookie)).text()).toContain('name="password"');
    const form = { label: 'Bridge 🌉', scopes: ['write:jes'], expiry: '30', acceptTerms: 'on' };
    const refused = await submit(harness, path, { ...form, password: 'wrong horse' }, person.cookie);
    await expect(refused).toHaveStatus(400);
    const html = await refused.text();
    expect(html).toContain('value="Bridge 🌉"');
    expect(html).toContain('is not the password of this account');
    expect(html).not.toContain('wrong horse');
    const done = await submit(harness, path, { ...form, password: person.password }, person.cookie);
    expect([done.status, done.headers.get('Location')]).toEqual([303, expect.stringMatching(/\/key$/)]);
    expect(await (await open(harness, path, person.cookie)).text()).not.toContain('name="password"');
  });

  test('has ten guesses, and locks no other session out', async () => {
    const guess = (cookie: string, password: string) => send('/api/auth/reauthenticate', { password }, cookie);
    const wrong = 'x'.repeat(129);
    for (let i = 0; i < 10; i++) await expect(await guess(person.cookie, wrong)).toHaveStatus(400);
    await expect(await guess(person.cookie, person.password)).toHaveStatus(429);
    await expect(await guess(await signIn(FIREFOX), person.password)).toHaveStatus(200);
  });
});

describe('changing the password', () => {
  const change = (fields: object, cookie = person.cookie) =>
    send(
      '/api/auth/change-password',
      { currentPassword: person.password, newPassword: 'battery staple', ...fields },
      cookie,
    );

  test('takes the current one, ends all other sessions and all mailed links', async () => {
    const other = await signIn(FIREFOX);
    await requestReset(harness, person.email);
    const token = tokenIn((await mailsTo(person.email))[0]);
    expect(await answerOf(await change({}))).toEqual({ status: 200, body: { success: true } });
    expect([await statusOf(other), await statusOf(person.cookie)]).toEqual([401, 200]);
    expect(await signIn(FIREFOX)).toBe('');
    expect(await statusOf(await signIn(FIREFOX, newAddress(), 'battery staple'))).toBe(200);
    await expect(await submit(harness, '/reset-password', { token, password: 'third horse' })).toHaveStatus(400);
  });

  test.each([
    [{ currentPassword: 'wrong horse' }, 'currentPassword', 'is not the password of this account'],
    [{ newPassword: 'short' }, 'newPassword', 'must be at least 8 characters'],
  ])('%j is refused, and nothing ends', async (fields, path, message) => {
    const other = await signIn(FIREFOX);
    expect(await answerOf(await change(fields))).toEqual(invalid({ path, message }));
    expect(await statusOf(other)).toBe(200);
    expect(await statusOf(await signIn(FIREFOX))).toBe(200);
  });

  test('is possible on the page, which shows mistakes at their fields', async () => {
    const form = { currentPassword: 'wrong horse', newPassword: 'battery staple' };
    const refused = await submit(harness, '/settings/account/password', form, person.cookie);
    await expect(refused).toHaveStatus(400);
    expect(await refused.text()).toMatch(/id="currentPassword-error"[^>]*>\s*is not the password of this account/);
    const done = await submit(
      harness,
      '/settings/account/password',
      { ...form, currentPassword: person.password },
      person.cookie,
    );
    expect(done.headers.get('Location')).toBe('/settings/account?notice=password');
  });

  test('counts as giving the password', async () => {
    harness.now += 13 * HOUR;
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(403);
    await change({});
    await expect(await send(KEYS, NEW_KEY)).toHaveStatus(201);
  });

  test('does nothing for a session that has ended meanwhile', async () => {
    await harness.neon.setFaults({ kind: 'hang', match: 'INSERT INTO credentials' });
    const changing = change({});
    await harness.neon.untilHeld();
    await rowsOf(harness, `DELETE FROM sessions WHERE account_id = '${person.id}'`);
    await harness.neon.setFaults();
    await expect(await changing).toHaveStatus(401);
    expect(await statusOf(await signIn(FIREFOX))).toBe(200);
  });

  test('is not for accounts without a password, which are told how to get one', async () => {
    await rowsOf(harness, `DELETE FROM credentials WHERE account_id = '${person.id}'`);
    expect(await answerOf(await change({}))).toEqual(
      invalid({ path: 'currentPassword', message: 'this account has no password; sign in with Google again' }),
    );
    expect(await textOf(await open(harness, '/settings/account', person.cookie))).toContain('Set one by email');
  });
});
