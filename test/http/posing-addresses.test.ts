import { beforeEach, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { newAddress, newForm, stopClock } from '../support/app/people.ts';

/** Headers by which a client could claim to be at an address. */
const poses = (address: string): Record<string, string> => ({
  'CF-Connecting-IPv6': address,
  'X-Forwarded-For': address,
  'X-Real-IP': address,
  'True-Client-IP': address,
  'X-Client-IP': address,
  Forwarded: `for="[${address}]"`,
});

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
  stopClock('2026-11-24T12:00:10Z');
});

describe('a client that names another address in headers of its own', () => {
  const INSIDE = '2001:db8:1::9';
  const whoami = ({ key }: TestKey, headers: Record<string, string>) => harness.fetch('/api/auth/me', { key, headers });
  let key: TestKey;
  beforeEach(async () => {
    key = await harness.newKey({ ipAllowlist: ['2001:db8:1::/48'] });
  });

  test.each([
    ['an IPv4 address', '198.51.100.7'],
    ['an IPv6 address', '2001:db8:2::1'],
  ])('does not pass the allowlist of a key from %s', async (_, address) => {
    const response = await whoami(key, { ...poses(INSIDE), 'CF-Connecting-IP': address });
    expect(await answerOf(response)).toMatchObject({ status: 403, body: { code: 'ip_not_allowed' } });
    await expect(await whoami(key, { 'CF-Connecting-IP': INSIDE })).toHaveStatus(200);
  });

  test('does not pass an allowlist of IPv4 addresses behind Pseudo IPv4, with a class E or a mapped address', async () => {
    const own = await harness.newKey({ ipAllowlist: ['240.0.0.0/4', '10.0.0.0/8'] });
    for (const claimed of [{}, { 'CF-Connecting-IPv6': '::ffff:10.0.0.1' }, { 'CF-Connecting-IPv6': '10.0.0.1' }]) {
      const response = await whoami(own, { 'CF-Connecting-IP': '240.1.2.3', ...claimed });
      expect(await answerOf(response)).toMatchObject({ status: 403, body: { code: 'ip_not_allowed' } });
    }
  });

  test('is still counted as one address when it guesses passwords', async () => {
    const address = newAddress();
    const guess = (i: number) =>
      harness.fetch('/api/auth/sign-in/email', {
        address,
        headers: poses(`2001:db8:${i.toString(16)}::1`),
        body: { email: newForm().email, password: 'x'.repeat(129) },
      });
    const statuses: number[] = [];
    for (let i = 1; i <= 31; i++) statuses.push((await guess(i)).status);
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 401), 429]);
  });

  test('is still counted as one address when it guesses keys', async () => {
    const address = newAddress();
    const guess = (i: number) =>
      harness.fetch('/api/auth/me', { key: generateKey(), address, headers: poses(`2001:db8:${i.toString(16)}::1`) });
    const statuses: number[] = [];
    for (let i = 1; i <= 40; i++) statuses.push((await guess(i)).status);
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });
});
