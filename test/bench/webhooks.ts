import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { runSql } from '../../src/data/db.ts';
import { withContext } from '../../src/ops/context.ts';
import { makeKey, type NodeKey } from '../support/database/node-keys.ts';
import { bundle, ROOT, toModules } from '../support/worker/bundle.ts';
import { NEON_DELAY_MS } from './measure.ts';
import type { BenchServices } from './services.ts';

/** Posts of one key; its limit is 10 a minute. */
const POSTS_PER_KEY = 8;
const WAITING = 10_000;
/** The sweep wakes the endpoint that hangs, as the cron does each minute. */
const SWEEP_EVERY_MS = 5_000;

/** Milliseconds from the request that posts to the first byte of its event at the receiver. */
export interface WebhookRow {
  readonly name: string;
  readonly events: number;
  readonly p50: number;
  readonly p95: number;
}

/**
 * Measures the time of an event from `POST /api/posts` to a receiver, over real queues and with Neon at the distance
 * that it has from a Worker; then again while another account's endpoint hangs with 10,000 deliveries waiting.
 */
export async function measureWebhooks(services: BenchServices, keys: number): Promise<readonly WebhookRow[]> {
  const scope = 'webhooks';
  const secrets = services.secretsFor(scope);
  const receiver = await startReceiver();
  const worker = await startWorker(secrets);
  try {
    const { neon } = services.controlsFor(scope);
    const callers = await makeCallers(secrets, worker.origin, keys * 2, receiver.url);
    const hanging = await makeKey(secrets, { scopes: ['webhooks:manage'] });
    await neon.setFaults({ kind: 'delay', ms: NEON_DELAY_MS });
    // The first delivery loads the consumer.
    await receiver.timeOf(worker.origin, callers[0], 'warm-up');
    const alone = await measure('alone', callers.slice(0, keys), worker.origin, receiver);
    const endpointId = await addEndpoint(worker.origin, hanging, `${receiver.url}/hang`);
    await queueDeliveries(secrets, hanging.accountId, endpointId);
    await worker.sweep();
    const stopSweeping = sweepRegularly(worker);
    const beside = await measure(
      `beside an endpoint that hangs, ${WAITING.toLocaleString('en-US')} deliveries waiting`,
      callers.slice(keys),
      worker.origin,
      receiver,
    );
    await stopSweeping();
    return [alone, beside];
  } finally {
    await worker.close();
    receiver.close();
  }
}

async function measure(
  name: string,
  callers: readonly NodeKey[],
  origin: string,
  receiver: Awaited<ReturnType<typeof startReceiver>>,
): Promise<WebhookRow> {
  const times: number[] = [];
  for (let i = 0; i < POSTS_PER_KEY; i++) {
    for (const caller of callers) times.push(await receiver.timeOf(origin, caller, `${name} ${i} ${caller.id}`));
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { name, events: times.length, p50: at(0.5), p95: at(0.95) };
}

/** Sweeps again and again, one sweep at a time. @returns ends that, once the last sweep is over */
function sweepRegularly(worker: { sweep(): Promise<void> }): () => Promise<void> {
  const ended = new AbortController();
  const sweeping = (async () => {
    for (;;) {
      await delay(SWEEP_EVERY_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      if (ended.signal.aborted) return;
      await worker.sweep();
    }
  })();
  return async () => {
    ended.abort();
    await sweeping;
  };
}

/** A receiver on this machine: below `/hang` it never answers. */
async function startReceiver() {
  const arrivals = new Map<string, (at: number) => void>();
  const server = createServer((request, response) => {
    const at = performance.now();
    if (request.url?.startsWith('/hang')) return;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      response.end('ok');
      const { data } = JSON.parse(body) as { data: { jes?: { content: string } } };
      arrivals.get(data.jes?.content ?? '')?.(at);
    });
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async timeOf(origin: string, caller: NodeKey | undefined, content: string): Promise<number> {
      if (!caller) throw new Error('no key is left');
      const arrived = new Promise<number>((resolve) => arrivals.set(content, resolve));
      const started = performance.now();
      await call(origin, caller, '/api/posts', { content });
      return (await arrived) - started;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function startWorker(secrets: ReturnType<BenchServices['secretsFor']>) {
  const modules = toModules(await bundle('src/worker.ts'));
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'));
  const origin = 'http://localhost';
  const miniflare = new Miniflare({
    ...workerOptions,
    name: 'jestha-api',
    cf: false,
    routes: [],
    modules,
    handleStructuredLogs: () => undefined,
    bindings: { ...secrets, WEB_ORIGIN: origin, API_ORIGIN: origin, MAIL_FROM: 'Jestha <no-reply@jestha.com>' },
  });
  const url = await miniflare.ready;
  return {
    origin: url.origin,
    async sweep() {
      const worker = await miniflare.getWorker();
      await worker.scheduled({ cron: '* * * * *' });
    },
    close: () => miniflare.dispose(),
  };
}

async function makeCallers(secrets: Parameters<typeof makeKey>[0], origin: string, count: number, url: string) {
  const callers: NodeKey[] = [];
  for (let i = 0; i < count; i++) {
    const caller = await makeKey(secrets, { scopes: ['write:jes', 'webhooks:manage'] });
    await addEndpoint(origin, caller, url);
    callers.push(caller);
  }
  return callers;
}

async function addEndpoint(origin: string, caller: NodeKey, url: string): Promise<string> {
  const path = `/api/auth/api-keys/${caller.id}/webhooks`;
  const { webhook } = (await call(origin, caller, path, { url, events: ['jes.created'] })) as {
    webhook: { id: string };
  };
  return webhook.id;
}

async function call(origin: string, { key }: NodeKey, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return await response.json();
}

/** Simulates 10,000 Jes created while the endpoint was down. */
function queueDeliveries(secrets: Parameters<typeof makeKey>[0], accountId: string, endpointId: string) {
  return withContext(secrets, Date.now(), ({ ports: { db } }) =>
    runSql(
      db.execute(sql`
        WITH events AS (
          INSERT INTO outbox_events (id, event, account_id, data, created_at)
          SELECT 'evt_' || gen_random_uuid(), 'jes.created', ${accountId}, '{"id":"none"}', now()
          FROM generate_series(1, ${WAITING}::integer) RETURNING id
        )
        INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
        SELECT upper(left(md5(id), 26)), ${endpointId}, id, 'jes.created', 'pending', now(), now() FROM events`),
    ),
  );
}
