import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { verifyWebhook, WebhookVerificationError } from '../client/index.ts';
import { EVENT_NAMES } from '../data/schema/outbox-events.ts';
import { readState } from './state.ts';

const USAGE = `npm run webhooks:listen [-- --forward http://localhost:3000/hook]

Adds an endpoint to the demo key of the local stack, prints each event that comes, and forwards it with its headers. Another
receiver can verify the signature with the secret that is printed. Ctrl-C deletes the endpoint and ends.`;

const DESCRIPTION = 'npm run webhooks:listen';

type Api = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Signs in as the demo account of the local stack. */
async function signIn(): Promise<{ readonly api: Api; readonly keyId: string }> {
  const { worker, demoKey, demoPassword } = readState();
  if (!worker || !demoKey) throw new Error('No local stack was started here yet: npm start');
  let cookie = '';
  const api: Api = async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${worker}${path}`, {
      method,
      headers: { Cookie: cookie, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    cookie ||= response.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
    const answer: unknown = response.status === 204 ? {} : await response.json();
    if (!response.ok) throw new Error((answer as { message: string }).message);
    return answer as T;
  };
  await api('POST', '/api/auth/sign-in/email', { email: 'demo@example.com', password: demoPassword });
  return { api, keyId: demoKey.id };
}

/** Hands a request on as it came. @returns the status to answer with */
async function forwardTo(url: string, { headers }: IncomingMessage, body: string): Promise<number> {
  const signed = Object.entries(headers).filter(([name]) => name.startsWith('webhook-') || name === 'content-type');
  const passed = Object.fromEntries(signed.map(([name, value]) => [name, String(value)]));
  try {
    return (await fetch(url, { method: 'POST', headers: passed, body, redirect: 'manual' })).status;
  } catch {
    return 502;
  }
}

async function listen(forward: string | undefined): Promise<void> {
  const { api, keyId } = await signIn();
  const path = `/api/auth/api-keys/${keyId}/webhooks`;
  // Those of a run that did not end by Ctrl-C.
  const { webhooks } = await api<{ webhooks: { id: string; description: string | null }[] }>('GET', path);
  for (const { id } of webhooks.filter(({ description }) => description === DESCRIPTION)) {
    await api('DELETE', `${path}/${id}`);
  }
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const endpoint = { url, events: EVENT_NAMES, description: DESCRIPTION };
  const { webhook, secret } = await api<{ webhook: { id: string }; secret: string }>('POST', path, endpoint);
  server.on('request', async (request, response) => {
    const body = await text(request);
    try {
      const { event, id } = await verifyWebhook({ body, headers: request.headers, secret });
      const status = forward === undefined ? 200 : await forwardTo(forward, request, body);
      console.log(`${event} ${id}${forward === undefined ? '' : ` → ${status}`}\n${body}`);
      response.writeHead(status).end();
    } catch (error) {
      console.error(error instanceof WebhookVerificationError ? `Refused: ${error.message}` : 'Refused: unreadable');
      response.writeHead(401).end();
    }
  });
  process.once('SIGINT', async () => {
    await api('DELETE', `${path}/${webhook.id}`).catch(() => undefined);
    process.exit(0);
  });
  console.log(`Listening for the events of the demo account. The signing secret is ${secret}`);
}

try {
  const { values } = parseArgs({ options: { forward: { type: 'string' } } });
  if (values.forward !== undefined && !URL.canParse(values.forward)) throw new Error(USAGE);
  await listen(values.forward);
} catch (error) {
  console.error(error instanceof Error ? error.message : USAGE);
  process.exitCode = 1;
}
