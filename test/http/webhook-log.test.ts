import { beforeEach, describe, expect, test } from 'vitest';
import { sendNotices } from '../../src/domain/deliveries/index.ts';
import { invalid } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { mailsTo } from '../support/app/people.ts';
import { type Caller, newPost, sendAs } from '../support/app/posts.ts';
import { Receiver } from '../support/app/receiver.ts';
import {
  ask,
  type Delivery,
  type DeliveryDetail,
  deliveriesOf,
  localHarness,
  newTest,
  newWebhook,
  webhooksOf,
} from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

const NOON = '2026-11-24T12:00:00.000Z';

let harness: Harness;

let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

const send = async (caller: Caller, method: string, path: string, body?: unknown) =>
  await answerOf(await sendAs(harness, caller, method, path, body));

describe('deliveries', () => {
  test('are listed by pages, the newest first, and by status and event', async () => {
    harness = localHarness();
    const receiver = new Receiver();
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    const path = `${webhooksOf(key.id)}/${webhook.id}`;
    for (let i = 0; i < 3; i++) {
      harness.now += 1_000;
      await newPost(harness, key);
    }
    await harness.handleWakes();
    harness.now += 1_000;
    const pending = await newTest(harness, key, path);
    const all = await deliveriesOf(harness, key, webhook.id);
    expect(all.map(({ event, status }) => [event, status])).toEqual([
      ['webhook.test', 'pending'],
      ...Array(3).fill(['jes.created', 'delivered']),
    ]);
    expect(all[0]).toEqual({
      id: pending.id,
      eventId: pending.eventId,
      event: 'webhook.test',
      status: 'pending',
      attempts: 0,
      nextAttemptAt: new Date(harness.now).toISOString(),
      lastStatusCode: null,
      createdAt: new Date(harness.now).toISOString(),
    });
    expect(await deliveriesOf(harness, key, webhook.id, '?status=pending')).toEqual([all[0]]);
    expect(await deliveriesOf(harness, key, webhook.id, '?event=jes.created&status=delivered')).toEqual(all.slice(1));
    expect(await deliveriesOf(harness, key, webhook.id, '?event=comment.created')).toEqual([]);
    const pageOf = (query: string) =>
      ask<{ deliveries: Delivery[]; nextCursor: string | null }>(harness, key, `${path}/deliveries?limit=2${query}`);
    const first = await pageOf('');
    const second = await pageOf(`&cursor=${first.nextCursor}`);
    expect([...first.deliveries, ...second.deliveries]).toEqual(all);
    expect(second.nextCursor).toBeNull();
    const other = await newWebhook(harness, key);
    expect(await send(key, 'GET', `${webhooksOf(key.id)}/${other.id}/deliveries?cursor=${first.nextCursor}`)).toEqual(
      invalid({ path: 'cursor', message: 'must be a nextCursor of this list' }),
    );
  });

  test('are sent again under the same id, after success and failure alike', async () => {
    harness = localHarness();
    const receiver = new Receiver();
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    await newPost(harness, key);
    await harness.handleWakes();
    const [delivered] = await deliveriesOf(harness, key, webhook.id);
    const path = `${webhooksOf(key.id)}/${webhook.id}/deliveries/${delivered?.id}`;
    expect(await ask(harness, key, `${path}/redeliver`, 'POST')).toEqual({
      delivery: { ...delivered, status: 'pending', nextAttemptAt: NOON },
    });
    await harness.handleWakes();
    const [first, second] = await receiver.received(2);
    expect([second?.headers['webhook-id'], second?.body]).toEqual([first?.headers['webhook-id'], first?.body]);
    const { delivery } = await ask<{ delivery: DeliveryDetail }>(harness, key, path);
    expect(delivery).toMatchObject({
      status: 'delivered',
      attempts: 2,
      attemptLog: [{ statusCode: 200 }, { statusCode: 200 }],
    });
  });

  test('that were missed are replayed: those from the time it was disabled, or all on request', async () => {
    harness = localHarness();
    const receiver = new Receiver();
    const webhook = await newWebhook(harness, key, { url: receiver.url(), events: ['jes.created'] });
    const path = `${webhooksOf(key.id)}/${webhook.id}`;
    const post = async () => {
      harness.now += 1_000;
      return (await newPost(harness, key)).id;
    };
    const before = await post();
    await harness.handleWakes();
    const since = new Date(harness.now + 1).toISOString();
    const delivered = await post();
    await harness.handleWakes();
    const late = await post();
    // Its message is on the way when the endpoint is disabled.
    const [wake] = harness.wakes.splice(0);
    await ask(harness, key, path, 'PATCH', { status: 'disabled' });
    await harness.deliver('jestha-webhook-events', [wake?.body]);
    const missed = await post();
    expect(harness.wakes).toEqual([]);
    await ask(harness, key, path, 'PATCH', { status: 'active' });
    expect(await ask(harness, key, `${path}/replay`, 'POST', { since })).toEqual({ replayed: 2 });
    await harness.handleWakes();
    const idsOf = async () => (await receiver.received()).map(({ body }) => JSON.parse(body).data.jes.id);
    expect((await idsOf()).slice(2).sort()).toEqual([late, missed].sort());
    expect(await ask(harness, key, `${path}/replay`, 'POST', { since })).toEqual({ replayed: 0 });
    expect(await ask(harness, key, `${path}/replay`, 'POST', { since, status: 'all' })).toEqual({ replayed: 3 });
    await harness.handleWakes();
    expect((await idsOf()).slice(4).sort()).toEqual([delivered, late, missed].sort());
    expect(await idsOf()).toContain(before);
  });

  test.each([
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+14:00',
    '9999-12-31T23:59:59-23:59',
  ])('are not replayed since %s', async (since) => {
    const webhook = await newWebhook(harness, key);
    const path = `${webhooksOf(key.id)}/${webhook.id}/replay`;
    const refused = await answerOf(await harness.fetch(path, { key: key.key, body: { since } }));
    expect(refused).toEqual(invalid({ path: 'since', message: 'must be between 1970 and 9999' }));
  });

  test('are replayed ten thousand at most, the oldest, in one statement', async () => {
    const webhook = await newWebhook(harness, key);
    await rowsOf(
      harness,
      `WITH numbered AS (UPDATE accounts SET event_sequence = 10002 WHERE id = '${key.accountId}')
       INSERT INTO outbox_events (id, event, account_id, sequence, data, created_at)
       SELECT 'evt_' || gen_random_uuid(), 'jes.created', '${key.accountId}', n, '{}', timestamptz '${NOON}'
       FROM generate_series(1, 10002) n`,
    );
    await harness.neon.reset();
    const path = `${webhooksOf(key.id)}/${webhook.id}/replay`;
    expect(await ask(harness, key, path, 'POST', { since: NOON })).toEqual({ replayed: 10_000 });
    expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
    expect(await ask(harness, key, path, 'POST', { since: NOON })).toEqual({ replayed: 2 });
    await ask(harness, key, `${webhooksOf(key.id)}/${webhook.id}`, 'PATCH', { status: 'disabled' });
  });
});

describe('the owner of an endpoint that fails', () => {
  /** Simulates that it has failed for some days, its last attempt an hour ago. */
  const age = (id: string, days: number) =>
    rowsOf(
      harness,
      `UPDATE webhook_endpoints SET failing_since = timestamptz '${new Date(harness.now).toISOString()}' - interval '${days} days',
         last_attempt_at = timestamptz '${new Date(harness.now).toISOString()}' - interval '1 hour' WHERE id = '${id}'`,
    );

  test('is mailed half-way and when it is disabled, once each, and sees why', async () => {
    harness = localHarness();
    const receiver = new Receiver();
    await receiver.plan({ status: 500 });
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    const path = `${webhooksOf(key.id)}/${webhook.id}`;
    const fail = async () => {
      await newTest(harness, key, path);
      await harness.handleWakes();
      await harness.run(sendNotices);
      return (await mailsTo(`${key.username}@example.com`)).map(({ subject }) => subject);
    };
    expect(await fail()).toEqual([]);
    await age(webhook.id, 2.5);
    const { host } = new URL(receiver.url());
    const warning = `Your webhook endpoint at ${host} is failing`;
    expect(await fail()).toEqual([warning]);
    expect(await fail()).toEqual([warning]);
    await age(webhook.id, 5);
    expect(await fail()).toEqual([`Your webhook endpoint at ${host} was disabled`, warning]);
    const [disabled] = await mailsTo(`${key.username}@example.com`);
    expect(disabled?.text).toContain('failed for 5 days, so we disabled it.');
    expect(disabled?.text).toContain('The last attempt failed: it did not answer with a 2xx status (HTTP 500).');
    expect(disabled?.text).toContain(`http://localhost:8787/settings/api-access/${key.id}`);
    expect(await ask(harness, key, path)).toMatchObject({
      webhook: {
        status: 'disabled',
        disabledReason: 'failing',
        lastStatusCode: 500,
        failingSince: '2026-11-19T12:00:00.000Z',
      },
    });
    await ask(harness, key, path, 'PATCH', { status: 'active' });
    expect(await ask(harness, key, path)).toMatchObject({ webhook: { status: 'active', failingSince: null } });
  });
});
