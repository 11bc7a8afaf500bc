import { describe, expect, test } from 'vitest';
import type { NewKey } from '../../src/domain/keys/index.ts';
import { createKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { UNKNOWN_FIELD } from '../support/app/answers.ts';
import { Harness } from '../support/app/harness.ts';

const VALID: NewKey = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };

async function refusalOf(harness: Harness, input: unknown): Promise<unknown> {
  const { id } = await harness.newAccount();
  try {
    await harness.run((ctx) => createKey(ctx, id, input as NewKey));
  } catch (error) {
    return (error as { reason: unknown }).reason;
  }
  return 'created';
}

async function rowOf(harness: Harness, keyId: string) {
  const { rows } = await harness.run(({ ports }) =>
    ports.db.execute<Record<string, unknown>>(`SELECT * FROM api_keys WHERE id = '${keyId}'`),
  );
  return rows[0];
}

describe('createKey', () => {
  test('keeps the hash and the masked key, never the key', async () => {
    const harness = new Harness();
    const { key, id, accountId } = await harness.newKey({
      label: 'Café 🤖',
      scopes: ['write:jes', 'read:comment', 'write:jes'],
      ipAllowlist: ['10.0.0.5/8', ' 2001:DB8::/32 ', '10.1.2.3/8'],
      expiresInDays: 90,
    });
    const row = await rowOf(harness, id);
    expect(row).toMatchObject({
      account_id: accountId,
      label: 'Café 🤖',
      hash: await sha256Hex(key),
      masked_key: `jes_live_${key.slice(9, 13)}****`,
      scopes: ['write:jes', 'read:comment'],
      ip_allowlist: ['10.0.0.0/8', '2001:db8::/32'],
      terms_version: '2026-05-28',
      revoked_at: null,
    });
    expect(new Date(row?.expires_at as string).toISOString()).toBe('2027-02-22T12:00:00.000Z');
    expect(JSON.stringify(row)).not.toContain(key.slice(13));
  });

  test.each([
    ['no label', { ...VALID, label: '' }, 'label', 'must not be empty'],
    ['51 characters of label', { ...VALID, label: '🚀'.repeat(51) }, 'label', 'must be at most 50 characters'],
    ['no scope', { ...VALID, scopes: [] }, 'scopes', 'choose at least one scope'],
    ['terms not accepted', { ...VALID, acceptTerms: false }, 'acceptTerms', 'the developer terms must be accepted'],
    ['an expiry of now', { ...VALID, expiresAt: '2026-11-24T12:00:00Z' }, 'expiresAt', 'must be in the future'],
    [
      'both kinds of expiry',
      { ...VALID, expiresInDays: 30, expiresAt: '2027-01-01' },
      'expiresAt',
      'give either expiresInDays or expiresAt',
    ],
    [
      'an entry that is no address',
      { ...VALID, ipAllowlist: ['10.0.0.1', '10.0.0.0/33'] },
      'ipAllowlist.1',
      '"10.0.0.0/33" is not an IP address or CIDR range',
    ],
    [
      '51 entries',
      { ...VALID, ipAllowlist: Array.from({ length: 51 }, (_, i) => `10.0.0.${i}`) },
      'ipAllowlist',
      'at most 50 entries',
    ],
    ['an unknown field', { ...VALID, admin: true }, 'admin', UNKNOWN_FIELD],
  ])('%s is refused, naming the field', async (_, input, path, message) => {
    expect(await refusalOf(new Harness(), input)).toEqual({ code: 'invalid_request', details: [{ path, message }] });
  });

  test('an expiry given as a date is taken as its UTC midnight', async () => {
    const harness = new Harness();
    const { id } = await harness.newKey({ expiresAt: '2027-01-01' });
    expect(new Date((await rowOf(harness, id))?.expires_at as string).toISOString()).toBe('2027-01-01T00:00:00.000Z');
  });

  test('stops at 5 active keys; revoked and expired ones do not count', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const revoked = await harness.newKey({ account });
    await harness.newKey({ account, expiresInDays: 30 });
    for (let i = 0; i < 3; i++) await harness.newKey({ account });
    await expect(harness.newKey({ account })).rejects.toMatchObject({ reason: { code: 'api_key_limit_reached' } });
    await harness.revoke(revoked);
    await harness.newKey({ account });
    await expect(harness.newKey({ account })).rejects.toThrow('api_key_limit_reached');
    harness.now += 30 * 86_400_000;
    await harness.newKey({ account });
  });

  test('20 at once on an account with 3 leave exactly 5', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    for (let i = 0; i < 3; i++) await harness.newKey({ account });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => harness.newKey({ account })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    const { rows } = await harness.run(({ ports }) =>
      ports.db.execute(`SELECT id FROM api_keys WHERE account_id = '${account.id}'`),
    );
    expect(rows).toHaveLength(5);
  });
});
