import { beforeEach, describe, expect, test } from 'vitest';
import { syncLastUses } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { invalid, NOT_FOUND, UNAVAILABLE, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { KEYS, keyCalls } from '../support/app/api-keys.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newAddress, newPerson, signUp, type TestPerson, watchLog } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

let harness: Harness;

let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

const { send, generate, revoke, generated, listed } = keyCalls(() => ({ harness, person }));

describe('GET /api/auth/api-keys', () => {
  test('lists the keys of the person alone, the newest first', async () => {
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
    await expect(await use(key)).toHaveStatus(403);
    expect(await lastUse()).toEqual([[null, null]]);
  });

  /** As many batches as the keys of all suites need. */
  async function sweepUntilNoted(id: string): Promise<void> {
    const [{ left } = { left: 0 }] = await rowsOf<{ left: number }>(
      harness,
      'SELECT count(*)::int AS left FROM api_keys WHERE use_noted_at IS NULL',
    );
    for (let i = 0; i <= left / 200 + 5; i++) {
      await harness.run(syncLastUses);
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

  test('shows the later of the times in Redis and Neon', async () => {
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
    await expect(await revoke(apiKey.id)).toHaveStatus(503);
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
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
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
    await expect(await revoke(apiKey.id)).toHaveStatus(200);
    expect((await answerOf(await harness.fetch('/api/auth/me', { key }))).body).toMatchObject({
      code: 'api_key_revoked',
    });
  });

  test('while Neon is away is 503 and revokes nothing', async () => {
    const { key, apiKey } = await generated();
    await harness.neon.setFaults({ kind: 'refuse', match: 'update \\"api_keys\\"' });
    expect(await answerOf(await revoke(apiKey.id))).toEqual(UNAVAILABLE);
    await harness.neon.setFaults();
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
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
    // A request refused for another reason counts as neither.
    await expect(await harness.fetch('/api/posts/nope', { key, method: 'GET' })).toHaveStatus(429);
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
    // The next call of Redis reports the requests that were refused without one.
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
