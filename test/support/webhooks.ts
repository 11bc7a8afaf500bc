import { expect } from 'vitest';
import type { Harness, TestKey, TestSession } from './harness.ts';
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

/** Adds an endpoint to a key, by the key itself. */
export async function newWebhook(
  harness: Harness,
  key: Pick<TestKey, 'key' | 'id'>,
  fields: Partial<typeof NEW_WEBHOOK & { description: string }> = {},
): Promise<Webhook & { readonly secret: string }> {
  const response = await harness.fetch(webhooksOf(key.id), { key: key.key, body: { ...NEW_WEBHOOK, ...fields } });
  const text = await response.text();
  expect([response.status, text]).toEqual([201, text]);
  const { webhook, secret } = JSON.parse(text) as { webhook: Webhook; secret: string };
  return { ...webhook, secret };
}

/** Asks for a test of an endpoint. @param path of the endpoint */
export async function newTest(harness: Harness, caller: Caller, path: string): Promise<Delivery> {
  const response = await harness.fetch(`${path}/test`, { ...as(caller), method: 'POST' });
  const text = await response.text();
  expect([response.status, text]).toEqual([202, text]);
  return (JSON.parse(text) as { delivery: Delivery }).delivery;
}

/** What the API answers to a good request. */
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
