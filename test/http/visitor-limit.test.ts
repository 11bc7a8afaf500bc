import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { open, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newAddress } from '../support/app/people.ts';

const LIMITED = {
  status: 429,
  body: {
    error: 'Rate limit exceeded',
    message: 'This IP address sent too many requests without a credential.',
    code: 'rate_limit_exceeded',
    retryAfter: 60,
  },
};

test('visitors get 1,200 responses a minute and address, and then 429', async () => {
  const harness = new Harness();
  const address = newAddress();
  const ask = () => harness.fetch('/assets/none', { address });
  // The binding has its own clock: the requests fall into at most two of its minutes.
  let admitted = 0;
  let refused: Response | undefined;
  while (!refused && admitted <= 2_400) {
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    refused = answers.find(({ status }) => status === 429);
    admitted += answers.filter(({ status }) => status === 404).length;
  }
  expect(admitted).toBeGreaterThanOrEqual(1_200);
  expect(refused?.headers.get('Retry-After')).toBe('60');
  expect(refused && (await answerOf(refused))).toEqual(LIMITED);
  await expect(await harness.fetch('/assets/none', { address: newAddress() })).toHaveStatus(404);
});

describe('an address that has asked too often as a visitor', () => {
  let harness: Harness;
  /** The addresses that the binding was asked about. */
  let counted: string[];
  beforeEach(() => {
    counted = [];
    const limit = async ({ key }: RateLimitOptions) => {
      counted.push(key);
      return { success: false };
    };
    harness = new Harness({ VISITOR_LIMITER: { limit } });
  });

  test.each([
    '/assets/site.css',
    '/docs',
    '/media/x',
    '/llms.txt',
    '/openapi.json',
    '/readyz',
  ])('gets %s as 429 in JSON, with or without a key', async (path) => {
    const response = await harness.fetch(path, { address: newAddress(), key: 'jes_live_short' });
    expect(response.headers.get('Retry-After')).toBe('60');
    expect(await answerOf(response)).toEqual(LIMITED);
  });

  test.each([
    '/sign-in',
    '/sign-up',
    '/forgot-password',
    `/post/${newId(0)}`,
    `/jesclip/${newId(0)}`,
  ])('gets %s as 429 on a page', async (path) => {
    const response = await open(harness, path);
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, '60']);
    expect(await textOf(response)).toContain(`Rate limit exceeded ${LIMITED.body.message}`);
  });

  test('costs no statement for made-up permalinks, with a made-up cookie neither', async () => {
    for (const cookie of [undefined, '__Host-jestha.session_token=made.up']) {
      await expect(await open(harness, `/post/${newId(0)}`, cookie)).toHaveStatus(429);
    }
    expect(await harness.neon.counters()).toEqual({});
  });

  test('is counted by its IPv4 address or its /64, independent of its headers', async () => {
    const headers = { 'CF-Connecting-IPv6': newAddress(), 'X-Forwarded-For': '192.0.2.1' };
    await harness.fetch('/docs', { address: '198.51.100.7', headers });
    await harness.fetch('/docs', { address: '2001:db8:1:2::9', headers });
    await harness.fetch('/docs', { address: '2001:db8:1:2:3:4:5:6', headers });
    expect(counted).toEqual(['00000000000000000000ffffc6336407', '20010db800010002', '20010db800010002']);
  });

  test('is still answered with a key, with a session, and on /healthz', async () => {
    const { key } = await harness.newKey();
    const { cookie } = await harness.newSession();
    const address = newAddress();
    for (const [path, credential] of [
      ['/api/auth/me', { key }],
      ['/api/auth/me', { cookie }],
      ['/settings/api-access', { cookie }],
      ['/forgot-password', { cookie }],
      ['/healthz', {}],
    ] as const) {
      expect([path, (await harness.fetch(path, { address, ...credential })).status]).toEqual([path, 200]);
    }
    expect(counted).toEqual([]);
  });
});
