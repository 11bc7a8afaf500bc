import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { verifyWebhook } from '../client/index.ts';
import { EVENT_NAMES } from '../data/schema/outbox-events.ts';
import type { Call, Step } from './integration.ts';

/** The time that the demo waits for an event that the local stack sends at once. */
const PATIENCE_MS = 15_000;

/** Adds an endpoint on this machine to a key, posts, and waits for the event, whose signature the receiver verifies. */
export function receiverSteps(
  origin: string,
  call: Call,
  { id, key }: { readonly id: string; readonly key: string },
): Step[] {
  const server = createServer();
  let secret = '';
  const verified = new Promise<void>((resolve) => {
    server.on('request', async (request, response) => {
      const event = await verifyWebhook({ body: await text(request), headers: request.headers, secret }).catch(
        () => undefined,
      );
      response.writeHead(event ? 204 : 401).end();
      if (event?.event === 'jes.created') resolve();
    });
  });
  return [
    {
      sent: 'a webhook endpoint',
      promised: '201',
      async send() {
        server.listen(0, 'localhost');
        await once(server, 'listening');
        const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
        const response = await fetch(`${origin}/api/auth/api-keys/${id}/webhooks`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ url, events: EVENT_NAMES }),
        });
        ({ secret = '' } = (await response.clone().json()) as { secret?: string });
        return response;
      },
    },
    {
      sent: 'a Jes, whose signed event comes to the endpoint',
      promised: '201',
      async send() {
        const response = await call('/api/posts', key, 'Hello from npm run demo');
        const late = AbortSignal.timeout(PATIENCE_MS);
        const isVerified = await Promise.race([verified.then(() => true), once(late, 'abort').then(() => false)]);
        server.close();
        server.closeAllConnections();
        return isVerified ? response : new Response('', { status: 504 });
      },
    },
  ];
}
