import { beforeEach, describe, expect, test } from 'vitest';
import { isWellFormedKey } from '../../src/domain/keys/index.ts';
import { invalid, UNAVAILABLE, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { type Created, keyCalls } from '../support/app/api-keys.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newPerson, stopClock, type TestPerson, watchLog } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

let harness: Harness;

let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

const { send, generate, revoke, generated, listed } = keyCalls(() => ({ harness, person }));

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
        id: expect.ulid(),
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
    await expect(await harness.fetch('/api/auth/me', { key, address: '10.9.8.7' })).toHaveStatus(200);
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
    await expect(await generate({ ipAllowlist: [pasted], [pasted]: true })).toHaveStatus(400);
    expect(log.events()).toMatchObject([{ event: 'request', status: 400, reason: { code: 'invalid_request' } }]);
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
    for (const key of keys) await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
  });

  test('is throttled: 30 attempts an hour for each account, failed ones included', async () => {
    stopClock('2026-11-24T12:00:10Z');
    for (let i = 0; i < 30; i++) await expect(await generate({ scopes: [] })).toHaveStatus(400);
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
    // The person can still read and revoke, and other people are not limited.
    expect(await listed()).toEqual([]);
    await expect(await generate({}, (await newPerson(harness)).cookie)).toHaveStatus(201);
  });

  test('works while Redis is away, and the key does too', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    const { key } = await generated();
    await harness.upstash.setFaults();
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
  });

  test.each(['refuse', 'truncate'] as const)('while Neon is away (%s) is 503', async (kind) => {
    await harness.neon.setFaults({ kind, match: 'INSERT INTO api_keys' });
    const response = await generate();
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});
