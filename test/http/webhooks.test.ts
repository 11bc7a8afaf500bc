import { beforeEach, describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { stopClock } from '../support/app/people.ts';
import { type Caller, newPost, sendAs } from '../support/app/posts.ts';
import {
  ALL_EVENTS,
  ask,
  type Delivery,
  NEW_WEBHOOK,
  newTest,
  newWebhook,
  sweepOwn,
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

const sessionOf = ({ accountId, username }: TestKey) => harness.newSession({ account: { id: accountId, username } });

describe('an endpoint', () => {
  test('is added by its key, with a secret that is shown this once and kept encrypted', async () => {
    const body = {
      url: 'https://example.com/hook?x=1',
      events: ['jes.created', 'jes.created'],
      description: 'Production',
    };
    const created = await send(key, 'POST', webhooksOf(key.id), body);
    const webhook = {
      id: expect.ulid(),
      url: 'https://example.com/hook?x=1',
      description: 'Production',
      events: ['jes.created'],
      status: 'active',
      disabledReason: null,
      createdAt: NOON,
      lastAttemptAt: null,
      lastStatusCode: null,
      failingSince: null,
    };
    expect(created).toEqual({
      status: 201,
      body: { webhook, secret: expect.stringMatching(/^whsec_[0-9A-Za-z+/]{43}=$/) },
    });
    const { secret, webhook: shown } = created.body as { secret: string; webhook: { id: string } };
    expect(await send(key, 'GET', webhooksOf(key.id))).toEqual({ status: 200, body: { webhooks: [webhook] } });
    expect(await send(key, 'GET', `${webhooksOf(key.id)}/${shown.id}`)).toEqual({ status: 200, body: { webhook } });
    const [row] = await rowsOf(
      harness,
      `SELECT row_to_json(e)::text AS row FROM webhook_endpoints e WHERE id = '${shown.id}'`,
    );
    expect(String(row?.row)).not.toContain(secret.slice(6, 30));
  });

  test('is added in person, to any key of one’s own', async () => {
    const person = await sessionOf(key);
    expect(await send(person, 'POST', webhooksOf(key.id), NEW_WEBHOOK)).toMatchObject({
      status: 201,
      body: { webhook: { description: null, events: ALL_EVENTS } },
    });
  });

  const TARGET = 'must be an https URL on port 443 with a public host name that is not of Jestha';
  const EVENTS = 'must be one of jes.created, jesclip.created, comment.created, apikey.revoked';
  test.each<[string, object, string, string]>([
    ['plain http', { url: 'http://example.com/' }, 'url', TARGET],
    ['this machine', { url: 'http://localhost:3000/' }, 'url', TARGET],
    ['an IP address', { url: 'https://192.0.2.1/' }, 'url', TARGET],
    ['a host of ours', { url: 'https://api.jestha.com/api/posts' }, 'url', TARGET],
    ['no URL', { url: 'example' }, 'url', TARGET],
    ['NUL in the URL', { url: 'https://example.com/\0' }, 'url', TARGET],
    ['a lone surrogate in the URL', { url: 'https://example.com/\ud800' }, 'url', TARGET],
    ['a line end in the URL', { url: 'https://example.com/\nx' }, 'url', TARGET],
    ['no text', { url: 5 }, 'url', 'must be a string'],
    ['a long URL', { url: `https://example.com/${'x'.repeat(2_048)}` }, 'url', 'must be at most 2048 characters'],
    ['no event', { events: [] }, 'events', 'choose at least one event'],
    ['a reserved event', { events: ['jes.deleted'] }, 'events.0', EVENTS],
    ['the test event', { events: ['webhook.test'] }, 'events.0', EVENTS],
    ['a long description', { description: 'x'.repeat(101) }, 'description', 'must be at most 100 characters'],
    ['an unknown field', { secret: 'x' }, 'secret', UNKNOWN_FIELD],
  ])('with %s is refused', async (_, fields, path, message) => {
    const refused = await send(key, 'POST', webhooksOf(key.id), { ...NEW_WEBHOOK, ...fields });
    expect(refused).toEqual(invalid({ path, message }));
  });

  test('is one of five at most, also for twenty that come at once', async () => {
    for (let i = 0; i < 3; i++) await newWebhook(harness, key);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => harness.fetch(webhooksOf(key.id), { key: key.key, body: NEW_WEBHOOK })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, ...Array(18).fill(409)]);
    expect(await send(key, 'POST', webhooksOf(key.id), NEW_WEBHOOK)).toEqual({
      status: 409,
      body: {
        error: 'Webhook limit reached',
        message: 'This API key has 5 webhook endpoints, which is the limit. Delete one first.',
        code: 'webhook_limit_reached',
      },
    });
    const { webhooks } = await ask<{ webhooks: { id: string }[] }>(harness, key, webhooksOf(key.id));
    expect(webhooks).toHaveLength(5);
    await harness.fetch(`${webhooksOf(key.id)}/${webhooks[0]?.id}`, { key: key.key, method: 'DELETE' });
    expect(await send(key, 'POST', webhooksOf(key.id), NEW_WEBHOOK)).toMatchObject({ status: 201 });
  });

  test('is visible to its key and its owner alone', async () => {
    const webhook = await newWebhook(harness, key);
    const delivery = await newTest(harness, key, `${webhooksOf(key.id)}/${webhook.id}`);
    const account = { id: key.accountId, username: key.username };
    const [sibling, stranger, person] = [
      await harness.newKey({ account }),
      await harness.newKey(),
      await harness.newSession(),
    ];
    const own = `${webhooksOf(key.id)}/${webhook.id}`;
    const requests: [string, string, unknown?][] = [
      ['GET', webhooksOf(key.id)],
      ['POST', webhooksOf(key.id), NEW_WEBHOOK],
      ['GET', own],
      ['PATCH', own, { description: 'Mine' }],
      ['DELETE', own],
      ['POST', `${own}/rotate-secret`],
      ['POST', `${own}/test`],
      ['POST', `${own}/replay`, { since: NOON }],
      ['GET', `${own}/deliveries`],
      ['GET', `${own}/deliveries/${delivery.id}`],
      ['POST', `${own}/deliveries/${delivery.id}/redeliver`],
      ['GET', `/api/auth/api-keys/${key.id}/events`],
    ];
    for (const [method, path, body] of requests) {
      for (const caller of [sibling, stranger, person]) {
        expect([method, path, await send(caller, method, path, body)]).toEqual([method, path, NOT_FOUND]);
      }
      // The path of another key does not have it either.
      if (path.startsWith(own)) {
        const elsewhere = path.replace(key.id, sibling.id);
        expect([method, path, await send(sibling, method, elsewhere, body)]).toEqual([method, path, NOT_FOUND]);
      }
    }
    expect(await send(await sessionOf(key), 'GET', own)).toMatchObject({ status: 200 });
  });

  test('of a revoked or expired key cannot be added', async () => {
    const person = await sessionOf(key);
    const expiring = await harness.newKey({
      account: { id: key.accountId, username: key.username },
      expiresInDays: 30,
    });
    await harness.revoke(key);
    const reason = invalid({ path: 'id', message: 'must be the id of an active key' });
    expect(await send(person, 'POST', webhooksOf(key.id), NEW_WEBHOOK)).toEqual(reason);
    harness.now += 30 * 86_400_000;
    expect(await send(person, 'POST', webhooksOf(expiring.id), NEW_WEBHOOK)).toEqual(reason);
  });
});

describe('changing an endpoint', () => {
  test('changes the given fields and leaves the others', async () => {
    const { id, secret: _, ...webhook } = await newWebhook(harness, key, { description: 'One' });
    const path = `${webhooksOf(key.id)}/${id}`;
    const changed = { url: 'https://example.org/other', events: ['apikey.revoked'], description: null };
    expect(await send(key, 'PATCH', path, changed)).toEqual({
      status: 200,
      body: { webhook: { id, ...webhook, ...changed } },
    });
    expect(await send(key, 'PATCH', path, { status: 'disabled' })).toMatchObject({
      body: { webhook: { ...changed, status: 'disabled', disabledReason: 'owner' } },
    });
    expect(await send(key, 'PATCH', path, { status: 'active' })).toMatchObject({
      body: { webhook: { ...changed, status: 'active', disabledReason: null } },
    });
    expect(await send(key, 'PATCH', path, {})).toEqual(
      invalid({ path: '', message: 'give at least one of url, events, description and status' }),
    );
    expect(await send(key, 'PATCH', path, { url: 'https://jestha.com/' })).toMatchObject({ status: 400 });
  });

  test('deleting it takes it away at once, and its deliveries with the sweep', async () => {
    const { id } = await newWebhook(harness, key);
    const path = `${webhooksOf(key.id)}/${id}`;
    await newPost(harness, key);
    await expect(await harness.fetch(path, { key: key.key, method: 'DELETE' })).toHaveStatus(204);
    harness.now += 1;
    expect(await send(key, 'GET', path)).toEqual(NOT_FOUND);
    expect(await send(key, 'DELETE', path)).toEqual(NOT_FOUND);
    expect(await send(key, 'GET', webhooksOf(key.id))).toEqual({ status: 200, body: { webhooks: [] } });
    await sweepOwn(harness, key);
    await sweepOwn(harness, key);
    expect(await rowsOf(harness, `SELECT id FROM webhook_endpoints WHERE id = '${id}'`)).toEqual([]);
  });

  test('rotating its secret is possible once a day, unless the older one ends now', async () => {
    const webhook = await newWebhook(harness, key);
    const path = `${webhooksOf(key.id)}/${webhook.id}/rotate-secret`;
    const first = await send(key, 'POST', path);
    expect(first).toMatchObject({
      status: 200,
      body: { webhook: { id: webhook.id }, previousExpiresAt: '2026-11-25T12:00:00.000Z' },
    });
    expect(await send(key, 'POST', path)).toEqual({
      status: 409,
      body: {
        error: 'Rotation in progress',
        message:
          'This endpoint has two valid secrets. Wait until the previous one ends, or send { "endPrevious": true }.',
        code: 'rotation_in_progress',
      },
    });
    expect(await send(key, 'POST', path, { endPrevious: true })).toMatchObject({ status: 200 });
    expect(await send(key, 'POST', path)).toMatchObject({ status: 409 });
    harness.now += 86_400_000;
    const last = await send(key, 'POST', path);
    expect(last).toMatchObject({ status: 200 });
    expect(last.body).not.toMatchObject({ secret: (first.body as { secret: string }).secret });
  });

  test('of ten rotations at once one is done', async () => {
    const path = `${webhooksOf(key.id)}/${(await newWebhook(harness, key)).id}/rotate-secret`;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => harness.fetch(path, { key: key.key, method: 'POST' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  });
});

describe('what is done to endpoints', () => {
  test('stands in the audit log of the key, once each', async () => {
    const address = '192.0.2.7';
    const path = `${webhooksOf(key.id)}/${(await newWebhook(harness, key)).id}`;
    const post = (below: string, body?: unknown) =>
      harness.fetch(`${path}${below}`, {
        key: key.key,
        method: 'POST',
        address,
        headers: { 'Idempotency-Key': below },
        body,
      });
    const tested = await post('/test');
    await post('/test');
    const { delivery } = (await tested.json()) as { delivery: Delivery };
    await post(`/deliveries/${delivery.id}/redeliver`);
    await post('/replay', { since: NOON });
    await post('/rotate-secret');
    await post('/rotate-secret');
    await harness.fetch(path, { key: key.key, method: 'PATCH', body: { status: 'disabled' } });
    await post('/test', undefined);
    await harness.fetch(path, { key: key.key, method: 'DELETE' });
    const rows = await rowsOf<{ event: string; address: string | null }>(
      harness,
      `SELECT event, address FROM audit_log WHERE api_key_id = '${key.id}' AND event LIKE 'webhook%' ORDER BY event`,
    );
    expect(rows).toEqual([
      { event: 'webhook_changed', address: null },
      { event: 'webhook_created', address: null },
      { event: 'webhook_deleted', address: null },
      { event: 'webhook_redelivered', address },
      { event: 'webhook_replayed', address },
      { event: 'webhook_secret_rotated', address },
      { event: 'webhook_tested', address },
    ]);
  });

  test('is limited to ten tests, redeliveries and replays a minute and endpoint', async () => {
    stopClock('2026-11-24T12:00:10Z');
    const paths = [await newWebhook(harness, key), await newWebhook(harness, key)].map(
      ({ id }) => `${webhooksOf(key.id)}/${id}`,
    );
    const [path = '', other = ''] = paths;
    const delivery = await newTest(harness, key, path);
    for (let i = 0; i < 3; i++) {
      await newTest(harness, key, path);
      await ask(harness, key, `${path}/deliveries/${delivery.id}/redeliver`, 'POST');
      await ask(harness, key, `${path}/replay`, 'POST', { since: NOON });
    }
    const refused = await harness.fetch(`${path}/test`, { key: key.key, method: 'POST' });
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(await answerOf(refused)).toEqual({
      status: 429,
      body: {
        error: 'Rate limit exceeded',
        message: 'This endpoint is limited to 10 tests, redeliveries and replays per minute.',
        code: 'rate_limit_exceeded',
        retryAfter: expect.any(Number),
      },
    });
    await newTest(harness, key, other);
  });

  test.each([
    '/test',
    '/replay',
    '/deliveries/:id/redeliver',
  ])('%s needs an endpoint that is enabled', async (below) => {
    const path = `${webhooksOf(key.id)}/${(await newWebhook(harness, key)).id}`;
    const delivery = await newTest(harness, key, path);
    await ask(harness, key, path, 'PATCH', { status: 'disabled' });
    const body = below === '/replay' ? { since: NOON } : undefined;
    expect(await send(key, 'POST', path + below.replace(':id', delivery.id), body)).toEqual(
      invalid({ path: 'status', message: 'the endpoint is disabled; enable it first' }),
    );
  });

  test('needs an existing delivery', async () => {
    const path = `${webhooksOf(key.id)}/${(await newWebhook(harness, key)).id}`;
    const other = await newTest(harness, key, `${webhooksOf(key.id)}/${(await newWebhook(harness, key)).id}`);
    for (const id of ['x', '01HK153X000000000000000000', other.id]) {
      expect(await send(key, 'POST', `${path}/deliveries/${id}/redeliver`)).toEqual(NOT_FOUND);
      expect(await send(key, 'GET', `${path}/deliveries/${id}`)).toEqual(NOT_FOUND);
    }
  });
});
