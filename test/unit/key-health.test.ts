import { describe, expect, test } from 'vitest';
import { healthOf } from '../../src/domain/keys/health.ts';
import type { ApiKey } from '../../src/domain/keys/index.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (ms: number) => new Date(NOW + ms).toISOString();

/** A key that needs nothing. */
const SOUND: ApiKey = {
  id: '01HW0000000000000000000000',
  label: 'Bridge',
  maskedKey: 'jes_live_a1b2****',
  scopes: ['write:jes'],
  ipAllowlist: ['192.0.2.0/24'],
  status: 'active',
  createdAt: at(-200 * DAY),
  expiresAt: at(31 * DAY),
  lastUsedAt: at(-HOUR),
  lastUsedIp: '192.0.2.1',
  revokedAt: null,
  revokedReason: null,
};
const KNOWN: Parameters<typeof healthOf>[2] = { isUseKnown: true, isLeakDismissed: false, schedule: undefined };
const ENDED: Partial<ApiKey> = { expiresAt: null, ipAllowlist: [], lastUsedAt: null };
const REVOKED: Partial<ApiKey> = { ...ENDED, status: 'revoked', revokedAt: at(-DAY) };

type Case = [string, Partial<ApiKey>, Partial<typeof KNOWN>, string[]];

describe('the health of a key', () => {
  test.each<Case>([
    ['that needs nothing is empty', {}, {}, []],
    ['a second more than 30 days before its expiry is empty', { expiresAt: at(30 * DAY + 1_000) }, {}, []],
    ['30 days before its expiry', { expiresAt: at(30 * DAY) }, {}, ['expires_soon warning Expires in 30 days.']],
    ['3 days before its expiry', { expiresAt: at(3 * DAY) }, {}, ['expires_soon warning Expires in 3 days.']],
    [
      'a minute less than 3 days before',
      { expiresAt: at(3 * DAY - MINUTE) },
      {},
      ['expires_soon warning Expires in 3 days.'],
    ],
    ['a day before its expiry', { expiresAt: at(DAY) }, {}, ['expires_soon warning Expires in 1 day.']],
    ['23 hours before its expiry', { expiresAt: at(23 * HOUR) }, {}, ['expires_soon warning Expires in 23 hours.']],
    ['a minute before its expiry', { expiresAt: at(MINUTE) }, {}, ['expires_soon warning Expires in 1 hour.']],
    [
      'that has expired says nothing else',
      { ...ENDED, status: 'expired' },
      {},
      ['expired notice Expired. Requests with it are refused.'],
    ],
    ['that was never used', { lastUsedAt: null }, {}, ['never_used notice Never used.']],
    ['whose use is unknown claims nothing of it', { lastUsedAt: null }, { isUseKnown: false }, []],
    ['whose last use may be newer is not idle', { lastUsedAt: at(-100 * DAY) }, { isUseKnown: false }, []],
    ['a second less than 90 days after its last use is empty', { lastUsedAt: at(-90 * DAY + 1_000) }, {}, []],
    ['90 days after its last use', { lastUsedAt: at(-90 * DAY) }, {}, ['idle warning Not used for 90 days.']],
    ['a year after its last use', { lastUsedAt: at(-365 * DAY) }, {}, ['idle warning Not used for 365 days.']],
    ['without an expiry', { expiresAt: null }, {}, ['no_expiry notice Never expires.']],
    ['without an allowlist', { ipAllowlist: [] }, {}, ['no_allowlist notice Works from any address.']],
    [
      'with several findings names the most urgent first',
      { expiresAt: at(2 * DAY), lastUsedAt: null, ipAllowlist: [] },
      {},
      [
        'expires_soon warning Expires in 2 days.',
        'never_used notice Never used.',
        'no_allowlist notice Works from any address.',
      ],
    ],
    [
      'with a revocation at a time',
      { expiresAt: at(2 * DAY) },
      { schedule: { at: new Date(NOW + HOUR), afterSilence: null } },
      [
        'revocation_scheduled warning Will be revoked on 2026-11-24, 13:00 UTC.',
        'expires_soon warning Expires in 2 days.',
      ],
    ],
    [
      'with a revocation after a silence',
      {},
      { schedule: { at: new Date(NOW + HOUR), afterSilence: 1 } },
      ['revocation_scheduled warning Will be revoked once it has not been used for 1 hour.'],
    ],
    ['revoked by its owner is empty', { ...REVOKED, revokedReason: 'user' }, {}, []],
    ['revoked by an admin is empty', { ...REVOKED, revokedReason: 'admin' }, {}, []],
    ['that leaked', { ...REVOKED, revokedReason: 'leaked' }, {}, ['leaked alert Found in public, and revoked.']],
    ['that leaked, dismissed, is empty', { ...REVOKED, revokedReason: 'leaked' }, { isLeakDismissed: true }, []],
  ])('%s', (_, key, of, expected) => {
    const health = healthOf({ ...SOUND, ...key }, NOW, { ...KNOWN, ...of });
    expect(health.map(({ code, severity, message }) => `${code} ${severity} ${message}`)).toEqual(expected);
    for (const { action } of health) expect(action).toMatch(/^[A-Z].*\.$/);
  });
});
