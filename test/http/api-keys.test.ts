import { beforeEach, describe, expect, test } from 'vitest';
import { isWellFormedKey, noteLastUses } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { invalid, NOT_FOUND, UNAVAILABLE, UNKNOWN_FIELD } from '../support/answers.ts';
import { rowsOf } from '../support/database.ts';
import { answerOf, Harness, type TestRequest } from '../support/harness.ts';
import { newAddress, newPerson, signUp, stopClock, type TestPerson, watchLog } from '../support/people.ts';

const KEYS = '/api/auth/api-keys';
const VALID = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };

interface ApiKey extends Record<string, unknown> {
  readonly id: string;
}
interface Created {
  readonly apiKey: ApiKey;
  readonly key: string;
}

let harness: Harness;
let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

const send = (path: string, request: TestRequest = {}) => harness.fetch(path, { cookie: person.cookie, ...request });
const generate = (overrides: Record<string, unknown> = {}, cookie = person.cookie) =>
  send(KEYS, { cookie, body: { ...VALID, ...overrides } });
const revoke = (id: string, cookie = person.cookie) => send(`${KEYS}/${id}`, { method: 'DELETE', cookie });

async function generated(overrides: Record<string, unknown> = {}): Promise<Created> {
  const { status, body } = await answerOf(await generate(overrides));
  if (status !== 201) throw new Error(`a key was not generated: ${JSON.stringify(body)}`);
  return body as Created;
}

/** The keys of the list without their health, which `key-mails.test.ts` and `key-health.test.ts` are about. */
async function listed(cookie = person.cookie): Promise<ApiKey[]> {
  const { status, body } = await answerOf(await send(KEYS, { cookie }));
  expect(status).toBe(200);
  return (body as { apiKeys: (ApiKey & { health: unknown })[] }).apiKeys.map(({ health: _, ...apiKey }) => apiKey);
}

describe('POST /api/auth/api-keys', () => {
  test('answers 201 with the key, once, and everything else of it', async () => {
    const response = await generate({
      label: '  “Café” 🤖  ',
      scopes: ['write:jes', 'read:engagement'],
      ipAllowlist: ['10.0.0.5/8', '2001:DB8::1', '::ffff:192.0.2.7', '0.0.0.0/0'],
      expiresInDays: 90,
    });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const { status, body } = await answerOf(response);
    const { apiKey, key } = body as Created;
    expect(status).toBe(201);
    expect(key).toMatch(/^jes_live_[0-9A-Za-z]{49}$/);
    expect(isWellFormedKey(key)).toBe(true);
    expect(body).toEqual({
      apiKey: {
        id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
        label: '“Café” 🤖',
        maskedKey: `${key.slice(0, 13)}****`,
        scopes: ['write:jes', 'read:engagement'],
        ipAllowlist: ['10.0.0.0/8', '2001:db8::1', '192.0.2.7', '0.0.0.0/0'],
        status: 'active',
        createdAt: '2026-11-24T12:00:00.000Z',
        expiresAt: '2027-02-22T12:00:00.000Z',
        lastUsedAt: null,
        lastUsedIp: null,
        revokedAt: null,
        revokedReason: null,
      },
      key,
    });
    expect(await listed()).toEqual([apiKey]);
    expect((await harness.fetch('/api/auth/me', { key, address: '10.9.8.7' })).status).toBe(200);
  });

  test('the key acts for the person who generated it', async () => {
    const { key } = await generated();
    const [me, byKey] = [await send('/api/auth/me'), await harness.fetch('/api/auth/me', { key })];
    expect(await answerOf(byKey)).toEqual(await answerOf(me));
  });

  const taken = async (overrides: Record<string, unknown>) => (await generated(overrides)).apiKey;
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['one character of label', { label: '🦊' }, { label: '🦊' }],
    ['50 characters of label', { label: '👩‍🚀'.repeat(16) }, { label: '👩‍🚀'.repeat(16) }],
    ['a label of another script', { label: 'مرحبا <b>&"' }, { label: 'مرحبا <b>&"' }],
    ['no expiry', {}, { expiresAt: null }],
    ['30 days', { expiresInDays: 30 }, { expiresAt: '2026-12-24T12:00:00.000Z' }],
    ['a year', { expiresInDays: 365 }, { expiresAt: '2027-11-24T12:00:00.000Z' }],
    ['a date', { expiresAt: '2026-11-25' }, { expiresAt: '2026-11-25T00:00:00.000Z' }],
    ['a time', { expiresAt: '2026-11-24T12:00:00.001Z' }, { expiresAt: '2026-11-24T12:00:00.001Z' }],
    ['the last time there is', { expiresAt: '9999-12-31T23:59:59.999Z' }, { expiresAt: '9999-12-31T23:59:59.999Z' }],
    ['a time elsewhere', { expiresAt: '2026-11-24T15:00:00+02:00' }, { expiresAt: '2026-11-24T13:00:00.000Z' }],
    ['an empty allowlist', { ipAllowlist: [] }, { ipAllowlist: [] }],
    ['one network twice', { ipAllowlist: ['10.0.0.1/8', ' 10.2.3.4/8 '] }, { ipAllowlist: ['10.0.0.0/8'] }],
    ['a scope twice', { scopes: ['read:comment', 'read:comment'] }, { scopes: ['read:comment'] }],
    [
      'all scopes, in the order given',
      {
        scopes: ['webhooks:manage', 'read:engagement', 'read:comment', 'write:comment', 'write:jesclip', 'write:jes'],
      },
      {
        scopes: ['webhooks:manage', 'read:engagement', 'read:comment', 'write:comment', 'write:jesclip', 'write:jes'],
      },
    ],
  ])('%s is taken', async (_, overrides, shown) => {
    expect(await taken(overrides)).toMatchObject(shown);
  });

  const UNKNOWN_SCOPE = expect.stringMatching(/^must be one of write:jes, write:jesclip, /);
  test.each<[string, Record<string, unknown>, { path: string; message: unknown }[]]>([
    ['no label', { label: undefined }, [{ path: 'label', message: 'must be a string' }]],
    ['an empty label', { label: '' }, [{ path: 'label', message: 'must not be empty' }]],
    ['a label of white space', { label: ' \t' }, [{ path: 'label', message: 'must not be empty' }]],
    [
      '51 characters of label',
      { label: '🦊'.repeat(51) },
      [{ path: 'label', message: 'must be at most 50 characters' }],
    ],
    [
      'a label of which nothing is seen',
      { label: '\u200b\u3164\u2800' },
      [{ path: 'label', message: 'must not be empty' }],
    ],
    ['NUL in the label', { label: 'a\0b' }, [{ path: 'label', message: 'contains a NUL character' }]],
    [
      'a lone surrogate in the label',
      { label: 'a\ud83d' },
      [{ path: 'label', message: 'contains a lone surrogate, which is not a character' }],
    ],
    ['no scope', { scopes: [] }, [{ path: 'scopes', message: 'choose at least one scope' }]],
    ['scopes that are no list', { scopes: 'write:jes' }, [{ path: 'scopes', message: expect.any(String) }]],
    [
      'unknown scopes',
      { scopes: ['write:jes', 'admin', '*'] },
      [
        { path: 'scopes.1', message: UNKNOWN_SCOPE },
        { path: 'scopes.2', message: UNKNOWN_SCOPE },
      ],
    ],
    ['7 days', { expiresInDays: 7 }, [{ path: 'expiresInDays', message: 'must be 30, 90 or 365' }]],
    ['31 days', { expiresInDays: 31 }, [{ path: 'expiresInDays', message: expect.any(String) }]],
    ['days as text', { expiresInDays: '30' }, [{ path: 'expiresInDays', message: expect.any(String) }]],
    [
      'an expiry of now',
      { expiresAt: '2026-11-24T12:00:00.000Z' },
      [{ path: 'expiresAt', message: 'must be in the future' }],
    ],
    ['an expiry of today', { expiresAt: '2026-11-24' }, [{ path: 'expiresAt', message: 'must be in the future' }]],
    ['a day that is none', { expiresAt: '2027-02-30' }, [{ path: 'expiresAt', message: expect.any(String) }]],
    [
      'a time without a zone',
      { expiresAt: '2027-01-01T00:00:00' },
      [{ path: 'expiresAt', message: expect.any(String) }],
    ],
    ['a number for a date', { expiresAt: 1_900_000_000_000 }, [{ path: 'expiresAt', message: expect.any(String) }]],
    ['words for a date', { expiresAt: 'tomorrow' }, [{ path: 'expiresAt', message: expect.any(String) }]],
    [
      'a time beyond what ISO-8601 writes in four digits',
      { expiresAt: '9999-12-31T23:59:59-23:59' },
      [{ path: 'expiresAt', message: 'must be before the year 10000' }],
    ],
    [
      'both kinds of expiry',
      { expiresInDays: 30, expiresAt: '2027-01-01' },
      [{ path: 'expiresAt', message: 'give either expiresInDays or expiresAt' }],
    ],
    [
      'terms not accepted',
      { acceptTerms: false },
      [{ path: 'acceptTerms', message: 'the developer terms must be accepted' }],
    ],
    [
      'terms not mentioned',
      { acceptTerms: undefined },
      [{ path: 'acceptTerms', message: 'the developer terms must be accepted' }],
    ],
    [
      'terms "accepted"',
      { acceptTerms: 'true' },
      [{ path: 'acceptTerms', message: 'the developer terms must be accepted' }],
    ],
    [
      'unknown fields',
      { accountId: '01HK153X000000000000000000', key: 'jes_live_mine' },
      [
        { path: 'accountId', message: UNKNOWN_FIELD },
        { path: 'key', message: UNKNOWN_FIELD },
      ],
    ],
    [
      'every entry of the allowlist that is none',
      {
        ipAllowlist: [
          '10.0.0.1',
          '10.0.0.0/33',
          '010.0.0.1',
          '10.1',
          '2001:db8::/129',
          'fe80::1%eth0',
          'example.com',
          '',
          '10.0.0.0/8/8',
          '10.0.0.0/-1',
          '2001:db8::1',
          'x'.repeat(61),
        ],
      },
      [
        { path: 'ipAllowlist.1', message: '"10.0.0.0/33" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.2', message: '"010.0.0.1" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.3', message: '"10.1" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.4', message: '"2001:db8::/129" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.5', message: '"fe80::1%eth0" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.6', message: '"example.com" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.7', message: '"" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.8', message: '"10.0.0.0/8/8" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.9', message: '"10.0.0.0/-1" is not an IP address or CIDR range' },
        { path: 'ipAllowlist.11', message: `"${'x'.repeat(60)}…" is not an IP address or CIDR range` },
      ],
    ],
    [
      'every entry that would admit others than it seems to',
      { ipAllowlist: ['::192.0.2.1/96', '10.0.0.1', '2a06:98c0:3600::103', '::ffff:10.0.0.0/8'] },
      [
        {
          path: 'ipAllowlist.0',
          message:
            '"::192.0.2.1/96" is an IPv4-compatible IPv6 address, which no client has; write the IPv4 address or range',
        },
        {
          path: 'ipAllowlist.2',
          message:
            '"2a06:98c0:3600::103" would admit every Cloudflare Worker: all of them call from 2a06:98c0:3600::/48',
        },
        {
          path: 'ipAllowlist.3',
          message:
            '"::ffff:10.0.0.0/8" would admit every IPv4 address: the prefix of an IPv4-mapped address is at least 96; ' +
            'write the IPv4 range',
        },
      ],
    ],
    [
      'an entry that is no text',
      { ipAllowlist: [167772161] },
      [{ path: 'ipAllowlist.0', message: expect.any(String) }],
    ],
    [
      '51 entries',
      { ipAllowlist: Array.from({ length: 51 }, (_, i) => `10.0.0.${i}`) },
      [{ path: 'ipAllowlist', message: 'at most 50 entries' }],
    ],
    [
      'wrong fields of all kinds at once',
      { label: '', scopes: [], ipAllowlist: ['nowhere'], acceptTerms: false },
      [
        { path: 'label', message: 'must not be empty' },
        { path: 'scopes', message: 'choose at least one scope' },
        { path: 'ipAllowlist.0', message: '"nowhere" is not an IP address or CIDR range' },
        { path: 'acceptTerms', message: 'the developer terms must be accepted' },
      ],
    ],
  ])('%s is refused, naming it', async (_, overrides, details) => {
    expect(await answerOf(await generate(overrides))).toEqual(invalid(...details));
    expect(await listed()).toEqual([]);
  });

  test('what was sent by mistake is in no log, not even a key', async () => {
    const log = watchLog();
    const pasted = `jes_live_${'a'.repeat(49)}`;
    expect((await generate({ ipAllowlist: [pasted], [pasted]: true })).status).toBe(400);
    expect(log.events()).toMatchObject([{ event: 'request', status: 400, refusal: { code: 'invalid_request' } }]);
    expect(log.text()).not.toContain(pasted);
  });

  test('50 entries are taken', async () => {
    const ipAllowlist = Array.from({ length: 50 }, (_, i) => `10.0.0.${i}`);
    expect((await generated({ ipAllowlist })).apiKey).toMatchObject({ ipAllowlist });
  });

  const LIMIT_REACHED = {
    status: 409,
    body: {
      error: 'API key limit reached',
      message: 'This account has 5 active API keys, which is the limit. Revoke one first.',
      code: 'api_key_limit_reached',
    },
  };

  test('stops at 5 active keys; revoked and expired ones do not count', async () => {
    const first = await generated();
    await generated({ expiresInDays: 30 });
    for (let i = 0; i < 3; i++) await generated();
    expect(await answerOf(await generate())).toEqual(LIMIT_REACHED);
    await revoke(first.apiKey.id);
    await generated();
    expect(await answerOf(await generate())).toEqual(LIMIT_REACHED);
    // The moment one expires there is room; sessions made by the machine's clock outlive it here.
    await rowsOf(
      harness,
      `UPDATE api_keys SET expires_at = '2026-11-24T12:00:00Z' WHERE account_id = '${person.id}' AND expires_at IS NOT NULL`,
    );
    await generated();
    expect(await answerOf(await generate())).toEqual(LIMIT_REACHED);
    expect(await listed()).toHaveLength(7);
  });

  test('20 at once on an account with 3 leave exactly 5, and all 5 work', async () => {
    const keys: string[] = [];
    for (let i = 0; i < 3; i++) keys.push((await generated()).key);
    const answers = await Promise.all(Array.from({ length: 20 }, async () => answerOf(await generate())));
    const created = answers.filter(({ status }) => status === 201);
    expect(created).toHaveLength(2);
    expect(answers.filter(({ status }) => status !== 201)).toEqual(Array.from({ length: 18 }, () => LIMIT_REACHED));
    expect((await listed()).map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'active'));
    keys.push(...created.map(({ body }) => (body as Created).key));
    for (const key of keys) expect((await harness.fetch('/api/auth/me', { key })).status).toBe(200);
  });

  test('is throttled: 30 an hour for each account, whatever came of them', async () => {
    stopClock('2026-11-24T12:00:10Z');
    for (let i = 0; i < 30; i++) expect((await generate({ scopes: [] })).status).toBe(400);
    const response = await generate();
    expect(response.headers.get('Retry-After')).toBe('3590');
    expect(await answerOf(response)).toEqual({
      status: 429,
      body: {
        error: 'Rate limit exceeded',
        message: 'Too many attempts. Wait before the next one.',
        code: 'rate_limit_exceeded',
        retryAfter: 3590,
      },
    });
    // Reading and revoking go on, and so does everybody else.
    expect(await listed()).toEqual([]);
    expect((await generate({}, (await newPerson(harness)).cookie)).status).toBe(201);
  });

  test('works while Redis is away, and the key does too', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    const { key } = await generated();
    await harness.upstash.setFaults();
    expect((await harness.fetch('/api/auth/me', { key })).status).toBe(200);
  });

  test.each(['refuse', 'truncate'] as const)('while Neon is away (%s) is 503', async (kind) => {
    await harness.neon.setFaults({ kind, match: 'INSERT INTO api_keys' });
    const response = await generate();
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});

describe('GET /api/auth/api-keys', () => {
  test('lists the keys of the person and nobody else’s, the newest first', async () => {
    const older = await generated({ label: 'Older' });
    harness.now += 1;
    const newer = await generated({ label: 'Newer' });
    const other = await signUp(harness);
    expect(await listed(other.cookie)).toEqual([]);
    expect(await listed()).toEqual([newer.apiKey, older.apiKey]);
  });

  test('says which are active, expired and revoked; revoked wins', async () => {
    const [active, expired, both] = [await generated(), await generated(), await generated()];
    await rowsOf(
      harness,
      `UPDATE api_keys SET expires_at = '2026-11-24T12:00:00.000Z' WHERE id IN ('${expired.apiKey.id}', '${both.apiKey.id}')`,
    );
    await revoke(both.apiKey.id);
    const statusOf = new Map((await listed()).map(({ id, status }) => [id, status]));
    expect([active, expired, both].map(({ apiKey }) => statusOf.get(apiKey.id))).toEqual([
      'active',
      'expired',
      'revoked',
    ]);
  });

  const lastUse = async () => (await listed()).map(({ lastUsedAt, lastUsedIp }) => [lastUsedAt, lastUsedIp]);
  const USED = [['2026-11-24T12:00:01.234Z', '2001:db8::7']];
  const use = (key: string, address = '2001:db8::7') => harness.fetch('/api/auth/me', { key, address });

  test('knows the last use at once', async () => {
    const { key } = await generated();
    expect(await lastUse()).toEqual([[null, null]]);
    harness.now += 1_234;
    await use(key);
    expect(await lastUse()).toEqual(USED);
    harness.now += 1;
    await harness.fetch('/api/auth/me', { key });
    expect(await lastUse()).toEqual([['2026-11-24T12:00:01.235Z', null]]);
  });

  test('a refused request is no use', async () => {
    const { key } = await generated({ ipAllowlist: ['192.0.2.1'] });
    expect((await use(key)).status).toBe(403);
    expect(await lastUse()).toEqual([[null, null]]);
  });

  /** As many batches as the keys of all suites need. */
  async function sweepUntilNoted(id: string): Promise<void> {
    const [{ left } = { left: 0 }] = await rowsOf<{ left: number }>(
      harness,
      'SELECT count(*)::int AS left FROM api_keys WHERE use_noted_at IS NULL',
    );
    for (let i = 0; i <= left / 200 + 5; i++) {
      await harness.run(noteLastUses);
      const [noted] = await rowsOf(harness, `SELECT 1 FROM api_keys WHERE id = '${id}' AND use_noted_at IS NOT NULL`);
      if (noted) return;
    }
    throw new Error('the sweep never came to this key');
  }

  test('knows it from Neon, once the sweep was there, while Redis is away', async () => {
    const { key, apiKey } = await generated();
    harness.now += 1_234;
    await use(key);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await lastUse()).toEqual([[null, null]]);
    await harness.upstash.setFaults();
    await sweepUntilNoted(apiKey.id);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await lastUse()).toEqual(USED);
  });

  test('knows the first use of a new key a few minutes later', async () => {
    const { key, apiKey } = await generated();
    await sweepUntilNoted(apiKey.id);
    harness.now += 1_234;
    await use(key);
    const noted = `SELECT use_noted_at <= $1::timestamptz - interval '1 hour' AS due FROM api_keys WHERE id = '${apiKey.id}'`;
    const dueAt = async (ms: number) =>
      await rowsOf(harness, noted.replace('$1', `'${new Date(harness.now + ms).toISOString()}'`));
    expect([await dueAt(0), await dueAt(3 * 60_000)]).toEqual([[{ due: false }], [{ due: true }]]);
  });

  test('keeps it when Redis has forgotten, and takes no step back', async () => {
    const { key, apiKey } = await generated();
    harness.now += 1_234;
    await use(key);
    await sweepUntilNoted(apiKey.id);
    await harness.redis('DEL', `windows:${await sha256Hex(key)}`);
    expect(await lastUse()).toEqual(USED);
    await rowsOf(harness, `UPDATE api_keys SET use_noted_at = NULL WHERE id = '${apiKey.id}'`);
    await sweepUntilNoted(apiKey.id);
    expect(await lastUse()).toEqual(USED);
  });

  test('takes the later of what Redis and Neon know', async () => {
    const { key, apiKey } = await generated();
    await use(key);
    const later = "last_used_at = '2026-11-24T12:00:01.234Z', last_used_ip = '2001:db8::7'";
    await rowsOf(harness, `UPDATE api_keys SET ${later} WHERE id = '${apiKey.id}'`);
    expect(await lastUse()).toEqual(USED);
  });

  test.each(['refuse', 'hang', 'error'] as const)('lists and revokes while Redis is away (%s)', async (kind) => {
    const { key, apiKey } = await generated();
    await harness.upstash.setFaults({ kind });
    const { response, settled } = harness.start(KEYS, { headers: { Cookie: person.cookie } });
    expect(await answerOf(await response)).toEqual({
      status: 200,
      body: { apiKeys: [{ ...apiKey, health: expect.any(Array) }], nextCursor: null },
    });
    await harness.upstash.setFaults({ kind: 'refuse' });
    await settled();
    expect((await revoke(apiKey.id)).status).toBe(503);
    expect((await listed()).map(({ status }) => status)).toEqual(['revoked']);
    // It holds: without Redis the key is read from Neon.
    expect((await answerOf(await use(key))).body).toMatchObject({ code: 'api_key_revoked' });
  });

  test('is 503 while Neon is away', async () => {
    await harness.neon.setFaults({ kind: 'refuse' });
    expect(await answerOf(await send(KEYS))).toEqual(UNAVAILABLE);
  });

  test('costs two requests to Neon and one to Redis', async () => {
    await generated();
    await generated();
    await harness.neon.reset();
    await harness.upstash.reset();
    await listed();
    expect(await harness.neon.counters()).toMatchObject({ requests: 2, statements: 3 });
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1, commands: 1 });
  });
});

describe('DELETE /api/auth/api-keys/:id', () => {
  test('revokes at once and answers the key; again, it is the same', async () => {
    const { key, apiKey } = await generated();
    harness.now += 1_000;
    await harness.fetch('/api/auth/me', { key, address: '192.0.2.1' });
    harness.now += 1_000;
    const expected = {
      status: 200,
      body: {
        apiKey: {
          ...apiKey,
          status: 'revoked',
          lastUsedAt: '2026-11-24T12:00:01.000Z',
          lastUsedIp: '192.0.2.1',
          revokedAt: '2026-11-24T12:00:02.000Z',
          revokedReason: 'user',
        },
      },
    };
    expect(await answerOf(await revoke(apiKey.id))).toEqual(expected);
    expect((await answerOf(await harness.fetch('/api/auth/me', { key }))).body).toMatchObject({
      code: 'api_key_revoked',
    });
    harness.now += 1_000;
    expect(await answerOf(await revoke(apiKey.id))).toEqual(expected);
    expect(await listed()).toEqual([expected.body.apiKey]);
  });

  test.each(['admin', 'leaked'] as const)('leaves the reason that came first (%s)', async (reason) => {
    const { apiKey } = await generated();
    await rowsOf(
      harness,
      `UPDATE api_keys SET revoked_at = '2026-11-24T11:00:00Z', revoked_reason = '${reason}' WHERE id = '${apiKey.id}'`,
    );
    expect((await answerOf(await revoke(apiKey.id))).body).toMatchObject({
      apiKey: { revokedAt: '2026-11-24T11:00:00.000Z', revokedReason: reason },
    });
  });

  test('five at once revoke once', async () => {
    const { apiKey } = await generated();
    const answers = await Promise.all(Array.from({ length: 5 }, async () => answerOf(await revoke(apiKey.id))));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, body: { apiKey: { status: 'revoked' } } });
  });

  test('of another account, of nobody, or of no id is 404', async () => {
    const { key, apiKey } = await generated();
    const other = await signUp(harness);
    for (const id of [apiKey.id, '01HK153X000000000000000000', 'nope', apiKey.id.toLowerCase(), "x'--"]) {
      expect(await answerOf(await revoke(encodeURIComponent(id), other.cookie))).toEqual(NOT_FOUND);
    }
    expect((await harness.fetch('/api/auth/me', { key })).status).toBe(200);
    const events = await rowsOf(
      harness,
      `SELECT event FROM audit_log WHERE api_key_id = '${apiKey.id}' AND event = 'revoked'`,
    );
    expect(events).toEqual([]);
  });

  test('that cannot tell Redis is 503 and says so; repeated, it is 200', async () => {
    const { key, apiKey } = await generated();
    await harness.fetch('/api/auth/me', { key });
    await harness.upstash.setFaults({ kind: 'refuse' });
    const response = await revoke(apiKey.id);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual({
      status: 503,
      body: {
        error: 'Service unavailable',
        message: 'The key is revoked, but not all of our caches know it yet. Repeat the call to be sure.',
        code: 'service_unavailable',
      },
    });
    await harness.upstash.setFaults();
    expect((await revoke(apiKey.id)).status).toBe(200);
    expect((await answerOf(await harness.fetch('/api/auth/me', { key }))).body).toMatchObject({
      code: 'api_key_revoked',
    });
  });

  test('while Neon is away is 503 and revokes nothing', async () => {
    const { key, apiKey } = await generated();
    await harness.neon.setFaults({ kind: 'refuse', match: 'update \\"api_keys\\"' });
    expect(await answerOf(await revoke(apiKey.id))).toEqual(UNAVAILABLE);
    await harness.neon.setFaults();
    expect((await harness.fetch('/api/auth/me', { key })).status).toBe(200);
    expect((await listed()).map(({ status }) => status)).toEqual(['active']);
  });
});

describe('GET /api/auth/api-keys/:id/usage', () => {
  const usage = async (id: string, query = '') => {
    const { status, body } = await answerOf(await send(`${KEYS}/${id}/usage${query}`));
    expect(status).toBe(200);
    return (body as { buckets: { start: string; accepted: number; throttled: number }[] }).buckets;
  };
  const use = async (key: string, times: number) => {
    for (let i = 0; i < times; i++) await harness.fetch('/api/auth/me', { key });
  };
  const used = (buckets: { start: string; accepted: number; throttled: number }[]) =>
    buckets.filter(({ accepted, throttled }) => accepted + throttled > 0);

  test('counts the last 24 hours by the hour, the one under way last', async () => {
    const { key, apiKey } = await generated();
    harness.now = Date.UTC(2026, 10, 24, 12, 59, 59, 999);
    await use(key, 2);
    harness.now = Date.UTC(2026, 10, 25, 0, 0, 0, 0);
    await use(key, 3);
    harness.now = Date.UTC(2026, 10, 25, 11, 30, 0, 0);
    await use(key, 61);
    harness.now += 5_000;
    // A request refused for another reason is neither.
    expect((await harness.fetch('/api/posts/nope', { key, method: 'GET' })).status).toBe(429);
    const buckets = await usage(apiKey.id);
    expect(buckets).toHaveLength(24);
    expect(buckets[0]).toEqual({ start: '2026-11-24T12:00:00.000Z', accepted: 2, throttled: 0 });
    expect(buckets[1]).toEqual({ start: '2026-11-24T13:00:00.000Z', accepted: 0, throttled: 0 });
    expect(buckets[23]).toEqual({ start: '2026-11-25T11:00:00.000Z', accepted: 60, throttled: 2 });
    expect(used(buckets).map(({ start }) => start)).toEqual([
      '2026-11-24T12:00:00.000Z',
      '2026-11-25T00:00:00.000Z',
      '2026-11-25T11:00:00.000Z',
    ]);
    harness.now = Date.UTC(2026, 10, 25, 12, 0, 0, 0);
    expect((await usage(apiKey.id, '?window=24h'))[0]).toEqual({
      start: '2026-11-24T13:00:00.000Z',
      accepted: 0,
      throttled: 0,
    });
  });

  test('counts the last 30 days by the UTC day, today last', async () => {
    const { key, apiKey } = await generated();
    harness.now = Date.UTC(2026, 10, 24, 23, 59, 59, 999);
    await use(key, 2);
    harness.now = Date.UTC(2026, 10, 25, 0, 0, 0, 0);
    await use(key, 1);
    harness.now = Date.UTC(2026, 10, 25, 23, 0, 0, 0);
    await use(key, 63);
    // The next call of Redis tells it what was refused without one.
    harness.now += 5_000;
    await use(key, 1);
    harness.now = Date.UTC(2026, 11, 23, 12, 0, 0, 0);
    await rowsOf(harness, `UPDATE sessions SET expires_at = '2027-01-31' WHERE account_id = '${person.id}'`);
    const buckets = await usage(apiKey.id, '?window=30d');
    expect(buckets).toHaveLength(30);
    expect(buckets[0]).toEqual({ start: '2026-11-24T00:00:00.000Z', accepted: 2, throttled: 0 });
    expect(buckets[1]).toEqual({ start: '2026-11-25T00:00:00.000Z', accepted: 61, throttled: 4 });
    expect(buckets[29]).toEqual({ start: '2026-12-23T00:00:00.000Z', accepted: 0, throttled: 0 });
    expect(used(buckets)).toHaveLength(2);
    harness.now += 86_400_000;
    expect((await usage(apiKey.id, '?window=30d'))[0]?.start).toBe('2026-11-25T00:00:00.000Z');
  });

  test('adds what a Worker of the release before has counted', async () => {
    const { key, apiKey } = await generated();
    await use(key, 2);
    const earlier = `usage:${await sha256Hex(key)}:2026-11-24`;
    await harness.redis('HSET', earlier, '11:accepted', '7', '11:throttled', '1', '12:accepted', '3');
    expect(used(await usage(apiKey.id))).toEqual([
      { start: '2026-11-24T11:00:00.000Z', accepted: 7, throttled: 1 },
      { start: '2026-11-24T12:00:00.000Z', accepted: 5, throttled: 0 },
    ]);
    expect((await usage(apiKey.id, '?window=30d'))[29]).toMatchObject({ accepted: 12, throttled: 1 });
  });

  test('counts no request that no limit judged', async () => {
    const { key, apiKey } = await generated({ ipAllowlist: ['192.0.2.1'] });
    await use(key, 3);
    await revoke(apiKey.id);
    await use(key, 3);
    expect(used(await usage(apiKey.id))).toEqual([]);
  });

  test('is there for a revoked key too', async () => {
    const { key, apiKey } = await generated();
    await use(key, 1);
    await revoke(apiKey.id);
    expect(used(await usage(apiKey.id))).toEqual([{ start: '2026-11-24T12:00:00.000Z', accepted: 1, throttled: 0 }]);
  });

  test.each(['7d', '', '24H', '24h '])('a window of %j is 400', async (window) => {
    const { apiKey } = await generated();
    const response = await send(`${KEYS}/${apiKey.id}/usage?window=${encodeURIComponent(window)}`);
    expect(await answerOf(response)).toEqual(invalid({ path: 'window', message: 'must be 24h or 30d' }));
  });

  test('an unknown parameter is 400', async () => {
    const { apiKey } = await generated();
    const response = await send(`${KEYS}/${apiKey.id}/usage?days=7`);
    expect(await answerOf(response)).toEqual(invalid({ path: 'days', message: UNKNOWN_FIELD }));
  });

  test('of another account, of nobody, or of no id is 404', async () => {
    const { apiKey } = await generated();
    const { cookie } = await signUp(harness);
    for (const id of [apiKey.id, '01HK153X000000000000000000', 'nope']) {
      expect(await answerOf(await send(`${KEYS}/${id}/usage`, { cookie }))).toEqual(NOT_FOUND);
    }
  });

  test.each(['refuse', 'error'] as const)('is 503 while Redis is away (%s), which alone knows it', async (kind) => {
    const { apiKey } = await generated();
    await harness.upstash.setFaults({ kind });
    const response = await send(`${KEYS}/${apiKey.id}/usage`);
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });

  test('costs one request to Redis: a command, and one for each UTC day that an earlier Worker may have counted', async () => {
    const { apiKey } = await generated();
    await harness.upstash.reset();
    await usage(apiKey.id);
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1, commands: 3 });
    await harness.upstash.reset();
    await usage(apiKey.id, '?window=30d');
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1, commands: 31 });
  });
});

test('the plaintext is in no table, not in Redis, and not in the log', async () => {
  const log = watchLog();
  const { key, apiKey } = await generated();
  const failing = await generated();
  await harness.fetch('/api/auth/me', { key, address: newAddress() });
  await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
  await listed();
  await send(`${KEYS}/${apiKey.id}/usage`);
  for (const store of [harness.neon, harness.upstash]) {
    for (const kind of ['refuse', 'error', 'truncate', 'close'] as const) {
      await store.setFaults({ kind, match: store === harness.neon ? 'INSERT INTO api_keys' : '' });
      await generate();
      await harness.fetch('/api/auth/me', { key: failing.key });
    }
    await store.setFaults();
  }
  await harness.sweep();
  await revoke(apiKey.id);

  const secrets = [key, failing.key].map((plaintext) => plaintext.slice(9));
  const tables = await rowsOf<{ name: string }>(
    harness,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  expect(tables.map(({ name }) => name)).toContain('api_keys');
  for (const { name } of tables) {
    for (const secret of secrets) {
      const found = await rowsOf(harness, `SELECT 1 FROM "${name}" AS t WHERE t::text LIKE '%${secret}%'`);
      expect([name, found]).toEqual([name, []]);
    }
  }
  const hash = await sha256Hex(key);
  const kept = (await harness.redis('KEYS', `*${hash}*`)) as string[];
  expect(kept.sort()).toEqual([`key:${hash}`, `windows:${hash}`]);
  for (const name of kept) {
    const value = String(await harness.redis('GET', name));
    for (const secret of secrets) expect(value).not.toContain(secret.slice(4));
  }
  for (const secret of secrets) expect(await harness.redis('KEYS', `*${secret}*`)).toEqual([]);
  expect(log.text()).toContain('"route":"/api/auth/api-keys"');
  for (const secret of secrets) expect(log.text()).not.toContain(secret.slice(4));
});
