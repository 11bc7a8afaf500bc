import { beforeEach, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';
import { newAddress, newForm, newPerson, signUp, type TestPerson } from '../support/app/people.ts';
import { posts, rowsOf } from '../support/database/database.ts';
import { servicesOfProcess } from '../support/database/services.ts';

const ME = '/api/auth/me';
const NAME = '__Host-jestha.session_token';

const NOBODY = {
  status: 401,
  body: {
    error: 'Authentication required',
    message: 'Send your API key as "Authorization: Bearer jes_live_…".',
    code: 'authentication_required',
  },
};

let harness: Harness;
let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

const send = (path: string, request: TestRequest = {}) => harness.fetch(path, { cookie: person.cookie, ...request });

/** A cookie's value, signed as better-auth signs it. */
async function sign(token: string, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const encode = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey('raw', encode(secret), algorithm, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, encode(token)));
  return encodeURIComponent(`${token}.${btoa(String.fromCharCode(...signature))}`);
}

async function tokenOf({ id }: TestPerson): Promise<string> {
  const [session] = await rowsOf<{ token: string }>(harness, `SELECT token FROM sessions WHERE account_id = '${id}'`);
  return session?.token ?? 'none';
}

describe('a session', () => {
  test('identifies the person, without limits of a key, for one statement and no call of Redis', async () => {
    await harness.neon.reset();
    await harness.upstash.reset();
    const response = await send(ME);
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 1 });
    expect(await harness.upstash.counters()).toEqual({});
    expect([...response.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toMatchObject({
      status: 200,
      body: { id: person.id, username: person.username, email: person.email, displayName: 'Zoë 🦊' },
    });
  });

  test('is found among other cookies', async () => {
    await expect(await send(ME, { cookie: `theme=dark; ${person.cookie}; session_token=x` })).toHaveStatus(200);
  });

  test('needs no Redis', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    await expect(await send(ME)).toHaveStatus(200);
  });

  test('is 503 without Neon, since its end is unknown', async () => {
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await send(ME);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual({
      status: 503,
      body: {
        error: 'Service unavailable',
        message: 'A service that we depend on does not respond. Nothing changed; retry soon.',
        code: 'service_unavailable',
      },
    });
  });

  test('sees a changed profile at once', async () => {
    await rowsOf(harness, `UPDATE accounts SET bio = 'Fox' WHERE id = '${person.id}'`);
    expect((await answerOf(await send(ME))).body).toMatchObject({ bio: 'Fox' });
  });

  test('lasts 30 days to the millisecond, and use makes it no longer', async () => {
    const [session] = await rowsOf<{ ends: string; days: string }>(
      harness,
      `SELECT extract(epoch FROM expires_at) * 1000 AS ends,
         extract(epoch FROM expires_at - created_at) / 86400 AS days
       FROM sessions WHERE account_id = '${person.id}'`,
    );
    expect(Number(session?.days)).toBeCloseTo(30, 4);
    harness.now = Number(session?.ends) - 1;
    await expect(await send(ME)).toHaveStatus(200);
    harness.now += 1;
    expect(await answerOf(await send(ME))).toEqual(NOBODY);
  });
});

describe('no session at all', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['no cookie of that name', () => 'theme=dark'],
    ['an empty cookie', () => `${NAME}=`],
    ['the bare token', async () => `${NAME}=${await tokenOf(person)}`],
    ['the token with an empty signature', async () => `${NAME}=${await tokenOf(person)}.`],
    ['the token with a made-up signature', async () => `${NAME}=${await tokenOf(person)}.${'A'.repeat(43)}%3D`],
    [
      'the token signed with another secret',
      async () => `${NAME}=${await sign(await tokenOf(person), 'x'.repeat(32))}`,
    ],
    ['the last character cut off', () => person.cookie.replace(/%3D$/, '')],
    ['the first character cut off', () => person.cookie.replace(/=./, '=')],
    ['another token under the same signature', () => person.cookie.replace(/=[^.]+/, `=${'a'.repeat(32)}`)],
    ['the right value under another name', () => person.cookie.replace('__Host-', '')],
    ['a broken escape', () => `${person.cookie}%`],
    ['only bytes', () => `${NAME}=%FF%FE%00`],
  ])('%s is 401, without a statement', async (_, cookieOf) => {
    const cookie = await cookieOf();
    await harness.neon.reset();
    const response = await send(ME, { cookie });
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha"');
    expect(await answerOf(response)).toEqual(NOBODY);
    expect(await harness.neon.counters()).toEqual({});
  });

  test('an unknown token is 401, even with a good signature', async () => {
    const secret = `sessions of ${servicesOfProcess().secret}`;
    const signed = (token: string) => sign(token, secret);
    await expect(await send(ME, { cookie: `${NAME}=${await signed(await tokenOf(person))}` })).toHaveStatus(200);
    expect(await answerOf(await send(ME, { cookie: `${NAME}=${await signed('a'.repeat(32))}` }))).toEqual(NOBODY);
  });

  test('an API key in the cookie is 401', async () => {
    const { key } = await harness.newKey();
    expect(await answerOf(await send(ME, { cookie: `${NAME}=${key}` }))).toEqual(NOBODY);
  });

  test('the session token as a bearer token is 401', async () => {
    expect((await answerOf(await harness.fetch(ME, { key: await tokenOf(person) }))).body).toMatchObject({
      code: 'invalid_api_key',
    });
  });
});

describe('a secret that is being replaced', () => {
  const SECRET = 'b'.repeat(32);
  const before = `sessions of ${servicesOfProcess().secret}`;

  test('still verifies as the previous one: sessions and cursors work', async () => {
    const key = await harness.newKey();
    const { id } = (await (await harness.fetch('/api/posts', { key: key.key, body: { content: 'Hello' } })).json()) as {
      id: string;
    };
    for (let i = 0; i < 2; i++) {
      await harness.fetch(`/api/posts/${id}/comments`, { key: key.key, body: { content: 'Hi' } });
    }
    const comments = `/api/posts/${id}/comments?limit=1`;
    const page = (await (await harness.fetch(comments, { key: key.key })).json()) as { nextCursor: string };

    const after = new Harness({ SESSION_SECRET: SECRET, SESSION_SECRET_PREVIOUS: before });
    await expect(await after.fetch(ME, { cookie: person.cookie })).toHaveStatus(200);
    await expect(await after.fetch(`${comments}&cursor=${page.nextCursor}`, { key: key.key })).toHaveStatus(200);
    const signedOut = await after.fetch('/api/auth/sign-out', { method: 'POST', cookie: person.cookie });
    expect(signedOut.headers.getSetCookie()).toEqual([expect.stringMatching(`^${NAME}=; Max-Age=0;`)]);
    await expect(await after.fetch(ME, { cookie: person.cookie })).toHaveStatus(401);
    expect(await tokenOf(person)).toBe('none');
  });

  test('signs nothing new, and verifies nothing once it is removed', async () => {
    const after = new Harness({ SESSION_SECRET: SECRET, SESSION_SECRET_PREVIOUS: before });
    const other = await signUp(after);
    const alone = new Harness({ SESSION_SECRET: SECRET });
    await expect(await alone.fetch(ME, { cookie: other.cookie })).toHaveStatus(200);
    await expect(await alone.fetch(ME, { cookie: person.cookie })).toHaveStatus(401);
  });
});

describe('a bearer token beside a session', () => {
  test('decides alone when it is good', async () => {
    const key = await harness.newKey();
    const response = await send(ME, { key: key.key });
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect((await answerOf(response)).body).toMatchObject({ id: key.accountId });
  });

  test.each([
    ['malformed', () => 'jes_live_short'],
    ['unknown', () => generateKey()],
    ['of another kind', () => 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
  ])('decides alone when it is %s', async (_, key) => {
    expect((await answerOf(await send(ME, { key: key(), address: newAddress() }))).body).toMatchObject({
      code: 'invalid_api_key',
    });
  });

  test('another scheme decides nothing', async () => {
    await expect(await send(ME, { headers: { Authorization: 'Basic em9lOng=' } })).toHaveStatus(200);
  });
});

describe('a person posts', () => {
  test('with no "via", with counts, and reads it back so', async () => {
    const created = await send('/api/posts', { body: { content: 'By hand' } });
    expect([...created.headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
    const { status, body: jes } = await answerOf(created);
    expect(status).toBe(201);
    expect(jes).toMatchObject({
      content: 'By hand',
      via: null,
      author: { id: person.id, username: person.username },
      counts: { likes: 0, comments: 0, bounces: 0, saves: 0 },
    });
    const read = await send(`/api/posts/${(jes as { id: string }).id}`);
    expect(await answerOf(read)).toEqual({ status: 200, body: jes });
    expect((await answerOf(await send(ME))).body).toMatchObject({ totalPosts: 1 });
  });

  test('more than a key may: ten a minute and the daily quota of keys do not limit people', async () => {
    await posts.setToday(harness, person.id, '2026-11-24', { creations: 1_000 });
    for (let i = 0; i < 11; i++) {
      await expect(await send('/api/posts', { body: { content: `${i}` } })).toHaveStatus(201);
    }
    const [usage] = await rowsOf(harness, `SELECT creations FROM daily_usage WHERE account_id = '${person.id}'`);
    expect(usage).toEqual({ creations: 1_000 });
  });
});

/** Endpoints that are for people only (all of them: the suite of the protocol), a good request of each, its status. */
const GOOD_REQUESTS: Record<string, (keyId: string) => { path: string; body?: unknown; status: number }> = {
  'GET /api/auth/api-keys': () => ({ path: '/api/auth/api-keys', status: 200 }),
  'POST /api/auth/api-keys': () => ({
    path: '/api/auth/api-keys',
    body: { label: 'Bot', scopes: ['write:jes'], acceptTerms: true },
    status: 201,
  }),
  'DELETE /api/auth/api-keys/:id': (keyId) => ({ path: `/api/auth/api-keys/${keyId}`, status: 200 }),
  'GET /api/auth/api-keys/:id/usage': (keyId) => ({ path: `/api/auth/api-keys/${keyId}/usage`, status: 200 }),
};

describe('endpoints for people only', () => {
  const endpoints = ENDPOINTS.filter(({ method, path }) => `${method} ${path}` in GOOD_REQUESTS);

  test.each(
    endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const),
  )('%s answers people, and neither keys nor strangers', async (name, { method }) => {
    const own = await harness.newKey({ account: person });
    const good = GOOD_REQUESTS[name]?.(own.id);
    if (!good) throw new Error(`${name} has no good request`);
    const { path, body, status } = good;
    const request = { method, ...(body !== undefined && { body }) };

    const stranger = await harness.fetch(path, request);
    expect(stranger.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha"');
    expect(await answerOf(stranger)).toEqual({
      status: 401,
      body: {
        error: 'Authentication required',
        message: 'Sign in first; the session cookie is what this path asks for.',
        code: 'authentication_required',
      },
    });

    // A key with every scope, of the same account, and with the person's cookie.
    const withKey = await send(path, { ...request, key: own.key });
    expect(withKey.headers.get('X-RateLimit-Limit')).toBe('60');
    expect(withKey.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(withKey.headers.get('X-RateLimit-Reset')).toBe(String(harness.now / 1_000 + 60));
    expect(withKey.headers.get('WWW-Authenticate')).toBeNull();
    expect(await answerOf(withKey)).toEqual({
      status: 403,
      body: {
        error: 'Not available to API keys',
        message: 'API keys cannot do this, whatever their scopes. Sign in instead.',
        code: 'session_required',
      },
    });
    expect((await answerOf(await send(path, { ...request, key: 'jes_live_short' }))).body).toMatchObject({
      code: 'invalid_api_key',
    });
    const refused = await send(path, { ...request, headers: { Accept: 'text/html' } });
    expect((await answerOf(refused)).body).toMatchObject({ code: 'not_acceptable' });

    const answered = await send(path, request);
    await expect(answered).toHaveStatus(status);
    expect(answered.headers.get('Cache-Control')).toBe('no-store');
    expect([...answered.headers.keys()].filter((header) => header.startsWith('x-ratelimit'))).toEqual([]);
  });
});

describe('a request that another site makes a browser send', () => {
  const OURS = 'https://jestha.com';
  const THEIRS = 'https://evil.example';
  /** `Sec-Fetch-Site`, `Origin`, and true if the change is made. */
  const CASES: [string | null, string | null, boolean][] = [
    [null, null, true],
    [null, OURS, true],
    [null, THEIRS, false],
    [null, 'null', false],
    [null, 'https://api.jestha.com', false],
    [null, 'http://jestha.com', false],
    [null, 'https://jestha.com.evil.example', false],
    ['same-origin', null, true],
    ['same-origin', 'https://api.jestha.com', true],
    ['none', null, true],
    ['same-site', OURS, true],
    ['same-site', null, false],
    ['same-site', 'https://blog.jestha.com', false],
    ['cross-site', null, false],
    ['cross-site', THEIRS, false],
    ['cross-site', 'null', false],
    // Two headers must agree.
    ['cross-site', OURS, false],
    ['same-origin', THEIRS, true],
    ['anything', null, false],
  ];
  const REFUSED = {
    status: 403,
    body: {
      error: 'Cross-site request refused',
      message: 'A browser sent this request from another site, so we did nothing.',
      code: 'cross_site_request',
    },
  };

  describe.each(CASES)('Sec-Fetch-Site: %s, Origin: %s', (site, origin, isDone) => {
    const headers = {
      ...(site !== null && { 'Sec-Fetch-Site': site }),
      ...(origin !== null && { Origin: origin }),
    };

    test('reads are answered', async () => {
      await expect(await send(ME, { headers })).toHaveStatus(200);
      await expect(await send('/api/auth/api-keys', { headers })).toHaveStatus(200);
      await expect(await send(ME, { headers, method: 'HEAD' })).toHaveStatus(200);
    });

    test(`changes are ${isDone ? 'made' : 'refused'}`, async () => {
      const key = await harness.newKey({ account: person });
      const newKey = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
      const answers = [
        await send('/api/posts', { headers, body: { content: 'Hello' } }),
        await send('/api/auth/api-keys', { headers, body: newKey }),
        await send(`/api/auth/api-keys/${key.id}`, { headers, method: 'DELETE' }),
        // Includes the endpoints that sign a person in as another one, or out.
        await harness.fetch('/api/auth/sign-up/email', { headers, address: newAddress(), body: newForm() }),
        await harness.fetch('/api/auth/sign-in/email', {
          headers,
          address: newAddress(),
          body: { email: person.email, password: person.password },
        }),
        await send('/api/auth/sign-out', { headers, method: 'POST' }),
      ];
      if (isDone) {
        expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200, 200, 200]);
        return;
      }
      for (const answer of answers) {
        expect(answer.headers.getSetCookie()).toEqual([]);
        expect(await answerOf(answer)).toEqual(REFUSED);
      }
      expect(await posts.contentsOf(harness, person.id)).toEqual([]);
      await expect(await harness.fetch(ME, { key: key.key })).toHaveStatus(200);
      await expect(await send(ME)).toHaveStatus(200);
    });
  });

  test('is accepted with an API key, which no browser sends by itself', async () => {
    const { key } = await harness.newKey();
    const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: THEIRS };
    await expect(await harness.fetch('/api/posts', { key, headers, body: { content: 'Hello' } })).toHaveStatus(201);
  });
});
