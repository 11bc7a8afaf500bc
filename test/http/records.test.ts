import { describe, expect, test } from 'vitest';
import { createKey, generateKey, recordKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { answerOf, Harness } from '../support/app/harness.ts';

const codeOf = async (response: Response) => ((await answerOf(response)).body as { code?: string }).code;

describe('revocation', () => {
  test('holds from its answer on, on every instance', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const others = Array.from({ length: 5 }, () => new Harness());
    for (const other of others) await expect(await other.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
    await harness.revoke(key);
    for (const other of others) {
      expect(await codeOf(await other.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
    }
  });

  test('is not undone by a fill that began before it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.chill(key);
    // The look-up has read the row as it was, and its answer is on the way.
    await harness.neon.setFaults({ kind: 'hang', when: 'after', times: 1 });
    const early = harness.start('/api/auth/me', { key: key.key });
    await harness.neon.untilHeld();

    const revoker = new Harness();
    await revoker.revoke(key);
    await harness.neon.setFaults();
    expect(await codeOf(await early.response)).toBe('api_key_revoked');
    await early.settled();
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
  });

  test('is not undone by a fill that reaches Redis long after it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.chill(key);
    await harness.upstash.setFaults({ kind: 'hang', match: '"nx"', times: 1 });
    const early = harness.start('/api/auth/me', { key: key.key });
    await harness.upstash.untilHeld();
    // It was answered without Redis meanwhile; its fill is still on the way.
    expect((await early.response).headers.get('X-Jestha-Degraded')).toBe('limits');
    await new Harness().revoke(key);
    await harness.upstash.setFaults();
    await early.settled();
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
  });

  test('is not undone by a refresh that began before it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    harness.now += 11 * 60_000;
    await harness.neon.setFaults({ kind: 'hang', when: 'after', times: 1 });
    const early = harness.start('/api/auth/me', { key: key.key });
    await expect(await early.response).toHaveStatus(200);
    await harness.neon.untilHeld();
    await new Harness().revoke(key);
    await harness.neon.setFaults();
    await early.settled();
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
  });

  test('is not undone by the creation of the key, whose command reaches Redis after it', async () => {
    const harness = new Harness();
    // From here on Redis has the script of creations.
    const { accountId } = await harness.newKey();
    await harness.upstash.setFaults({ kind: 'hang', match: 'evalsha', times: 1 });
    const { apiKey, key } = await harness.run((ctx) =>
      createKey(ctx, accountId, { label: 'Late', scopes: ['write:jes'], acceptTerms: true }),
    );
    await harness.upstash.untilHeld();
    await new Harness().revoke({ id: apiKey.id, accountId, key, username: '' });
    await harness.upstash.reset();
    await harness.upstash.setFaults();
    // Only now Redis runs the command of the creation.
    await expect.poll(async () => (await harness.upstash.counters()).commands).toBeGreaterThan(0);
    expect(await codeOf(await harness.fetch('/api/auth/me', { key }))).toBe('api_key_revoked');
  });

  test('is told to Redis once more a minute later, and then no more', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const record = recordKey(await sha256Hex(key.key));
    await harness.revoke(key);
    const isToldAfter = async (ms: number) => {
      // An older command has overwritten the marker, or Redis has lost it.
      await harness.redis('DEL', record);
      harness.now += ms;
      await harness.sweep();
      return (await harness.redis('EXISTS', record)) === 1;
    };
    expect(await isToldAfter(59_999)).toBe(false);
    expect(await isToldAfter(1)).toBe(true);
    expect(await isToldAfter(3_600_000)).toBe(false);
  });

  test('lets no write land that was admitted before it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.neon.setFaults({ kind: 'hang', times: 1 });
    const write = harness.start('/api/posts', { key: key.key, body: { content: 'Too late' } });
    await harness.neon.untilHeld();
    await new Harness().revoke(key);
    await harness.neon.setFaults();
    expect(await codeOf(await write.response)).toBe('api_key_revoked');
    await write.settled();
  });

  test('that cannot tell Redis says so, holds in Neon, and is told by the sweep', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.upstash.setFaults({ kind: 'refuse' });
    await expect(harness.revoke(key)).rejects.toMatchObject({
      reason: { code: 'service_unavailable', why: 'revocation' },
    });
    await harness.upstash.setFaults();
    // The previous record is still in place: the response has warned the caller of that.
    await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
    await harness.sweep();
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
  });

  test('may be repeated, and keeps its first reason and time', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.revoke(key);
    harness.now += 5_000;
    await harness.revoke(key);
    const { rows } = await harness.run(({ ports }) =>
      ports.db.execute<{ reason: string; at: string; told: boolean }>(
        `SELECT revoked_reason AS reason, to_char(revoked_at, 'HH24:MI:SS') AS at, tombstoned_at IS NOT NULL AS told
         FROM api_keys WHERE id = '${key.id}'`,
      ),
    );
    expect(rows).toEqual([{ reason: 'user', at: '12:00:00', told: true }]);
  });

  test("of another account's key is no such key", async () => {
    const harness = new Harness();
    const [mine, theirs] = [await harness.newKey(), await harness.newKey()];
    await expect(harness.revoke({ ...theirs, accountId: mine.accountId })).rejects.toMatchObject({
      reason: { code: 'not_found' },
    });
    await expect(await harness.fetch('/api/auth/me', { key: theirs.key })).toHaveStatus(200);
  });

  test('is noticed within 10 minutes even where its tombstone was lost', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.run(({ ports }) =>
      ports.db.execute(`UPDATE api_keys SET revoked_at = now(), revoked_reason = 'admin' WHERE id = '${key.id}'`),
    );
    harness.now += 10 * 60_000;
    await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
    harness.now += 1;
    // This request is answered from the old record, which is refreshed after the response.
    await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(200);
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key }))).toBe('api_key_revoked');
  });
});

describe('a refresh', () => {
  test('brings what has changed, at most once in 30 seconds', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.run(({ ports }) =>
      ports.db.execute(`UPDATE accounts SET display_name = 'New name' WHERE id = '${key.accountId}'`),
    );
    harness.now += 11 * 60_000;
    await harness.neon.reset();
    await harness.neon.setFaults({ kind: 'refuse', times: 1 });
    const name = async () => {
      const { body } = await answerOf(await harness.fetch('/api/auth/me', { key: key.key }));
      return (body as { displayName: string }).displayName;
    };
    expect(await name()).toBe(key.username);
    expect(await name()).toBe(key.username);
    expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
    harness.now += 30_000;
    expect(await name()).toBe(key.username);
    expect(await name()).toBe('New name');
  });
});

describe('a new key', () => {
  test('works on its first request, also when it was probed before it existed', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.redis('SET', recordKey(await sha256Hex(key.key)), 'unknown', 'PX', 30_000);
    expect(await codeOf(await harness.fetch('/api/auth/me', { key: key.key, address: '198.51.100.3' }))).toBe(
      'invalid_api_key',
    );
    // Creation overwrites an existing record.
    const { key: created } = await harness.run((ctx) =>
      createKey(ctx, key.accountId, { label: 'New', scopes: ['write:jes'], acceptTerms: true }),
    );
    await expect(await harness.fetch('/api/auth/me', { key: created })).toHaveStatus(200);
  });

  test('needs no Redis', async () => {
    const harness = new Harness();
    await harness.upstash.setFaults({ kind: 'refuse' });
    const { key } = await harness.newKey();
    await harness.upstash.setFaults();
    await expect(await harness.fetch('/api/auth/me', { key })).toHaveStatus(200);
  });
});

describe('what Redis holds', () => {
  test('is no key and nothing of one but its hash', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    await harness.fetch('/api/auth/me', { key, address: '192.0.2.1' });
    harness.now += 3_600_000;
    await harness.fetch('/api/auth/me', { key, address: '192.0.2.1' });
    const hash = await sha256Hex(key);
    const held = [
      await harness.redis('GET', recordKey(hash)),
      await harness.redis('GET', `windows:${hash}`),
      await harness.redis('GET', `usage:${hash}`),
    ];
    expect(JSON.stringify(held)).not.toContain(key.slice('jes_live_'.length, -6));
    expect(held[0]).toMatch(/^k1\|\|\|\|\d{13}\|\{/);
  });

  test('is nothing at all for keys that are malformed, and for unknown ones half a minute', async () => {
    const harness = new Harness();
    const unknown = generateKey();
    await harness.fetch('/api/auth/me', { key: unknown, address: '198.51.100.4' });
    const record = recordKey(await sha256Hex(unknown));
    expect(await harness.redis('GET', record)).toBe('unknown');
    expect(await harness.redis('PTTL', record)).toBeLessThanOrEqual(30_000);
    expect(await harness.redis('EXISTS', `windows:${await sha256Hex(unknown)}`)).toBe(0);
  });
});
