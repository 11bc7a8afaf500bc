import { describe, expect, test } from 'vitest';
import { revokeAnyKey } from '../../src/domain/keys/index.ts';
import type { Harness, TestKey } from '../support/app/harness.ts';
import { newPost } from '../support/app/posts.ts';
import { Receiver } from '../support/app/receiver.ts';
import { deliveriesOf, localHarness, newWebhook, sweepOwn } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

/** The events that a receiver got. */
const toldTo = async (receiver: Receiver, atLeast = 0) =>
  (await receiver.received(atLeast)).map(
    ({ body }) => JSON.parse(body) as { event: string; data: Record<string, unknown> },
  );

const REVOCATIONS: Record<string, (harness: Harness, key: TestKey) => Promise<unknown>> = {
  user: (harness, key) => harness.revoke(key),
  admin: (harness, { id }) => harness.run((ctx) => revokeAnyKey(ctx, { id }, 'admin')),
  leaked: (harness, { key }) => harness.run((ctx) => revokeAnyKey(ctx, { key }, 'leaked')),
};

describe('a revocation', () => {
  test.each(
    Object.entries(REVOCATIONS),
  )('(%s) is sent once to each subscribed endpoint, the key’s own among them', async (reason, revoke) => {
    const harness = localHarness();
    const [own, others] = [new Receiver(), new Receiver()];
    const key = await harness.newKey({
      label: 'Blog bridge',
      ipAllowlist: ['192.0.2.0/24'],
      scopes: ['write:jes', 'webhooks:manage'],
    });
    const sibling = await harness.newKey({ account: { id: key.accountId, username: key.username } });
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    for (const [id, receiver] of [
      [key.id, own],
      [sibling.id, others],
    ] as const) {
      const body = { url: receiver.url(), events: ['apikey.revoked'] };
      await expect(
        await harness.fetch(`/api/auth/api-keys/${id}/webhooks`, { cookie: person.cookie, body }),
      ).toHaveStatus(201);
    }
    await revoke(harness, key);
    await revoke(harness, key);
    await harness.handleWakes();
    const event = {
      event: 'apikey.revoked',
      id: expect.stringMatching(/^evt_/),
      created_at: '2026-11-24T12:00:00.000Z',
      data: {
        apiKey: {
          id: key.id,
          label: 'Blog bridge',
          maskedKey: `${key.key.slice(0, 13)}****`,
          scopes: ['write:jes', 'webhooks:manage'],
          status: 'revoked',
          createdAt: '2026-11-24T12:00:00.000Z',
          expiresAt: null,
          lastUsedAt: null,
          revokedAt: '2026-11-24T12:00:00.000Z',
          revokedReason: reason,
        },
      },
    };
    expect(await toldTo(own, 1)).toEqual([event]);
    expect(await toldTo(others, 1)).toEqual([event]);
    await newPost(harness, sibling);
    await harness.handleWakes();
    expect(await toldTo(own)).toHaveLength(1);
  });

  test('by SQL is sent by the sweep', async () => {
    const harness = localHarness();
    const receiver = new Receiver();
    const key = await harness.newKey();
    await newWebhook(harness, key, { url: receiver.url() });
    await rowsOf(harness, `UPDATE api_keys SET revoked_at = now(), revoked_reason = 'leaked' WHERE id = '${key.id}'`);
    await sweepOwn(harness, key);
    await harness.handleWakes();
    expect(await toldTo(receiver, 1)).toMatchObject([
      { event: 'apikey.revoked', data: { apiKey: { revokedReason: 'leaked' } } },
    ]);
    await sweepOwn(harness, key);
    await harness.handleWakes();
    expect(await toldTo(receiver)).toHaveLength(1);
  });

  test('once it has answered, none of 10,000 waiting deliveries starts, over four consumers', async () => {
    const harness = localHarness();
    const receiver = new Receiver();
    const key = await harness.newKey();
    const webhooks = [];
    for (let i = 0; i < 5; i++) webhooks.push(await newWebhook(harness, key, { url: receiver.url(`/${i}`) }));
    await rowsOf(
      harness,
      `WITH numbered AS (UPDATE accounts SET event_sequence = 2000 WHERE id = '${key.accountId}'), told AS (
         INSERT INTO outbox_events (id, event, account_id, sequence, data, created_at)
         SELECT 'evt_' || gen_random_uuid(), 'jes.created', '${key.accountId}', n, '{}', timestamptz '2026-11-24T12:00:00Z'
         FROM generate_series(1, 2000) n RETURNING id, sequence)
       INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
       SELECT 'TEST' || upper(left(md5(told.id || e.id), 22)), e.id, told.id, 'jes.created', 'pending',
         timestamptz '2026-11-24T12:00:00Z', timestamptz '2026-11-24T12:00:00Z'
       FROM told, webhook_endpoints e WHERE e.api_key_id = '${key.id}'`,
    );
    const wake = webhooks.map(({ id }) => ({ endpointId: id }));
    const consumers = Array.from({ length: 4 }, () => localHarness().deliver('jestha-webhook-retries', wake));
    await receiver.received(5);
    await harness.revoke(key);
    const answeredAt = Date.now();
    await Promise.all(consumers);
    await harness.handleWakes();
    const received = await receiver.received(5);
    const late = received.filter(({ at, body }) => at > answeredAt && !body.startsWith('{"event":"apikey.revoked"'));
    expect(late).toEqual([]);
    const revocations = received.filter(({ body }) => body.startsWith('{"event":"apikey.revoked"'));
    expect(revocations.map(({ path }) => path).sort()).toEqual(['/0', '/1', '/2', '/3', '/4']);

    for (let i = 0; i < 2; i++) await sweepOwn(harness, key);
    const counted = await rowsOf<{ status: string; count: number }>(
      harness,
      `SELECT d.status, count(*)::int AS count FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE e.api_key_id = '${key.id}' GROUP BY d.status ORDER BY d.status`,
    );
    const delivered = received.length;
    expect(counted).toEqual([
      { status: 'cancelled', count: 10_005 - delivered },
      { status: 'delivered', count: delivered },
    ]);
  });

  test('waits for a claim that it meets, and lets what has started end', async () => {
    const harness = localHarness();
    const receiver = new Receiver();
    const key = await harness.newKey();
    const webhook = await newWebhook(harness, key, { url: receiver.url(), events: ['jes.created'] });
    await receiver.plan({ kind: 'hang' });
    await newPost(harness, key);
    const [wake] = harness.wakes.splice(0);
    const consumer = localHarness().deliver('jestha-webhook-events', [wake?.body]);
    await receiver.untilHeld(1);
    await harness.revoke(key);
    expect(await deliveriesOf(harness, await personOf(harness, key), webhook.id)).toMatchObject([
      { status: 'pending' },
    ]);
    await receiver.plan();
    await consumer;
    expect(await deliveriesOf(harness, await personOf(harness, key), webhook.id)).toMatchObject([
      { status: 'delivered' },
    ]);
  });
});

/** The owner of a key, signed in. */
const personOf = async (harness: Harness, { id, accountId, username }: TestKey) => ({
  ...(await harness.newSession({ account: { id: accountId, username } })),
  keyId: id,
});

test('an endpoint of an expired key gets what happened before, and nothing after', async () => {
  const harness = localHarness();
  const receiver = new Receiver();
  const key = await harness.newKey({ expiresInDays: 30 });
  const account = { id: key.accountId, username: key.username };
  const sibling = await harness.newKey({ account });
  await newWebhook(harness, key, { url: receiver.url() });
  harness.now += 30 * 86_400_000 - 1;
  const before = await newPost(harness, sibling);
  harness.now += 1;
  await newPost(harness, sibling);
  await harness.handleWakes();
  expect(await toldTo(receiver, 1)).toMatchObject([{ event: 'jes.created', data: { jes: { id: before.id } } }]);
});
