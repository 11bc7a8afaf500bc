import { beforeEach, describe, expect, test } from 'vitest';
import { THROTTLES } from '../../src/config/limits.ts';
import type { FaultInput } from '../../src/dev/emulator/faults.ts';
import { requestPasswordReset, signIn, type Visitor } from '../../src/domain/accounts/index.ts';
import { generateKey } from '../../src/domain/keys/index.ts';
import { resetPassword } from '../../src/domain/ownership/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { addressToHex } from '../../src/lib/ip.ts';
import { invalid, UNAVAILABLE, UNKNOWN_FIELD } from '../support/answers.ts';
import { follow, rowsOf } from '../support/database.ts';
import { submit } from '../support/forms.ts';
import { answerOf, Harness } from '../support/harness.ts';
import {
  confirmEmail,
  cookieOf,
  mailsTo,
  newAddress,
  newForm,
  newPerson,
  type SignUpForm,
  signUp,
  stopClock,
  tokenIn,
  visitorFrom,
  watchLog,
} from '../support/people.ts';

const SIGN_UP = '/api/auth/sign-up/email';
const SIGN_IN = '/api/auth/sign-in/email';
const SIGN_OUT = '/api/auth/sign-out';

const SET_COOKIE =
  /^__Host-jestha\.session_token=[0-9A-Za-z]{32}\.[0-9A-Za-z%]{44,60}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

/** Names no account: an id of the browser and a signature. */
const KNOWN_BROWSER =
  /^__Host-jestha\.known_browser=[\w-]{22}\.[\w-]{43}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

const SIGNED_IN = [expect.stringMatching(SET_COOKIE), expect.stringMatching(KNOWN_BROWSER)];

const INVALID_CREDENTIALS = {
  status: 401,
  body: {
    error: 'Invalid email or password',
    message: 'No account has this email address and password.',
    code: 'invalid_credentials',
  },
};
const throttled = (retryAfter: number) => ({
  status: 429,
  body: {
    error: 'Rate limit exceeded',
    message: 'Too many attempts. Wait before the next one.',
    code: 'rate_limit_exceeded',
    retryAfter,
  },
});

/** A password that is wrong without the cost of hashing it. */
const TOO_LONG_TO_BE_ANYBODYS = 'x'.repeat(129);

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
        id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
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
    expect((await post(SIGN_UP, { ...newForm(), ...overrides })).status).toBe(200);
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

  test('names what another account has already, in whatever case', async () => {
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
    // And nobody has lost anything by it.
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
    expect((await post(SIGN_IN, { email: form.email, password: form.password })).status).toBe(200);
  });
});

describe('a sign-up that is cut short', () => {
  const INSERTS = ['accounts', 'credentials', 'sessions'] as const;
  const cutAt = (table: string, kind: FaultInput['kind']) =>
    harness.neon.setFaults({ kind, match: `insert into \\"${table}\\"`, times: 1 });
  /** As if the cut sign-up were long ago. */
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
      expect((await post(SIGN_IN, { email: form.email, password: form.password })).status).toBe(200);
      return;
    }
    await age(form, 16);
    expect((await post(SIGN_UP, form)).status).toBe(200);
    expect(await accountsLike(form)).toHaveLength(1);
    expect((await post(SIGN_IN, { email: form.email, password: form.password })).status).toBe(200);
  });

  test('before it has read back the profile is 503, and the person can sign in', async () => {
    const form = newForm();
    await harness.neon.setFaults({ kind: 'refuse', match: 'where \\"accounts\\".\\"id\\"', times: 1 });
    const response = await post(SIGN_UP, form);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
    expect((await post(SIGN_IN, { email: form.email, password: form.password })).status).toBe(200);
  });

  test('makes no room while it may still be under way', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    const [before] = await accountsLike(form);
    await age(form, 10);
    expect((await answerOf(await post(SIGN_UP, form))).body).toMatchObject({ code: 'invalid_request' });
    expect(await accountsLike(form)).toEqual([before]);
  });

  test('makes no room where its account has a key by now', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    const [account] = await accountsLike(form);
    await harness.newKey({ account: { id: account?.id ?? '', username: form.username } });
    await age(form, 3_600);
    expect((await post(SIGN_UP, form)).status).toBe(400);
    expect(await accountsLike(form)).toEqual([account]);
  });

  test('makes no room where somebody follows its account by now, and that is no error of ours', async () => {
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

  test('makes room for whoever wants its username only', async () => {
    const form = newForm();
    await cutAt('credentials', 'refuse');
    await post(SIGN_UP, form);
    await age(form, 16);
    expect((await post(SIGN_UP, newForm({ username: form.username }))).status).toBe(200);
  });
});

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
    expect((await whoami(cookie)).status).toBe(200);
  });

  test('takes the email address in any case', async () => {
    const { email, password } = await signUp(harness);
    expect((await post(SIGN_IN, { email: email.toUpperCase(), password })).status).toBe(200);
  });

  test('tells nobody whether the address or the password was wrong', async () => {
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

  test('an account without a password is none to sign in to', async () => {
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
    expect((await whoami(cookie)).status).toBe(401);
    expect((await whoami(other)).status).toBe(200);
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
    expect((await signOut(cookie)).status).toBe(200);
    expect((await whoami(cookie)).status).toBe(401);
  });
});

describe('an API key', () => {
  test.each([SIGN_UP, SIGN_IN, SIGN_OUT])('on %s is told that it is none for people', async (path) => {
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

  test.each([SIGN_UP, SIGN_IN, SIGN_OUT])('that is bad meets its own answer on %s', async (path) => {
    const send = async (key: string) =>
      (await answerOf(await harness.fetch(path, { key, address, method: 'POST', body: newForm() }))).body;
    const revoked = await harness.newKey();
    await harness.revoke(revoked);
    expect(await send('jes_live_short')).toMatchObject({ code: 'invalid_api_key' });
    expect(await send(generateKey())).toMatchObject({ code: 'invalid_api_key' });
    expect(await send(revoked.key)).toMatchObject({ code: 'api_key_revoked' });
  });

  test('another scheme is no credential of ours', async () => {
    const response = await post(SIGN_UP, newForm(), { headers: { Authorization: 'Basic em9lOng=' } });
    expect(response.status).toBe(200);
  });
});

describe('attempts', () => {
  beforeEach(() => {
    stopClock('2026-11-24T12:00:10Z');
  });

  const guess = (email = newForm().email, from = address) =>
    post(SIGN_IN, { email, password: TOO_LONG_TO_BE_ANYBODYS }, { address: from });

  test('to sign in to one account: 10 in 15 minutes, wherever they come from', async () => {
    const { email, password } = await signUp(harness);
    for (let i = 0; i < 10; i++) expect((await guess(email, newAddress())).status).toBe(401);
    const response = await post(SIGN_IN, { email: email.toUpperCase(), password }, { address: newAddress() });
    expect(response.headers.get('Retry-After')).toBe('890');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(throttled(890));
    // Nobody else is kept out.
    expect((await guess()).status).toBe(401);
  });

  test('are possible again when the window has passed', async () => {
    const { email, password } = await signUp(harness);
    const clock = stopClock('2026-11-24T13:00:00Z');
    for (let i = 0; i < 11; i++) await guess(email, newAddress());
    clock.set('2026-11-24T13:30:00Z');
    expect((await post(SIGN_IN, { email, password })).status).toBe(200);
  });

  test('to sign in from one address: 30 in 15 minutes, to whatever accounts; an IPv6 caller is a /64', async () => {
    for (let i = 0; i < 30; i++) expect((await guess()).status).toBe(401);
    const response = await guess(newForm().email, address.replace('::1', '::2'));
    expect(response.headers.get('Retry-After')).toBe('890');
    expect(await answerOf(response)).toEqual(throttled(890));
    expect((await guess(newForm().email, newAddress())).status).toBe(401);
  });

  test('to sign up from one address: 20 an hour', async () => {
    const { username } = await signUp(harness);
    for (let i = 0; i < 20; i++) expect((await post(SIGN_UP, { ...newForm(), username })).status).toBe(400);
    const response = await post(SIGN_UP, newForm());
    expect(response.headers.get('Retry-After')).toBe('3590');
    expect(await answerOf(response)).toEqual(throttled(3590));
    expect((await post(SIGN_UP, newForm(), { address: newAddress() })).status).toBe(200);
  });

  test('to sign up with one email address: 10 an hour, wherever they come from', async () => {
    const taken = newForm({ email: (await signUp(harness)).email });
    for (let i = 0; i < 9; i++) expect((await post(SIGN_UP, taken, { address: newAddress() })).status).toBe(400);
    const response = await post(SIGN_UP, taken, { address: newAddress() });
    expect(await answerOf(response)).toEqual(throttled(3590));
  });

  test('that are not valid requests do not count', async () => {
    for (let i = 0; i < 21; i++) expect((await post(SIGN_UP, {})).status).toBe(400);
    expect((await post(SIGN_UP, newForm())).status).toBe(200);
  });

  const tooMany = { reason: { code: 'rate_limit_exceeded', window: 'attempts', retryAfter: 3590 } };

  test('to make us mail somebody: 5 an hour for each address mailed, 20 for each address asking', async () => {
    const reset = (email: string, from = address) =>
      harness.run((ctx) => requestPasswordReset(ctx, visitor(from), { email }));
    const { email } = newForm();
    for (let i = 0; i < 5; i++) await reset(email, newAddress());
    await expect(reset(email, newAddress())).rejects.toMatchObject(tooMany);
    for (let i = 0; i < 20; i++) await reset(newForm().email);
    await expect(reset(newForm().email)).rejects.toMatchObject(tooMany);
  });

  test('to have the address confirmed: 5 mails an hour, and strangers who ask for resets take none of them', async () => {
    const { email, cookie } = await signUp(harness);
    for (let i = 0; i < 5; i++) await harness.run((ctx) => requestPasswordReset(ctx, visitor(newAddress()), { email }));
    const resend = () => submit(harness, '/verify-email/resend', {}, cookie);
    for (let i = 0; i < 5; i++) expect((await resend()).status).toBe(303);
    const refused = await resend();
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '3590']);
  });

  test('of tokens: 30 an hour for each address', async () => {
    const confirm = () =>
      harness.fetch('/verify-email', {
        method: 'POST',
        address,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'token=none',
      });
    for (let i = 0; i < 29; i++) expect((await confirm()).status).toBe(400);
    const reset = () => harness.run((ctx) => resetPassword(ctx, visitor(), { token: 'x', password: 'correct horse' }));
    await expect(reset()).rejects.toMatchObject({ reason: { code: 'invalid_request' } });
    await expect(reset()).rejects.toMatchObject(tooMany);
    expect((await confirm()).status).toBe(429);
  });

  test('are counted without telling Redis whose they are', async () => {
    const { email } = newForm();
    await guess(email);
    const name = (rule: { name: string }, subject: string) => `throttle:${rule.name}:${subject}`;
    const keys = (await harness.redis('KEYS', 'throttle:sign-in:*')) as string[];
    const block = addressToHex(address)?.slice(0, 16) ?? 'none';
    for (const [rule, subject] of [
      [THROTTLES.signInAccount, email],
      [THROTTLES.signInAddress, block],
    ] as const) {
      const hashed = name(rule, await sha256Hex(subject));
      expect(keys.filter((key) => key.startsWith(hashed))).toHaveLength(1);
      expect(keys.filter((key) => key.includes(subject))).toEqual([]);
    }
  });
});

describe('while Redis is away', () => {
  test.each<FaultInput>([
    { kind: 'refuse' },
    { kind: 'error' },
    { kind: 'hang' },
    { kind: 'truncate' },
  ])('people sign in ($kind)', async (fault) => {
    const { email, password } = await signUp(harness);
    await harness.upstash.setFaults(fault);
    const started = performance.now();
    const { response, settled } = harness.start(SIGN_IN, { address, body: { email, password } });
    const answered = await response;
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(answered.status).toBe(200);
    await harness.upstash.setFaults();
    await settled();
  });

  test('people sign up and out', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    const { cookie } = await signUp(harness);
    const response = await harness.fetch(SIGN_OUT, { method: 'POST', headers: { Cookie: cookie } });
    expect(response.status).toBe(200);
  });

  test('the binding counts: 20 a minute for each account, and for each address', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    // The binding has its own clock and minutes: at most two of them are met here.
    const attemptsUntilRefused = async (attempt: () => Promise<Response>) => {
      for (let i = 0; i < 41; i++) {
        const response = await attempt();
        if (response.status === 401) continue;
        expect(response.headers.get('Retry-After')).toBe('60');
        expect(await answerOf(response)).toEqual(throttled(60));
        return i;
      }
      return Number.POSITIVE_INFINITY;
    };
    const { email } = newForm();
    const wrong = { password: TOO_LONG_TO_BE_ANYBODYS };
    const ofAccount = await attemptsUntilRefused(() => post(SIGN_IN, { email, ...wrong }, { address: newAddress() }));
    expect(ofAccount).toBeGreaterThanOrEqual(20);
    expect(ofAccount).toBeLessThanOrEqual(40);
    const ofAddress = await attemptsUntilRefused(() => post(SIGN_IN, { email: newForm().email, ...wrong }));
    expect(ofAddress).toBeGreaterThanOrEqual(20);
    expect(ofAddress).toBeLessThanOrEqual(40);
  });
});

describe('while Neon is away', () => {
  test.each(['refuse', 'error', 'truncate'] as const)('sign-up and sign-in are 503 (%s)', async (kind) => {
    const { email, password } = await signUp(harness);
    const form = newForm();
    await harness.neon.setFaults({ kind });
    for (const response of [await post(SIGN_UP, form), await post(SIGN_IN, { email, password })]) {
      expect(response.headers.get('Retry-After')).toBe('5');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await answerOf(response)).toEqual(UNAVAILABLE);
    }
    await harness.neon.setFaults();
    expect(await accountsLike(form)).toEqual([]);
    expect(await mailsTo(form.email)).toEqual([]);
    expect((await post(SIGN_UP, form)).status).toBe(200);
  });

  test('a sign-in whose session was not written is 503 and signs nobody in', async () => {
    const { email, password } = await signUp(harness);
    await harness.neon.setFaults({ kind: 'refuse', match: 'insert into \\"sessions\\"' });
    const response = await post(SIGN_IN, { email, password });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});

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
    expect((await confirmEmail(harness, `${token}x`, cookie)).status).toBe(400);
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
    expect((await confirmEmail(harness, token, cookie)).status).toBe(200);
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
    expect((await confirmEmail(harness, token, cookie)).status).toBe(503);
    await harness.neon.setFaults({ kind: 'refuse', match: 'mailed_links' });
    expect((await confirmEmail(harness, token, cookie)).status).toBe(503);
    await harness.neon.setFaults();
    expect((await confirmEmail(harness, token, cookie)).status).toBe(200);
  });

  test('that nobody takes stops no sign-up, and the log says so', async () => {
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
    for (const ended of [cookie, other]) expect((await whoami(ended)).status).toBe(401);
    expect(await answerOf(await post(SIGN_IN, { email, password }))).toEqual(INVALID_CREDENTIALS);
    expect((await post(SIGN_IN, { email, password: 'battery staple' })).status).toBe(200);
    await expect(reset(token, 'another one')).rejects.toMatchObject(BAD_TOKEN);
    expect((await post(SIGN_IN, { email, password: 'battery staple' })).status).toBe(200);
  });

  test.each(['', '\0', 'é', `${'a'.repeat(24)}'--`, 'x'.repeat(201)])('token %j is none of ours', async (token) => {
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
    expect((await post(SIGN_IN, { email, password: set })).status).toBe(200);
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

  test('for an address that is nobody’s sends nothing and says the same', async () => {
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
    expect((await post(SIGN_IN, { email, password })).status).toBe(200);
    await request(email);
    await reset(tokenIn((await mailsTo(email))[0]), 'battery staple');
    expect((await post(SIGN_IN, { email, password: 'battery staple' })).status).toBe(200);
  });

  test('whose mail nobody takes says the same, and the log says so', async () => {
    const { email } = await signUp(harness);
    harness = new Harness({ MAIL_API_KEY: 'wrong' });
    const log = watchLog();
    await request(email);
    expect(log.events()).toMatchObject([{ event: 'deferred_work_failed', error: 'MailFailed' }]);
  });
});

test('the log holds no password, token, email address or name, whatever goes wrong', async () => {
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
