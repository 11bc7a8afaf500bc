import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Jes, verifyWebhook, type WebhookEvent, type WebhookRequest } from '../../../src/client/index.ts';
import { newSecret } from '../../../src/domain/deliveries/secret.ts';
import { signatureHeaders } from '../../../src/domain/deliveries/signature.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const EVENT = {
  event: 'jes.created',
  id: 'evt_1',
  created_at: '2026-11-24T12:00:00.000Z',
  data: { jes: { content: 'Zoë 🦊' } },
};
const BODY = JSON.stringify(EVENT);
const [SECRET, OTHER] = [newSecret(), newSecret()];

/** A request as it is sent, signed with these secrets at this time. */
async function sent(secrets = [SECRET], at = NOW): Promise<WebhookRequest> {
  const headers = await signatureHeaders({ id: 'evt_1', timestamp: at / 1_000, body: BODY }, secrets);
  return { body: BODY, headers, secret: SECRET, now: NOW };
}

const reasonOf = (request: WebhookRequest) =>
  verifyWebhook(request).then(
    () => 'verified',
    (error: { reason?: string }) => error.reason,
  );

describe('verifyWebhook', () => {
  test('gives the event, with types', async () => {
    const event = await verifyWebhook(await sent());
    expect(event).toEqual(EVENT);
    expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
    if (event.event === 'jes.created') expectTypeOf(event.data.jes).toEqualTypeOf<Jes>();
  });

  test('takes bytes, Headers, and what Node makes of headers', async () => {
    const request = await sent();
    const { headers } = request as { headers: Record<string, string> };
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    expect(await reasonOf({ ...request, body: new TextEncoder().encode(BODY) })).toBe('verified');
    expect(await reasonOf({ ...request, headers: new Headers(headers) })).toBe('verified');
    expect(await reasonOf({ ...request, headers: upper })).toBe('verified');
  });

  test('accepts two signatures during our rotation, and two secrets during the receiver’s', async () => {
    expect(await reasonOf(await sent([OTHER, SECRET]))).toBe('verified');
    expect(await reasonOf({ ...(await sent([OTHER])), secret: [SECRET, OTHER] })).toBe('verified');
  });

  test.each<[string, (request: WebhookRequest) => WebhookRequest | Promise<WebhookRequest>, string]>([
    ['another secret', (request) => ({ ...request, secret: OTHER }), 'signature_wrong'],
    ['another body', (request) => ({ ...request, body: `${BODY} ` }), 'signature_wrong'],
    [
      'another id',
      (request) => ({ ...request, headers: { ...request.headers, 'webhook-id': 'evt_2' } }),
      'signature_wrong',
    ],
    ['a cut signature', (request) => cut(request), 'signature_wrong'],
    [
      'another version',
      (request) => ({ ...request, headers: { ...request.headers, 'webhook-signature': 'v2,AAAA' } }),
      'signature_wrong',
    ],
    [
      'no base64',
      (request) => ({ ...request, headers: { ...request.headers, 'webhook-signature': 'v1,*' } }),
      'signature_wrong',
    ],
    ['an old timestamp', () => sent([SECRET], NOW - 301_000), 'timestamp_out_of_tolerance'],
    ['a timestamp ahead', () => sent([SECRET], NOW + 301_000), 'timestamp_out_of_tolerance'],
    [
      'no timestamp',
      (request) => ({ ...request, headers: { ...request.headers, 'webhook-timestamp': 'now' } }),
      'timestamp_out_of_tolerance',
    ],
    ['no headers', (request) => ({ ...request, headers: {} }), 'headers_missing'],
  ])('refuses %s', async (_, change, reason) => {
    expect(await reasonOf(await change(await sent()))).toBe(reason);
  });

  test('accepts a request up to 300 seconds old, or up to its tolerance', async () => {
    expect(await reasonOf(await sent([SECRET], NOW - 300_000))).toBe('verified');
    expect(await reasonOf({ ...(await sent([SECRET], NOW - 600_000)), toleranceSeconds: 600 })).toBe('verified');
  });
});

function cut(request: WebhookRequest): WebhookRequest {
  const headers = request.headers as Record<string, string>;
  return { ...request, headers: { ...headers, 'webhook-signature': headers['webhook-signature']?.slice(0, -4) } };
}
