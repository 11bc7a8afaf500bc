import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { smoke } from '../../src/ops/deploy/smoke.ts';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const VERSION = '0a0a0a0a-0000-4000-8000-000000000000';

/** Maps the headers that a client sent to those that the edge passes on; undefined = it refuses the request. */
type Edge = (sent: IncomingHttpHeaders) => IncomingHttpHeaders | undefined;

const CLIENT = '198.51.100.7';
/**
 * Cloudflare's edge: it refuses a client's own `CF-Connecting-IP` (error 1000), writes its own, and passes on all else.
 */
const cloudflare: Edge = (sent) => (sent['cf-connecting-ip'] ? undefined : { ...sent, 'cf-connecting-ip': CLIENT });
/** An edge that overwrites `CF-Connecting-IP` in silence. */
const silent: Edge = (sent) => ({ ...sent, 'cf-connecting-ip': CLIENT });
/** A Worker that can be reached past the edge: its clients write the header. */
const none: Edge = (sent) => ({ 'cf-connecting-ip': CLIENT, ...sent });
/** An edge that takes a client's own `CF-Connecting-IPv6` for the address. */
const credulous: Edge = (sent) => ({ ...sent, 'cf-connecting-ip': String(sent['cf-connecting-ipv6'] ?? CLIENT) });

let workers: Workers;
let edge: Edge;
let origin: string;
let close: () => void;
let fencedApiKey: string;
let printed: string;

beforeAll(async () => {
  workers = await startWorkers(1, { patient: true });
  const server = createServer(async (request, response) => {
    const headers = edge(request.headers);
    if (request.url === '/healthz') return response.end(JSON.stringify({ version: VERSION }));
    if (!headers) return response.writeHead(403, { 'Content-Type': 'text/plain' }).end('error code: 1000');
    const { host: _, connection: __, ...others } = headers as Record<string, string>;
    const answer = await fetch(workers.urls[0] + (request.url ?? ''), { headers: others });
    return response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
  const fenced = { scopes: ['read:comment' as const], ipAllowlist: ['192.0.2.1', '2001:db8::1'] };
  fencedApiKey = (await makeKey(workers.secrets, fenced)).key;
});
afterAll(async () => {
  close();
  await workers.close();
});

beforeEach(() => {
  printed = '';
  vi.spyOn(console, 'log').mockImplementation((text) => {
    printed += `${text}\n`;
  });
});
afterEach(() => vi.restoreAllMocks());

const run = (key: { readonly fencedApiKey: string | undefined } = { fencedApiKey }) =>
  smoke({ apiOrigin: origin, webOrigin: origin, worker: 'jestha-api', version: VERSION, apiKey: undefined, ...key });

describe('the smoke test of a deployment', () => {
  test.each([
    ['refuses a forged CF-Connecting-IP', cloudflare],
    ['overwrites a forged CF-Connecting-IP', silent],
  ])('passes behind an edge that %s', async (_, given) => {
    edge = given;
    expect(await run()).toBe(true);
    expect(printed.match(/✓ 403/g)).toHaveLength(5);
    expect(printed).not.toContain(fencedApiKey.slice(9));
  });

  test.each([
    ['CF-Connecting-IP', none, ', CF-Connecting-IP '],
    ['CF-Connecting-IPv6', credulous, ', CF-Connecting-IPv6 '],
  ])('fails where a client that forges %s is believed', async (_, given, step) => {
    edge = given;
    expect(await run()).toBe(false);
    expect(printed.split('\n').filter((line) => line.includes('✗'))[0]).toMatch(
      new RegExp(`^a key for other addresses${step} +403 ip_not_allowed.* ✗ 200`),
    );
  });

  test('says that it skips forged addresses without a key for them', async () => {
    edge = cloudflare;
    expect(await run({ fencedApiKey: undefined })).toBe(true);
    expect(printed).toContain('SMOKE_FENCED_API_KEY is not set: no forged address is tried.\n');
  });
});
