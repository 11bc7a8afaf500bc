import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJesthaClient, type JesthaClient, verifyWebhook } from '../../src/client/index.ts';
import { Receiver } from '../support/app/receiver.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

let workers: Workers;
let jestha: JesthaClient;
let keyId: string;
beforeAll(async () => {
  workers = await startWorkers(1, { isLocalStack: true });
  const { id, key } = await makeKey(workers.secrets, { scopes: ['write:jes', 'webhooks:manage'] });
  keyId = id;
  jestha = createJesthaClient({ key, origin: workers.urls[0] ?? '' });
});
afterAll(() => workers.close());

describe('the built Worker, with real queues', () => {
  test('sends a Jes to an endpoint while another one hangs, and the client verifies it', async () => {
    const [hanging, receiver] = [new Receiver(), new Receiver()];
    await hanging.plan({ kind: 'hang' });
    const add = async (url: string) => {
      const added = await jestha.post('/api/auth/api-keys/:id/webhooks', {
        params: { id: keyId },
        body: { url, events: ['jes.created'] },
      });
      if (!added.ok) throw new Error(added.error.message);
      return added.data.secret;
    };
    await add(hanging.url());
    const secret = await add(receiver.url());
    const urls: string[] = [];
    for (let i = 0; i < 5; i++) {
      const posted = await jestha.post('/api/posts', { body: { content: `Jes ${i}` } });
      if (!posted.ok) throw new Error(posted.error.message);
      urls.push(posted.data.url);
      const received = await receiver.received(i + 1);
      const { body = '', headers = {} } = received[i] ?? {};
      const event = await verifyWebhook({ body, headers, secret });
      expect(event).toMatchObject({ event: 'jes.created', data: { jes: { url: urls[i] } } });
    }
    expect(await hanging.received()).toHaveLength(2);
    await hanging.plan();
    expect(await hanging.received(5)).toHaveLength(5);
    expect(await receiver.received()).toHaveLength(5);
  });

  test('tries again by itself after five seconds', async () => {
    const receiver = new Receiver();
    await receiver.plan({ status: 500, times: 1 });
    const { ok } = await jestha.post('/api/auth/api-keys/:id/webhooks', {
      params: { id: keyId },
      body: { url: receiver.url(), events: ['jes.created'] },
    });
    expect(ok).toBe(true);
    await jestha.post('/api/posts', { body: { content: 'Once more' } });
    const [first, second] = await receiver.received(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  });
});
