import { expect } from 'vitest';
import { rowsOf } from '../database/database.ts';
import { Harness, type TestKey, type TestSession } from './harness.ts';
import { as, type Caller } from './posts.ts';

export const webhooksOf = (keyId: string) => `/api/auth/api-keys/${keyId}/webhooks`;

export const ALL_EVENTS = ['jes.created', 'jesclip.created', 'comment.created', 'apikey.revoked'];

export const NEW_WEBHOOK = { url: 'https://example.com/hooks/jestha', events: ALL_EVENTS };

/** An endpoint as the API answers it. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly string[];
  readonly status: string;
  readonly disabledReason: string | null;
  readonly createdAt: string;
  readonly lastAttemptAt: string | null;
  readonly lastStatusCode: number | null;
  readonly failingSince: string | null;
}

export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly event: string;
  readonly status: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastStatusCode: number | null;
  readonly createdAt: string;
}

export interface DeliveryDetail extends Delivery {
  readonly payload: string;
  readonly attemptLog: readonly {
    readonly at: string;
    readonly statusCode: number | null;
    readonly error: string | null;
    readonly durationMs: number;
    readonly responseBody: string | null;
  }[];
}

/** Adds an endpoint to a key, by the key itself or by its owner. */
export async function newWebhook(
  harness: Harness,
  caller: Caller & { readonly id: string },
  fields: Partial<typeof NEW_WEBHOOK & { description: string }> = {},
): Promise<Webhook & { readonly secret: string }> {
  const response = await harness.fetch(webhooksOf(caller.id), { ...as(caller), body: { ...NEW_WEBHOOK, ...fields } });
  await expect(response).toHaveStatus(201);
  const text = await response.text();
  const { webhook, secret } = JSON.parse(text) as { webhook: Webhook; secret: string };
  return { ...webhook, secret };
}

/** Asks for a test of an endpoint. @param path of the endpoint */
export async function newTest(harness: Harness, caller: Caller, path: string): Promise<Delivery> {
  const response = await harness.fetch(`${path}/test`, { ...as(caller), method: 'POST' });
  await expect(response).toHaveStatus(202);
  const text = await response.text();
  return (JSON.parse(text) as { delivery: Delivery }).delivery;
}

/** The body of the API's response to a request that must succeed. */
export async function ask<T>(
  harness: Harness,
  caller: Caller,
  path: string,
  method = 'GET',
  body?: unknown,
): Promise<T> {
  const response = await harness.fetch(path, { ...as(caller), method, ...(body !== undefined && { body }) });
  const text = await response.text();
  expect([response.status < 300, text]).toEqual([true, text]);
  return JSON.parse(text) as T;
}

/** The deliveries of an endpoint, the newest first. */
export async function deliveriesOf(
  harness: Harness,
  key: Pick<TestKey, 'key' | 'id'> | (TestSession & { readonly keyId: string }),
  webhookId: string,
  query = '?limit=100',
): Promise<readonly Delivery[]> {
  const keyId = 'keyId' in key ? key.keyId : key.id;
  const path = `${webhooksOf(keyId)}/${webhookId}/deliveries${query}`;
  return (await ask<{ deliveries: Delivery[] }>(harness, key, path)).deliveries;
}

/** A harness of a local stack, which may send webhooks to this machine. */
export function localHarness(overrides: Partial<Env> = {}): Harness {
  const origin = 'http://localhost:8787';
  return new Harness({ WEB_ORIGIN: origin, API_ORIGIN: origin, ...overrides });
}

/**
 * One run of the cron. Afterwards the queues hold only the wakes of this account: suites share a database, and each
 * sends its own deliveries.
 */
export async function sweepOwn(harness: Harness, { accountId }: { readonly accountId: string }): Promise<void> {
  await harness.sweep();
  const ids = await rowsOf<{ id: string }>(
    harness,
    `SELECT e.id FROM webhook_endpoints e JOIN api_keys k ON k.id = e.api_key_id WHERE k.account_id = '${accountId}'
     UNION SELECT id FROM outbox_events WHERE account_id = '${accountId}'`,
  );
  const own = new Set(ids.map(({ id }) => id));
  const woken = harness.wakes.splice(0);
  harness.wakes.push(...woken.filter(({ body }) => own.has('eventId' in body ? body.eventId : body.endpointId)));
}
