import { beforeEach, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { invalid, UNAVAILABLE, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  cookieOf,
  INVALID_CREDENTIALS,
  newAddress,
  newForm,
  newPerson,
  SET_COOKIE,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUp,
  TOO_LONG_TO_BE_ANYBODYS,
} from '../support/app/people.ts';

/** Names no account: an id of the browser and a signature. */
const KNOWN_BROWSER =
  /^__Host-jestha\.known_browser=[\w-]{22}\.[\w-]{43}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

const SIGNED_IN = [expect.stringMatching(SET_COOKIE), expect.stringMatching(KNOWN_BROWSER)];

let harness: Harness;

let address: string;

beforeEach(() => {
  harness = new Harness();
  address = newAddress();
});

const post = (path: string, body: unknown, options: { address?: string; headers?: Record<string, string> } = {}) =>
  harness.fetch(path, { address, body, ...options });

const whoami = (cookie: string) => harness.fetch('/api/auth/me', { headers: { Cookie: cookie } });

describe('sign-in', () => {
  test('answers the profile as whoami does, with a session of its own', async () => {
    const { email, password, cookie } = await newPerson(harness);
    const response = await post(SIGN_IN, { email, password });
    expect(response.headers.getSetCookie()).toEqual(SIGNED_IN);
    expect(cookieOf(response)).not.toBe(cookie);
    const me = await answerOf(await whoami(cookieOf(response)));
    expect(me.status).toBe(200);
    expect(await answerOf(response)).toEqual(me);
    // The other browser stays signed in.
    await expect(await whoami(cookie)).toHaveStatus(200);
  });

  test('takes the email address in any case', async () => {
    const { email, password } = await signUp(harness);
    await expect(await post(SIGN_IN, { email: email.toUpperCase(), password })).toHaveStatus(200);
  });

  test('takes no lone surrogate for the character that stands for it', async () => {
    const form = newForm({ password: 'correct horse \ufffd' });
    await expect(await post(SIGN_UP, form)).toHaveStatus(200);
    const { email } = form;
    const refused = await answerOf(await post(SIGN_IN, { email, password: 'correct horse \ud800' }));
    expect(refused).toEqual(INVALID_CREDENTIALS);
    await expect(await post(SIGN_IN, { email, password: form.password })).toHaveStatus(200);
  });

  test('does not reveal which of address and password was wrong', async () => {
    const { email, password } = await signUp(harness);
    const refusals = [
      await post(SIGN_IN, { email, password: `${password}x` }),
      await post(SIGN_IN, { email: newForm().email, password }),
      await post(SIGN_IN, { email, password: TOO_LONG_TO_BE_ANYBODYS }),
      await post(SIGN_IN, { email, password: 'short' }),
    ];
    for (const response of refusals) {
      expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha"');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await answerOf(response)).toEqual(INVALID_CREDENTIALS);
    }
  });

  test('refuses an account without a password', async () => {
    const { username } = await harness.newAccount();
    const response = await post(SIGN_IN, { email: `${username}@example.com`, password: 'correct horse' });
    expect(await answerOf(response)).toEqual(INVALID_CREDENTIALS);
  });

  test.each<[string, Record<string, unknown>, { path: string; message: string }]>([
    ['an unknown field', { rememberMe: false }, { path: 'rememberMe', message: UNKNOWN_FIELD }],
    ['a place to go to', { callbackURL: 'https://x.example' }, { path: 'callbackURL', message: UNKNOWN_FIELD }],
    ['no email address', { email: 'zoe' }, { path: 'email', message: 'must be an email address' }],
    ['a password that is no string', { password: ['x'] }, { path: 'password', message: 'must be a string' }],
    ['no password', { password: '' }, { path: 'password', message: 'must not be empty' }],
  ])('%s is refused, naming the field', async (_, overrides, detail) => {
    const body = { email: newForm().email, password: 'correct horse', ...overrides };
    expect(await answerOf(await post(SIGN_IN, body))).toEqual(invalid(detail));
  });
});

describe('sign-out', () => {
  const signOut = (cookie?: string) =>
    harness.fetch(SIGN_OUT, { method: 'POST', address, ...(cookie !== undefined && { headers: { Cookie: cookie } }) });

  test('ends this session and no other, and clears the cookie', async () => {
    const { email, password, cookie } = await signUp(harness);
    const other = cookieOf(await post(SIGN_IN, { email, password }));
    const response = await signOut(cookie);
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-jestha.session_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    expect(await answerOf(response)).toEqual({ status: 200, body: { success: true } });
    await expect(await whoami(cookie)).toHaveStatus(401);
    await expect(await whoami(other)).toHaveStatus(200);
  });

  test.each([
    ['without a cookie', undefined],
    ['with a forged one', '__Host-jestha.session_token=abc.def'],
  ])('%s does no harm', async (_, cookie) => {
    expect(await answerOf(await signOut(cookie))).toEqual({ status: 200, body: { success: true } });
  });

  test.each([
    'refuse',
    'error',
    'truncate',
  ] as const)('that Neon does not take (%s) is 503 and keeps the cookie, since the session goes on', async (kind) => {
    const { cookie } = await signUp(harness);
    await harness.neon.setFaults({ kind, match: 'delete from' });
    const cut = await signOut(cookie);
    expect(cut.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(cut)).toEqual(UNAVAILABLE);
    await harness.neon.setFaults({ kind });
    expect(await answerOf(await signOut(cookie))).toEqual(UNAVAILABLE);
    await harness.neon.setFaults();
    await expect(await signOut(cookie)).toHaveStatus(200);
    await expect(await whoami(cookie)).toHaveStatus(401);
  });
});

describe('an API key', () => {
  test.each([SIGN_UP, SIGN_IN, SIGN_OUT])('gets 403 on %s, which is for people', async (path) => {
    const { key } = await harness.newKey();
    const response = await harness.fetch(path, { key, address, method: 'POST', body: newForm() });
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual({
      status: 403,
      body: {
        error: 'Not available to API keys',
        message: 'API keys cannot do this, whatever their scopes. Sign in instead.',
        code: 'session_required',
      },
    });
  });

  test.each([SIGN_UP, SIGN_IN, SIGN_OUT])('that is bad gets its own error on %s', async (path) => {
    const send = async (key: string) =>
      (await answerOf(await harness.fetch(path, { key, address, method: 'POST', body: newForm() }))).body;
    const revoked = await harness.newKey();
    await harness.revoke(revoked);
    expect(await send('jes_live_short')).toMatchObject({ code: 'invalid_api_key' });
    expect(await send(generateKey())).toMatchObject({ code: 'invalid_api_key' });
    expect(await send(revoked.key)).toMatchObject({ code: 'api_key_revoked' });
  });

  test('in another scheme is ignored', async () => {
    const response = await post(SIGN_UP, newForm(), { headers: { Authorization: 'Basic em9lOng=' } });
    await expect(response).toHaveStatus(200);
  });
});
