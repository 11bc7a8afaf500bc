import { beforeEach, describe, expect, test } from 'vitest';
import type { FaultInput } from '../../src/dev/emulator/faults.ts';
import { addressToHex } from '../../src/lib/ip.ts';
import { invalid, UNAVAILABLE, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  cookieOf,
  newAddress,
  newForm,
  SET_COOKIE,
  SIGN_IN,
  SIGN_UP,
  type SignUpForm,
  signUp,
  TOO_LONG_TO_BE_ANYBODYS,
} from '../support/app/people.ts';
import { follow, rowsOf } from '../support/database/database.ts';

let harness: Harness;

let address: string;

beforeEach(() => {
  harness = new Harness();
  address = newAddress();
});

const post = (path: string, body: unknown, options: { address?: string; headers?: Record<string, string> } = {}) =>
  harness.fetch(path, { address, body, ...options });

const whoami = (cookie: string) => harness.fetch('/api/auth/me', { headers: { Cookie: cookie } });

const accountsLike = ({ email, username }: SignUpForm) =>
  rowsOf<{ id: string }>(harness, `SELECT id FROM accounts WHERE email = '${email}' OR username = '${username}'`);

describe('sign-up', () => {
  test('answers the profile as whoami does, and signs in', async () => {
    const form = newForm({ name: '  Zoë 🦊  ' });
    const response = await post(SIGN_UP, form);
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(SET_COOKIE)]);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('X-RateLimit-Limit')).toBeNull();
    const cookie = cookieOf(response);
    const signedUp = await answerOf(response);
    expect(signedUp).toEqual({
      status: 200,
      body: {
        id: expect.ulid(),
        username: form.username,
        email: form.email,
        displayName: 'Zoë 🦊',
        avatar: null,
        coverImage: null,
        bio: null,
        verified: false,
        emailVerified: false,
        isPrivate: false,
        isCreator: false,
        totalFollowers: 0,
        totalFollowing: 0,
        totalPosts: 0,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    });
    expect(await answerOf(await whoami(cookie))).toEqual(signedUp);
  });

  test('keeps a scrypt hash, never the password, and the address of the browser', async () => {
    const form = newForm();
    const { id } = (await (await post(SIGN_UP, form, { headers: { 'User-Agent': 'Lynx' } })).json()) as { id: string };
    const [credential] = await rowsOf(harness, `SELECT * FROM credentials WHERE account_id = '${id}'`);
    expect(credential).toMatchObject({ provider: 'credential', provider_account_id: id });
    expect(credential?.password_hash).toMatch(/^[0-9a-f]{32}:[0-9a-f]{128}$/);
    expect(JSON.stringify(credential)).not.toContain(form.password);
    const [session] = await rowsOf(harness, `SELECT * FROM sessions WHERE account_id = '${id}'`);
    expect(session).toMatchObject({ user_agent: 'Lynx' });
    expect(addressToHex(String(session?.ip_address))?.slice(0, 16)).toBe(addressToHex(address)?.slice(0, 16));
  });

  test('keeps email address and username in lower case', async () => {
    const { username, email, ...rest } = newForm();
    const form = { ...rest, username: username.toUpperCase(), email: email.toUpperCase() };
    expect(await answerOf(await post(SIGN_UP, form))).toMatchObject({ status: 200, body: { username, email } });
  });

  const NOT_EMAIL = { path: 'email', message: 'must be an email address' };
  const NOT_USERNAME = { path: 'username', message: 'must be 3 to 30 letters a–z, digits or underscores' };
  test.each<[string, Record<string, unknown>, { path: string; message: string }[]]>([
    ['an unknown field', { role: 'admin' }, [{ path: 'role', message: UNKNOWN_FIELD }]],
    ['a picture from outside', { image: 'https://x.example' }, [{ path: 'image', message: UNKNOWN_FIELD }]],
    ['a name that is no string', { name: 7 }, [{ path: 'name', message: 'must be a string' }]],
    ['no name', { name: undefined }, [{ path: 'name', message: 'must be a string' }]],
    ['an empty name', { name: ' \n' }, [{ path: 'name', message: 'must not be empty' }]],
    ['51 characters of name', { name: '🦊'.repeat(51) }, [{ path: 'name', message: 'must be at most 50 characters' }]],
    ['NUL in the name', { name: 'Z\0e' }, [{ path: 'name', message: 'contains a NUL character' }]],
    [
      'a lone surrogate in the name',
      { name: 'Z\ud83de' },
      [{ path: 'name', message: 'contains a lone surrogate, which is not a character' }],
    ],
    ['a username that is no string', { username: null }, [{ path: 'username', message: 'must be a string' }]],
    ['2 characters of username', { username: 'ab' }, [NOT_USERNAME]],
    ['31 characters of username', { username: 'a'.repeat(31) }, [NOT_USERNAME]],
    ['a dot in the username', { username: 'a.b.c' }, [NOT_USERNAME]],
    ['white space in the username', { username: 'a bc' }, [NOT_USERNAME]],
    ['a line end in the username', { username: 'ab\nc' }, [NOT_USERNAME]],
    ['a username that is not ASCII', { username: 'zoë' }, [NOT_USERNAME]],
    ['an email address that is no string', { email: {} }, [NOT_EMAIL]],
    ['an email address without a domain', { email: 'zoe@' }, [NOT_EMAIL]],
    ['an email address at a bare host', { email: 'zoe@localhost' }, [NOT_EMAIL]],
    ['an email address with a name', { email: 'Zoe <zoe@example.com>' }, [NOT_EMAIL]],
    ['two email addresses', { email: 'zoe@example.com,eve@example.com' }, [NOT_EMAIL]],
    ['a header after the email address', { email: 'zoe@example.com\nBcc: eve@example.com' }, [NOT_EMAIL]],
    ['NUL in the email address', { email: 'zoe\0@example.com' }, [NOT_EMAIL]],
    [
      '255 characters of email address',
      { email: `${'a'.repeat(243)}@example.com` },
      [{ path: 'email', message: 'must be at most 254 characters' }],
    ],
    [
      'a lone surrogate in the password',
      { password: 'correct horse \ud800' },
      [{ path: 'password', message: 'contains a lone surrogate, which is not a character' }],
    ],
    ['a password that is no string', { password: 12345678 }, [{ path: 'password', message: 'must be a string' }]],
    [
      '7 characters of password',
      { password: '1234567' },
      [{ path: 'password', message: 'must be at least 8 characters' }],
    ],
    [
      '129 characters of password',
      { password: TOO_LONG_TO_BE_ANYBODYS },
      [{ path: 'password', message: 'must be at most 128 characters' }],
    ],
    [
      'everything wrong at once',
      { name: '', username: '', email: '', password: '' },
      [
        { path: 'name', message: 'must not be empty' },
        NOT_USERNAME,
        NOT_EMAIL,
        { path: 'password', message: 'must be at least 8 characters' },
      ],
    ],
  ])('%s is refused, naming the field', async (_, overrides, details) => {
    const form = newForm();
    const response = await post(SIGN_UP, { ...form, ...overrides });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(invalid(...details));
    expect(await accountsLike(form)).toEqual([]);
  });

  test.each([
    ['50 characters of name', { name: '🦊'.repeat(50) }],
    ['3 characters of username', { username: `_${crypto.randomUUID().slice(0, 2)}` }],
    ['30 characters of username', { username: crypto.randomUUID().replaceAll('-', '').slice(2) }],
    ['a tagged email address', { email: `zoe+tag.${crypto.randomUUID()}@sub.example.co.uk` }],
    ['8 characters of password', { password: 'pass wor' }],
    ['128 characters of password', { password: '🦊'.repeat(64) }],
  ])('%s is taken', async (_, overrides) => {
    await expect(await post(SIGN_UP, { ...newForm(), ...overrides })).toHaveStatus(200);
  });

  test.each(['[]', 'null', '"x"', '7'])('a body that is %s is refused', async (body) => {
    const { status, body: answer } = await answerOf(await post(SIGN_UP, body));
    expect([status, (answer as { code: string }).code]).toEqual([400, 'invalid_request']);
  });

  test('a body that is no JSON is refused, and so is a form', async () => {
    expect((await answerOf(await post(SIGN_UP, '{"name":'))).body).toMatchObject({ code: 'invalid_json' });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await answerOf(await post(SIGN_UP, 'name=Zoe', { headers }))).body).toMatchObject({
      code: 'unsupported_media_type',
    });
  });

  test('names the fields that another account has already, in any case', async () => {
    const { username, email } = await signUp(harness);
    const taken = (path: string) => ({ path, message: 'is taken by another account' });
    const withEmail = newForm({ email: email.toUpperCase() });
    expect(await answerOf(await post(SIGN_UP, withEmail))).toEqual(invalid(taken('email')));
    const withUsername = newForm({ username: username.toUpperCase() });
    expect(await answerOf(await post(SIGN_UP, withUsername))).toEqual(invalid(taken('username')));
    const withBoth = newForm({ username, email });
    const response = await post(SIGN_UP, withBoth);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(invalid(taken('email'), taken('username')));
    // No other account is lost.
    expect((await accountsLike(withBoth)).length).toBe(1);
  });

  test('ten at once leave one account, and no answer is 5xx', async () => {
    const form = newForm();
    const responses = await Promise.all(Array.from({ length: 10 }, () => post(SIGN_UP, form)));
    const statuses = responses.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 400)]);
    const [account, ...others] = await accountsLike(form);
    expect(others).toEqual([]);
    const credentials = await rowsOf(harness, `SELECT id FROM credentials WHERE account_id = '${account?.id}'`);
    expect(credentials).toHaveLength(1);
    await expect(await post(SIGN_IN, { email: form.email, password: form.password })).toHaveStatus(200);
  });
});

describe('a sign-up that is cut short', () => {
  const INSERTS = ['accounts', 'credentials', 'sessions'] as const;
  const cutAt = (table: string, kind: FaultInput['kind']) =>
    harness.neon.setFaults({ kind, match: `insert into \\"${table}\\"`, times: 1 });
  /** Moves the cut sign-up into the past. */
  const age = (form: SignUpForm, seconds: number) =>
    rowsOf(
      harness,
      `UPDATE accounts SET created_at = now() - interval '${seconds} seconds' WHERE email = '${form.email}'`,
    );

  test.each(
    INSERTS.flatMap((table) => (['refuse', 'close', 'truncate'] as const).map((kind) => [table, kind] as const)),
  )('at its row in %s (%s) is 503, and can be repeated', async (table, kind) => {
    const form = newForm();
    await cutAt(table, kind);
    const response = await post(SIGN_UP, form);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(UNAVAILABLE);

    const [account] = await accountsLike(form);
    const credentials = account
      ? await rowsOf(harness, `SELECT id FROM credentials WHERE account_id = '${account.id}'`)
      : [];
    if (credentials.length > 0) {
      // The account was finished; only its first session was not.
      await expect(await post(SIGN_IN, { email: form.email, password: form.password })).toHaveStatus(200);
      return;
    }
    await age(form, 16);
    await expect(await post(SIGN_UP, form)).toHaveStatus(200);
    expect(await accountsLike(form)).toHaveLength(1);
    await expect(await post(SIGN_IN, { email: form.email, password: form.password })).toHaveStatus(200);
  });

  test('before it has read back the profile is 503, and the person can sign in', async () => {
    const form = newForm();
    await harness.neon.setFaults({ kind: 'refuse', match: 'where \\"accounts\\".\\"id\\"', times: 1 });
    const response = await post(SIGN_UP, form);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
    await expect(await post(SIGN_IN, { email: form.email, password: form.password })).toHaveStatus(200);
  });

  test('stays taken while it may still be in progress', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    const [before] = await accountsLike(form);
    await age(form, 10);
    expect((await answerOf(await post(SIGN_UP, form))).body).toMatchObject({ code: 'invalid_request' });
    expect(await accountsLike(form)).toEqual([before]);
  });

  test('stays taken if its account has a key by now', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    const [account] = await accountsLike(form);
    await harness.newKey({ account: { id: account?.id ?? '', username: form.username } });
    await age(form, 3_600);
    await expect(await post(SIGN_UP, form)).toHaveStatus(400);
    expect(await accountsLike(form)).toEqual([account]);
  });

  test('stays taken if its account has a follower by now, without a 5xx', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    const [account] = await accountsLike(form);
    await follow(harness, (await harness.newAccount()).id, account?.id ?? '');
    await age(form, 3_600);
    const taken = ['email', 'username'].map((path) => ({ path, message: 'is taken by another account' }));
    expect(await answerOf(await post(SIGN_UP, form))).toEqual(invalid(...taken));
    expect(await accountsLike(form)).toEqual([account]);
  });

  test('gives way to a sign-up with the same username only', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    await age(form, 16);
    await expect(await post(SIGN_UP, newForm({ username: form.username }))).toHaveStatus(200);
  });
});
