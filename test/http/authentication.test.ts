import { beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';

const harness = new Harness();
let good: TestKey;

beforeAll(async () => {
  good = await harness.newKey();
});

const whoami = (headers: Record<string, string>) => harness.fetch('/api/auth/me', { headers });

const REQUIRED = {
  status: 401,
  body: {
    error: 'Authentication required',
    message: 'Send your API key as "Authorization: Bearer jes_live_…".',
    code: 'authentication_required',
  },
};
const MALFORMED = {
  status: 401,
  body: {
    error: 'Invalid API key',
    message: 'This is not a Jestha API key. Keys begin with jes_live_ and are 58 characters long.',
    code: 'invalid_api_key',
  },
};
const UNKNOWN = {
  status: 401,
  body: {
    error: 'Invalid API key',
    message: 'No such API key. Check that it was copied whole.',
    code: 'invalid_api_key',
  },
};

describe('no credential', () => {
  test.each([
    ['nothing', {}],
    ['an empty header', { Authorization: '' }],
    ['another scheme', { Authorization: 'Basic dXNlcjpwYXNz' }],
    ['a scheme and no token', { Authorization: 'Bearer' }],
    ['a scheme and white space', { Authorization: 'Bearer   ' }],
    ['a word that begins like the scheme', { Authorization: 'BearerToken abc' }],
  ])('%s', async (_, headers) => {
    const response = await whoami(headers as Record<string, string>);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha"');
    expect(await answerOf(response)).toEqual(REQUIRED);
  });

  test.each([
    ['the query', (key: string) => [`/api/auth/me?api_key=${key}&access_token=${key}`, {}] as const],
    ['a cookie', (key: string) => ['/api/auth/me', { Cookie: `api_key=${key}` }] as const],
    [
      'another header',
      (key: string) => ['/api/auth/me', { 'X-Api-Key': key, 'Proxy-Authorization': `Bearer ${key}` }] as const,
    ],
  ])('a key in %s is not looked at', async (_, place) => {
    const [path, headers] = place(good.key);
    expect(await answerOf(await harness.fetch(path, { headers }))).toEqual(REQUIRED);
  });
});

describe('a malformed key', () => {
  const valid = generateKey();
  const flipped = valid.slice(0, -1) + (valid.endsWith('0') ? '1' : '0');

  test.each([
    ['some token', 'hello'],
    ['too short', valid.slice(0, -1)],
    ['too long', `${valid}0`],
    ['a wrong checksum', flipped],
    ['a character outside base 62', `${valid.slice(0, 20)}-${valid.slice(21)}`],
    ['white space inside', `${valid.slice(0, 20)} ${valid.slice(21)}`],
    ['the reserved test prefix', valid.replace('jes_live_', 'jes_test_')],
    ['a prefix in capitals', valid.replace('jes_live_', 'JES_LIVE_')],
    ['two keys', `${valid}, Bearer ${valid}`],
    ['a hundred thousand characters', `jes_live_${'a'.repeat(100_000)}`],
  ])('%s', async (_, token) => {
    await harness.upstash.reset();
    await harness.neon.reset();
    const response = await whoami({ Authorization: `Bearer ${token}` });
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha", error="invalid_token"');
    expect(await answerOf(response)).toEqual(MALFORMED);
    expect(await harness.upstash.counters()).toEqual({});
    expect(await harness.neon.counters()).toEqual({});
  });
});

describe('a key', () => {
  test.each([
    ['as documented', (key: string) => `Bearer ${key}`],
    ['with the scheme in lower case', (key: string) => `bearer ${key}`],
    ['with the scheme in capitals', (key: string) => `BEARER ${key}`],
    ['with white space around it', (key: string) => `  Bearer \t ${key}  `],
  ])('%s is accepted', async (_, header) => {
    await expect(await whoami({ Authorization: header(good.key) })).toHaveStatus(200);
  });

  test('decides alone, with any cookie beside it', async () => {
    const response = await whoami({ Authorization: 'Bearer nonsense', Cookie: 'session=whatever' });
    expect(await answerOf(response)).toEqual(MALFORMED);
  });

  test('that nobody has', async () => {
    const response = await whoami({ Authorization: `Bearer ${generateKey()}` });
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha", error="invalid_token"');
    expect(response.headers.get('X-RateLimit-Limit')).toBeNull();
    expect(await answerOf(response)).toEqual(UNKNOWN);
  });

  test('that was revoked', async () => {
    const revoked = await harness.newKey();
    await harness.revoke(revoked);
    const response = await whoami({ Authorization: `Bearer ${revoked.key}` });
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha", error="invalid_token"');
    expect(await answerOf(response)).toEqual({
      status: 401,
      body: {
        error: 'API key revoked',
        message: 'This API key was revoked. Generate a new one in Settings → API access.',
        code: 'api_key_revoked',
      },
    });
  });

  test('is good until the millisecond it expires', async () => {
    const own = new Harness();
    const { key } = await own.newKey({ expiresAt: new Date(own.now + 1_000).toISOString() });
    own.now += 999;
    await expect(await own.fetch('/api/auth/me', { key })).toHaveStatus(200);
    own.now += 1;
    const response = await own.fetch('/api/auth/me', { key });
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer realm="jestha", error="invalid_token"');
    expect(await answerOf(response)).toEqual({
      status: 401,
      body: {
        error: 'API key expired',
        message: 'This API key has expired. Generate a new one in Settings → API access.',
        code: 'api_key_expired',
      },
    });
  });

  describe.each([
    ['with Redis', false],
    ['without', true],
  ])('%s', (_, isRedisAway) => {
    test('gets the first error that applies, in the order of the contract', async () => {
      const own = new Harness();
      const key = await own.newKey({ expiresInDays: 30, ipAllowlist: ['192.0.2.1'], scopes: ['read:comment'] });
      const code = async (address: string) => {
        if (isRedisAway) await own.upstash.setFaults({ kind: 'refuse' });
        const response = await own.fetch('/api/posts', { key: key.key, address, body: { content: 'Hello' } });
        await own.upstash.setFaults();
        return ((await answerOf(response)).body as { code: string }).code;
      };
      for (let i = 0; i < 10; i++) expect(await code('192.0.2.1')).toBe('missing_scope');
      expect(await code('192.0.2.1')).toBe('rate_limit_exceeded');
      expect(await code('192.0.2.2')).toBe('ip_not_allowed');
      own.now += 31 * 86_400_000;
      expect(await code('192.0.2.2')).toBe('api_key_expired');
      await own.revoke(key);
      expect(await code('192.0.2.2')).toBe('api_key_revoked');
    });
  });
});

describe('the IP allowlist', () => {
  const list = ['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48'];
  const REFUSED = {
    status: 403,
    body: {
      error: "Request IP is not in this API key's allowlist",
      message: 'This API key works only from the IP addresses that its owner allowed.',
      code: 'ip_not_allowed',
    },
  };

  test.each([
    ['an address in a range', { 'CF-Connecting-IP': '10.200.3.4' }],
    ['a single address', { 'CF-Connecting-IP': '192.0.2.7' }],
    ['an IPv4-mapped address', { 'CF-Connecting-IP': '::ffff:10.1.2.3' }],
    ['an IPv6 address', { 'CF-Connecting-IP': '2001:db8:1:ffff::9' }],
    ['the real address under Pseudo IPv4', { 'CF-Connecting-IP': '240.1.2.3', 'CF-Connecting-IPv6': '2001:db8:1::9' }],
    ['an IPv4 inside, beside any IPv6', { 'CF-Connecting-IP': '10.0.0.1', 'CF-Connecting-IPv6': '2001:db8:2::1' }],
  ])('lets %s in', async (_, headers) => {
    const { key } = await harness.newKey({ ipAllowlist: list });
    const response = await whoami({ ...(headers as Record<string, string>), Authorization: `Bearer ${key}` });
    await expect(response).toHaveStatus(200);
  });

  test.each([
    ['an address outside', { 'CF-Connecting-IP': '11.0.0.1' }],
    ['the neighbour of a single address', { 'CF-Connecting-IP': '192.0.2.8' }],
    ['an IPv6 address outside', { 'CF-Connecting-IP': '2001:db8:2::1' }],
    ['no address', {}],
    ['an unreadable address', { 'CF-Connecting-IP': '10.0.0.1, 10.0.0.2' }],
    ['an address with a zone', { 'CF-Connecting-IP': '2001:db8:1::9%eth0' }],
    ['a short spelling of an address inside', { 'CF-Connecting-IP': '10.1' }],
    ['X-Forwarded-For', { 'CF-Connecting-IP': '11.0.0.1', 'X-Forwarded-For': '10.0.0.1' }],
    ['X-Forwarded-For alone', { 'X-Forwarded-For': '10.0.0.1', 'X-Real-IP': '10.0.0.1', 'True-Client-IP': '10.0.0.1' }],
    [
      'an IPv4 outside beside an IPv6 inside',
      { 'CF-Connecting-IP': '11.0.0.1', 'CF-Connecting-IPv6': '2001:db8:1::9' },
    ],
    ['an IPv6 outside under Pseudo IPv4', { 'CF-Connecting-IP': '240.1.2.3', 'CF-Connecting-IPv6': '2001:db8:2::1' }],
    ['Pseudo IPv4 without the real address', { 'CF-Connecting-IP': '240.1.2.3' }],
  ])('keeps %s out', async (_, headers) => {
    const { key } = await harness.newKey({ ipAllowlist: list });
    const response = await whoami({ ...(headers as Record<string, string>), Authorization: `Bearer ${key}` });
    expect(response.headers.get('WWW-Authenticate')).toBeNull();
    expect(await answerOf(response)).toEqual(REFUSED);
  });

  test('empty = any address, also none', async () => {
    await expect(await whoami({ Authorization: `Bearer ${good.key}`, 'CF-Connecting-IP': '11.0.0.1' })).toHaveStatus(
      200,
    );
    await expect(await whoami({ Authorization: `Bearer ${good.key}` })).toHaveStatus(200);
  });
});

describe('scopes', () => {
  test('a key without the scope of an endpoint', async () => {
    const { key } = await harness.newKey({ scopes: ['read:comment'] });
    const response = await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
    expect(response.headers.get('WWW-Authenticate')).toBe(
      'Bearer realm="jestha", error="insufficient_scope", scope="write:jes"',
    );
    expect(response.headers.get('X-RateLimit-Remaining')).toBe('59');
    expect(await answerOf(response)).toEqual({
      status: 403,
      body: {
        error: 'Missing required scope',
        message: 'This API key lacks the scope write:jes.',
        code: 'missing_scope',
        requiredScope: 'write:jes',
      },
    });
  });

  test('are checked before the endpoint reads its body', async () => {
    const { key } = await harness.newKey({ scopes: ['read:comment'] });
    const headers = { 'Content-Type': 'text/plain', Accept: 'text/html', 'Idempotency-Key': 'a b' };
    const response = await harness.fetch('/api/posts', { key, body: 'not json', headers });
    expect((await answerOf(response)).body).toMatchObject({ code: 'missing_scope' });
  });
});

describe('GET /api/auth/me', () => {
  test('answers exactly the documented fields', async () => {
    const account = await harness.newAccount({ displayName: 'Ada Лавлейс', bio: 'Line one\nline "two" 🚀' });
    const { key } = await harness.newKey({ account });
    expect(await answerOf(await harness.fetch('/api/auth/me', { key }))).toEqual({
      status: 200,
      body: {
        id: account.id,
        username: account.username,
        email: `${account.username}@example.com`,
        displayName: 'Ada Лавлейс',
        avatar: null,
        coverImage: null,
        bio: 'Line one\nline "two" 🚀',
        verified: false,
        emailVerified: true,
        isPrivate: false,
        isCreator: false,
        totalFollowers: 0,
        totalFollowing: 0,
        totalPosts: 0,
        createdAt: '2026-11-24T12:00:00.000Z',
      },
    });
  });

  test('answers the same warm, cold and without Redis', async () => {
    const key = await harness.newKey({ label: 'Zoë’s | "bot" \\ 🚀' });
    const warm = await answerOf(await harness.fetch('/api/auth/me', { key: key.key }));
    await harness.chill(key);
    const cold = await answerOf(await harness.fetch('/api/auth/me', { key: key.key }));
    const own = new Harness();
    await own.upstash.setFaults({ kind: 'refuse' });
    const degraded = await answerOf(await own.fetch('/api/auth/me', { key: key.key }));
    expect(warm.status).toBe(200);
    expect([cold, degraded]).toEqual([warm, warm]);
  });
});
