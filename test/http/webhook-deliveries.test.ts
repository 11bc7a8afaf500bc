import { describe, expect, test } from 'vitest';
import type { Harness, TestKey } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newComment, newPost } from '../support/app/posts.ts';
import { Receiver, type ReceiverStep } from '../support/app/receiver.ts';
import { file, upload } from '../support/app/uploads.ts';
import { isVerified } from '../support/app/verified.ts';
import {
  ask,
  type DeliveryDetail,
  deliveriesOf,
  localHarness,
  newTest,
  newWebhook,
  sweepOwn,
  type Webhook as WebhookAnswer,
  webhooksOf,
} from '../support/app/webhooks.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A key with an endpoint at a receiver. */
async function setUp(fields: Parameters<typeof newWebhook>[2] = {}) {
  const harness = localHarness();
  const receiver = new Receiver();
  const key = await harness.newKey();
  const webhook = await newWebhook(harness, key, { url: receiver.url(), ...fields });
  return { harness, receiver, key, webhook };
}

const readWebhook = async (harness: Harness, key: TestKey, id: string) =>
  (await ask<{ webhook: WebhookAnswer }>(harness, key, `${webhooksOf(key.id)}/${id}`)).webhook;

/** The newest delivery of an endpoint with its payload and attempts. */
async function detailOf(harness: Harness, key: TestKey, webhookId: string): Promise<DeliveryDetail> {
  const [newest] = await deliveriesOf(harness, key, webhookId);
  const path = `${webhooksOf(key.id)}/${webhookId}/deliveries/${newest?.id}`;
  return (await ask<{ delivery: DeliveryDetail }>(harness, key, path)).delivery;
}

describe('a delivery', () => {
  test('is one POST, signed by the rules of Standard Webhooks, with the Jes as it was created', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    const jes = await newPost(harness, key, { content: 'Hello 🦊 #webhooks' });
    await harness.handleWakes();
    const [request, ...others] = await receiver.received(1);
    expect(others).toEqual([]);
    const { headers, body = '' } = request ?? {};
    const { counts: _, ...told } = jes;
    const event = {
      event: 'jes.created',
      id: headers?.['webhook-id'],
      created_at: '2026-11-24T12:00:00.000Z',
      data: { jes: told },
    };
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(JSON.parse(body)).toEqual(event);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Jestha-Webhooks/1',
      'webhook-id': expect.stringMatching(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      'webhook-timestamp': expect.stringMatching(/^17955216\d\d$/),
    });
    expect(isVerified(webhook.secret, request)).toBe(true);
    expect(await detailOf(harness, key, webhook.id)).toMatchObject({
      eventId: event.id,
      event: 'jes.created',
      status: 'delivered',
      attempts: 1,
      nextAttemptAt: null,
      lastStatusCode: 200,
      payload: body,
      attemptLog: [{ statusCode: 200, error: null, responseBody: 'ok' }],
    });
    expect(await readWebhook(harness, key, webhook.id)).toMatchObject({
      status: 'active',
      lastAttemptAt: expect.stringMatching(/^2026-11-24T12:00:0/),
      lastStatusCode: 200,
      failingSince: null,
    });
  });

  test('sends all events of the account, by any of its keys and in person, to every subscribed key', async () => {
    const { harness, receiver, key } = await setUp();
    const account = { id: key.accountId, username: key.username };
    const [other, person] = [await harness.newKey({ account }), await harness.newSession({ account })];
    await newWebhook(harness, other, { url: receiver.url('/comments'), events: ['comment.created'] });
    const jes = await newPost(harness, person);
    const clip = await newJesClip(harness, other);
    const comment = await newComment(harness, person, jes.id);
    await newComment(harness, await harness.newKey(), jes.id);
    await harness.handleWakes();
    const received = (await receiver.received(4)).map(({ path, body }) => ({ path, ...JSON.parse(body) }));
    expect(received).toHaveLength(4);
    expect(received).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: '/hook', event: 'jes.created' }),
        expect.objectContaining({
          path: '/hook',
          event: 'jesclip.created',
          data: { jesclip: expect.objectContaining({ id: clip.id }) },
        }),
        expect.objectContaining({ path: '/hook', event: 'comment.created', data: { comment } }),
        expect.objectContaining({ path: '/comments', event: 'comment.created', data: { comment } }),
      ]),
    );
  });

  test('tells of public files the address that lasts, of others the path to read them by', async () => {
    const { harness, receiver, key } = await setUp();
    const open = await upload(harness, key, [file()]);
    const closed = await upload(harness, key, [file(), { name: 'visibility', body: 'PRIVATE' }]);
    await harness.handleWakes();
    const told = (await receiver.received(2)).map(({ body }) => JSON.parse(body).data.jes);
    const urlOf = (id: string) => told.find((jes) => jes.id === id).media[0].url;
    expect(urlOf(open.id)).toBe(open.media[0]?.url);
    expect(urlOf(closed.id)).toBe(`http://localhost:8787/api/posts/${closed.id}`);
    expect(told.every((jes) => !JSON.stringify(jes).includes('signature='))).toBe(true);
  });

  test('of an account without an endpoint puts nothing into the queue', async () => {
    const harness = localHarness();
    const key = await harness.newKey();
    await newPost(harness, key);
    expect(harness.wakes).toEqual([]);
  });

  test('is sent with both signatures for a day after a rotation', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    const path = `${webhooksOf(key.id)}/${webhook.id}`;
    const { secret } = await ask<{ secret: string }>(harness, key, `${path}/rotate-secret`, 'POST');
    const send = async () => {
      await newTest(harness, key, path);
      await harness.handleWakes();
      const last = (await receiver.received()).at(-1);
      const signatures = last?.headers['webhook-signature']?.split(' ').length;
      return [signatures, isVerified(secret, last), isVerified(webhook.secret, last)];
    };
    expect(await send()).toEqual([2, true, true]);
    harness.now += 24 * HOUR;
    expect(await send()).toEqual([1, true, false]);
  });
});

describe('a failed attempt', () => {
  test.each<[string, ReceiverStep, object]>([
    [
      'a status',
      { status: 500, body: 'no such thing' },
      { statusCode: 500, error: 'status', responseBody: 'no such thing' },
    ],
    [
      'a redirect, which is not followed',
      { status: 302, headers: { Location: '/elsewhere' } },
      { statusCode: 302, error: 'redirect' },
    ],
    ['a connection that ends', { kind: 'drop' }, { statusCode: null, error: 'connection', responseBody: null }],
  ])('is logged and tried again: %s', async (_, step, attempt) => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan(step);
    await newPost(harness, key);
    const [delayed, ...others] = await harness.handleWakes();
    expect(others).toEqual([]);
    expect(delayed).toMatchObject({ queue: 'jestha-webhook-retries', body: { endpointId: webhook.id } });
    expect([5, 6]).toContain(delayed?.delaySeconds);
    const detail = await detailOf(harness, key, webhook.id);
    expect(detail).toMatchObject({ status: 'pending', attempts: 1, attemptLog: [attempt] });
    expect(detail.nextAttemptAt).toMatch(/^2026-11-24T12:00:0[4-6]/);
    expect(await receiver.received()).toHaveLength(1);

    harness.now += 10_000;
    await receiver.plan();
    await harness.deliver('jestha-webhook-retries', [delayed?.body]);
    expect(await detailOf(harness, key, webhook.id)).toMatchObject({ status: 'delivered', attempts: 2 });
    const [first, second] = await receiver.received(2);
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
  });

  test('to a host that refuses the connection has the error of that', async () => {
    const { harness, key, webhook } = await setUp({ url: 'http://localhost:1/hook' });
    await newPost(harness, key);
    await harness.handleWakes();
    expect(await detailOf(harness, key, webhook.id)).toMatchObject({
      status: 'pending',
      attemptLog: [{ statusCode: null, error: 'connection', responseBody: null }],
    });
  });

  test('reads 1 KiB of a response that never ends, and NUL becomes a replacement character', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan({ kind: 'endless', status: 500, times: 1 }, { status: 400, body: 'a\0b' });
    await newPost(harness, key);
    await harness.handleWakes();
    const { attemptLog } = await detailOf(harness, key, webhook.id);
    expect(attemptLog).toMatchObject([{ statusCode: 500, responseBody: 'x'.repeat(1_024) }]);
    harness.now += 10_000;
    await harness.deliver('jestha-webhook-retries', [{ endpointId: webhook.id }]);
    expect((await detailOf(harness, key, webhook.id)).attemptLog[1]).toMatchObject({ responseBody: 'a\ufffdb' });
  });

  test('to a target that is not allowed any more sends nothing', async () => {
    const { receiver, key, webhook } = await setUp();
    const { Harness } = await import('../support/app/harness.ts');
    const production = new Harness();
    await newPost(production, key);
    await production.handleWakes();
    expect(await detailOf(production, key, webhook.id)).toMatchObject({
      status: 'pending',
      attemptLog: [{ statusCode: null, error: 'target_not_allowed', durationMs: 0, responseBody: null }],
    });
    expect(await receiver.received()).toEqual([]);
  });

  test('waits in Neon if the wait exceeds a minute, and the sweep ends it', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan({ status: 503, headers: { 'Retry-After': '3600' }, times: 1 });
    await newPost(harness, key);
    expect(await harness.handleWakes()).toEqual([]);
    expect((await detailOf(harness, key, webhook.id)).nextAttemptAt).toMatch(/^2026-11-24T13:00:0/);
    harness.now += 59 * MINUTE;
    await sweepOwn(harness, key);
    await harness.handleWakes();
    expect(await receiver.received()).toHaveLength(1);
    harness.now += 2 * MINUTE;
    await sweepOwn(harness, key);
    expect(harness.wakes).toContainEqual({
      queue: 'jestha-webhook-retries',
      body: { endpointId: webhook.id },
      delaySeconds: 0,
    });
    await harness.handleWakes();
    expect(await receiver.received()).toHaveLength(2);
    expect(await detailOf(harness, key, webhook.id)).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  test('with 410 disables the endpoint, and cancels what waits for it', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan({ status: 410 });
    for (let i = 0; i < 5; i++) await newPost(harness, key);
    await harness.handleWakes();
    expect(await readWebhook(harness, key, webhook.id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    const sent = (await receiver.received()).length;
    expect(sent).toBeLessThanOrEqual(2);
    await sweepOwn(harness, key);
    const statuses = (await deliveriesOf(harness, key, webhook.id)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([...Array(5 - sent).fill('cancelled'), ...Array(sent).fill('failed')]);
    await newPost(harness, key);
    expect(harness.wakes).toEqual([]);
  });
});

describe('consumers', () => {
  test('send a delivery once, however often and to however many the message comes', async () => {
    const { harness, receiver, key } = await setUp();
    await newPost(harness, key);
    const [wake] = harness.wakes.splice(0);
    const consumers = Array.from({ length: 5 }, () => localHarness());
    const results = await Promise.all(
      consumers.map((consumer) => consumer.deliver('jestha-webhook-events', [wake?.body, wake?.body])),
    );
    for (const { explicitAcks, retryMessages } of results)
      expect([explicitAcks, retryMessages]).toEqual([['0', '1'], []]);
    expect(await receiver.received(1)).toHaveLength(1);
  });

  test('have at most two deliveries of an endpoint in flight, and go on with the next when one ends', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan({ kind: 'hang', times: 2 });
    for (let i = 0; i < 6; i++) await newPost(harness, key);
    const wakes = harness.wakes.splice(0);
    const consumers = wakes.map(({ body }) => localHarness().deliver('jestha-webhook-events', [body]));
    await receiver.untilHeld(2);
    expect(await receiver.received()).toHaveLength(2);
    await receiver.plan();
    await Promise.all(consumers);
    expect(await receiver.received(6)).toHaveLength(6);
    const statuses = (await deliveriesOf(harness, key, webhook.id)).map(({ status }) => status);
    expect(statuses).toEqual(Array(6).fill('delivered'));
  });

  test('of first attempts leave an endpoint that fails to those of retries', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await receiver.plan({ status: 500, times: 1 });
    await newPost(harness, key);
    await harness.handleWakes();
    await newPost(harness, key);
    const wakes = harness.wakes.splice(0);
    await harness.deliver(
      'jestha-webhook-events',
      wakes.map(({ body }) => body),
    );
    expect(await receiver.received()).toHaveLength(1);
    expect(harness.wakes).toEqual([
      { queue: 'jestha-webhook-retries', body: { endpointId: webhook.id }, delaySeconds: 0 },
    ]);
    await harness.handleWakes();
    expect(await receiver.received()).toHaveLength(2);
  });

  test('ask for the message again only while Neon is away', async () => {
    const { harness, receiver, key } = await setUp();
    await newPost(harness, key);
    const [wake] = harness.wakes.splice(0);
    await harness.neon.setFaults({ kind: 'refuse' });
    const { retryMessages } = await harness.deliver('jestha-webhook-events', [wake?.body]);
    expect(retryMessages).toEqual([{ msgId: '0' }]);
    await harness.neon.setFaults();
    await harness.deliver('jestha-webhook-events', [wake?.body]);
    expect(await receiver.received(1)).toHaveLength(1);
  });

  test('acknowledge invalid messages', async () => {
    const { explicitAcks } = await localHarness().deliver('jestha-webhook-events', [null, { eventId: 'x' }, 'y']);
    expect(explicitAcks).toEqual(['0', '1', '2']);
  });

  test('of dead letters log and acknowledge them, and the sweep finds what they stood for', async () => {
    const { harness, receiver, key } = await setUp();
    await newPost(harness, key);
    const [wake] = harness.wakes.splice(0);
    const { ackAll } = await harness.deliver('jestha-webhook-dead', [wake?.body]);
    expect(ackAll).toBe(true);
    harness.now += 5_000;
    await sweepOwn(harness, key);
    await harness.handleWakes();
    expect(await receiver.received(1)).toHaveLength(1);
  });

  test('give back a delivery whose outcome Neon did not take; it is sent again when the lease has ended', async () => {
    const { harness, receiver, key, webhook } = await setUp();
    await newPost(harness, key);
    await harness.neon.setFaults({ kind: 'refuse', match: 'INSERT INTO webhook_attempts' });
    await harness.handleWakes();
    await harness.neon.setFaults();
    expect(await deliveriesOf(harness, key, webhook.id)).toMatchObject([{ status: 'pending', attempts: 0 }]);
    harness.now += 29_000;
    await sweepOwn(harness, key);
    await harness.handleWakes();
    expect(await receiver.received()).toHaveLength(1);
    harness.now += 31_000;
    await sweepOwn(harness, key);
    await harness.handleWakes();
    const [first, second] = await receiver.received(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(await deliveriesOf(harness, key, webhook.id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });
});

describe('the sweep', () => {
  test('delivers events that never came into the queue, within 75 seconds', async () => {
    const lost = { send: () => Promise.reject(new Error('away')), sendBatch: () => Promise.reject(new Error('away')) };
    const receiver = new Receiver();
    const harness = localHarness({
      WEBHOOK_EVENTS: lost as unknown as Queue,
      WEBHOOK_RETRIES: lost as unknown as Queue,
    });
    // Before all other suites, whose deliveries this sweep must not send.
    harness.now = Date.UTC(2026, 9, 28);
    const key = await harness.newKey();
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    await newPost(harness, key);
    harness.now += 4_999;
    await harness.sweep();
    expect(await receiver.received()).toEqual([]);
    harness.now += 60_000;
    await harness.sweep();
    expect(await receiver.received(1)).toHaveLength(1);
    expect(await deliveriesOf(harness, key, webhook.id)).toMatchObject([{ status: 'delivered' }]);
  });
});
