import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createJesthaClient, type JesthaClientOptions } from '../../src/client/index.ts';
import { sleep } from '../../src/client/retry.ts';
import { makeKey, type NodeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const KEY = `jes_live_${'a'.repeat(49)}`;
const ME = { id: 'A', username: 'ada' };

/** One answer of a server that fails: a status with headers, or the place of the cut. */
type Step = { status: number; headers?: Record<string, string>; body?: unknown } | 'cut before' | 'cut within';

interface Seen {
  readonly method: string;
  readonly idempotencyKey: string | undefined;
  readonly body: string;
}

/** A server that answers by a plan; its last step repeats. */
async function serve(plan: readonly Step[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push(await readRequest(request));
    const step = plan[Math.min(seen.length, plan.length) - 1];
    if (step === 'cut before' || step === undefined) {
      request.socket.destroy();
      return;
    }
    if (step === 'cut within') {
      response.writeHead(200, { 'Content-Length': '1000' }).write('{"id":', () => request.socket.destroy());
      return;
    }
    response.writeHead(step.status, step.headers).end(JSON.stringify(step.body ?? { code: 'service_unavailable' }));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return { seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function readRequest(request: IncomingMessage): Promise<Seen> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const idempotencyKey = request.headers['idempotency-key'];
  return { method: request.method ?? '', idempotencyKey: idempotencyKey?.toString(), body };
}

/** A client whose waits end at once, and are noted. */
function clientOf(origin: string, options: Partial<JesthaClientOptions> = {}) {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  return { waits, jestha: createJesthaClient({ key: KEY, origin, wait, ...options }) };
}

const busy = (retryAfter: string, status = 503): Step => ({ status, headers: { 'Retry-After': retryAfter } });
const done: Step = { status: 200, body: ME };
const created: Step = { status: 201, body: ME };

describe('a client whose call fails for a while', () => {
  test('waits as many seconds as Retry-After says, for 429 and 503', async () => {
    const { origin, seen } = await serve([busy('2'), busy('7', 429), done]);
    const { jestha, waits } = clientOf(origin);
    const me = await jestha.get('/api/auth/me');
    expect([me.ok, waits, seen.length]).toEqual([true, [2_000, 7_000], 3]);
  });

  test('waits until the date that Retry-After says', async () => {
    const { origin } = await serve([
      busy(new Date(Date.now() + 30_000).toUTCString()),
      busy('Thu, 01 Jan 1970 00:00:00 GMT'),
      done,
    ]);
    const { jestha, waits } = clientOf(origin);
    expect((await jestha.get('/api/auth/me')).ok).toBe(true);
    expect(waits[0]).toBeGreaterThan(25_000);
    expect(waits[0]).toBeLessThanOrEqual(30_000);
    expect(waits[1]).toBe(0);
  });

  test('without Retry-After and after cut connections waits a random time that doubles at most', async () => {
    const { origin, seen } = await serve(['cut before', { status: 503 }, 'cut within', done]);
    const { jestha, waits } = clientOf(origin);
    expect((await jestha.get('/api/auth/me')).ok).toBe(true);
    expect([seen.length, waits.length]).toEqual([4, 3]);
    waits.forEach((ms, i) => {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThanOrEqual(250 * 2 ** (i + 1));
    });
  });

  test('sends a write with one Idempotency-Key of its own and the same bytes', async () => {
    const { origin, seen } = await serve(['cut before', busy('0'), 'cut within', created]);
    const { jestha } = clientOf(origin);
    expect((await jestha.post('/api/posts', { body: { content: 'Once' } })).ok).toBe(true);
    expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(seen[0]?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen.map(({ body }) => body)).toEqual(Array.from({ length: 4 }, () => '{"content":"Once"}'));
    await jestha.post('/api/posts', { body: { content: 'Twice' } });
    expect(seen.at(-1)?.idempotencyKey).not.toBe(seen[0]?.idempotencyKey);
  });

  test('waits while the first request with its Idempotency-Key still runs', async () => {
    const running: Step = { status: 409, headers: { 'Retry-After': '1' }, body: { code: 'idempotency_in_progress' } };
    const { origin } = await serve(['cut before', running, created]);
    const { jestha, waits } = clientOf(origin);
    expect((await jestha.post('/api/posts', { body: { content: 'Once' }, idempotencyKey: 'mine' })).ok).toBe(true);
    expect(waits.at(-1)).toBe(1_000);
  });

  test.each([
    ['a write that takes no key, after 503', busy('0'), 1],
    ['a write that takes no key, after a cut', 'cut before' as const, 1],
    ['a write that takes no key, after 429, which did nothing', busy('0', 429), 4],
  ])('%s is sent so often', async (_, step, times) => {
    const { origin, seen } = await serve([step]);
    const { jestha } = clientOf(origin);
    const params = { id: 'A' };
    const body = { url: 'https://example.com', events: ['jes.created' as const] };
    await jestha.post('/api/auth/api-keys/:id/webhooks', { params, body }).catch(() => undefined);
    expect(seen).toHaveLength(times);
  });

  test.each([400, 401, 403, 404, 409, 413, 500])('takes %i for an answer', async (status) => {
    const { origin, seen } = await serve([{ status, body: { code: 'x' } }]);
    const { jestha } = clientOf(origin);
    await expect((await jestha.get('/api/auth/me')).response).toHaveStatus(status);
    expect(seen).toHaveLength(1);
  });

  test('gives up after its attempts, and gives the last answer or failure', async () => {
    const away = await serve([busy('0')]);
    await expect((await clientOf(away.origin).jestha.get('/api/auth/me')).response).toHaveStatus(503);
    expect(away.seen).toHaveLength(4);
    const cut = await serve(['cut before']);
    const { jestha } = clientOf(cut.origin, { retry: { attempts: 2 } });
    await expect(jestha.get('/api/auth/me')).rejects.toThrow(TypeError);
    expect(cut.seen).toHaveLength(2);
  });

  test('leaves a wait that is too long, alone or together, to its caller', async () => {
    const day = await serve([busy('3600', 429)]);
    const limited = await clientOf(day.origin).jestha.get('/api/auth/me');
    expect([limited.response.headers.get('Retry-After'), day.seen.length]).toEqual(['3600', 1]);
    const minute = await serve([busy('40')]);
    const { jestha, waits } = clientOf(minute.origin);
    await jestha.get('/api/auth/me');
    expect(waits).toEqual([40_000]);
  });

  test('sends once where retries are off, for the client or for a call', async () => {
    const { origin, seen } = await serve([busy('0')]);
    await clientOf(origin, { retry: false }).jestha.post('/api/posts', { body: { content: 'x' } });
    await clientOf(origin).jestha.post('/api/posts', { body: { content: 'x' }, retry: false });
    expect(seen.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, undefined]);
  });

  test.each([
    ['before', (stop: () => void) => stop()],
    ['within', (stop: () => void) => queueMicrotask(stop)],
  ])('ends with its signal that is aborted %s the wait', async (_, abort) => {
    const { origin } = await serve([busy('30')]);
    const stop = new AbortController();
    const { jestha } = clientOf(origin, {
      wait: (ms, signal) => {
        abort(() => stop.abort(new Error('enough')));
        return sleep(ms, signal);
      },
    });
    await expect(jestha.get('/api/auth/me', { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('a storm of 503s and cut connections before the real API', () => {
  let workers: Workers;
  let key: NodeKey;
  beforeAll(async () => {
    workers = await startWorkers(1);
    key = await makeKey(workers.secrets, { scopes: ['write:jes'] });
  });
  afterAll(() => workers.close());

  test('ends in exactly one Jes, whether a cut was before or behind the write', async () => {
    let calls = 0;
    /** Every third request is refused, every other third reaches the API and its answer is lost. */
    const storm = async (request: IncomingMessage, response: ServerResponse) => {
      const { method, body } = await readRequest(request);
      calls += 1;
      if (calls % 3 === 1)
        return void response.writeHead(503, { 'Retry-After': '0' }).end('{"code":"service_unavailable"}');
      const headers = Object.entries(request.headers).filter(([name]) =>
        /^(authorization|idempotency-key|content-type)$/.test(name),
      );
      const answer = await fetch(`${workers.urls[0]}${request.url}`, {
        method,
        headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
        ...(body !== '' && { body }),
      });
      const text = await answer.text();
      if (calls % 3 === 2) return void request.socket.destroy();
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(text);
    };
    const server = createServer((request, response) => void storm(request, response)).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { jestha } = clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { key: key.key });
    const posted = await jestha.post('/api/posts', { body: { content: 'Through the storm' } });
    if (!posted.ok) throw new Error(posted.error.message);
    expect(calls).toBe(3);
    const me = await jestha.get('/api/auth/me');
    expect(me.ok && me.data.totalPosts).toBe(1);
  });
});
