import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mainVersion, planRollback, planRollout } from '../../src/ops/deploy/rollout.ts';
import { ACCOUNT_ID, API_TOKEN, type CloudflareApi, serveCloudflareApi } from '../support/cloud/cloudflare-api.ts';
import { makeKey, type NodeKey } from '../support/database/node-keys.ts';
import { ROOT } from '../support/worker/bundle.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

const OLD = '0a0a0a0a-0000-4000-8000-000000000000';
const STALE = '0b0b0b0b-0000-4000-8000-000000000000';

/** wrangler takes more than a second to start on a small machine, and a deployment starts it six times. */
const TIMEOUT_MS = 180_000;

const share = (version_id: string, percentage: number) => ({ version_id, percentage });

describe('the plan of a rollout', () => {
  test('gives a new version 0 %, then 10 %, then 100 % of the requests', () => {
    expect(planRollout('old', 'new')).toEqual([
      [
        { version: 'new', percentage: 0 },
        { version: 'old', percentage: 100 },
      ],
      [
        { version: 'new', percentage: 10 },
        { version: 'old', percentage: 90 },
      ],
      [{ version: 'new', percentage: 100 }],
    ]);
    expect(planRollback('old')).toEqual([{ version: 'old', percentage: 100 }]);
  });

  test.each([
    ['the only one', [['a', 100]], 'a'],
    [
      'the old one of a deployment cut short at 10 %',
      [
        ['new', 10],
        ['old', 90],
      ],
      'old',
    ],
    [
      'whichever comes first of two halves',
      [
        ['a', 50],
        ['b', 50],
      ],
      'a',
    ],
  ] as const)('falls back to %s', (_, shares, version) => {
    expect(mainVersion(shares.map(([name, percentage]) => ({ version: name, percentage })))).toBe(version);
  });
});

/**
 * Cloudflare's edge before a Worker: a request pinned to a version of the current deployment gets that one, any other
 * the one with the largest share. Both are the same code here, except for the version that they name, and the failure
 * of a broken one.
 */
async function serveEdge(api: CloudflareApi, worker: string, broken: { since: number }) {
  const server = createServer(async (request, response) => {
    const [deployment] = api.account.deployments;
    const shares = deployment?.versions ?? [];
    const pinned = /^jestha-api="([0-9a-f-]{36})"$/.exec(
      String(request.headers['cloudflare-workers-version-overrides']),
    )?.[1];
    const version = shares.find(({ version_id }) => version_id === pinned)?.version_id ?? OLD;
    const share = shares.find(({ version_id }) => version_id === version)?.percentage ?? 0;
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/healthz') {
      response.end(JSON.stringify({ status: 'ok', version }));
    } else if (version !== OLD && share >= broken.since) {
      response.statusCode = 500;
      response.end('{"code":"internal_error"}');
    } else {
      const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
      const body = request.method === 'POST' ? await text(request) : null;
      const answer = await fetch(worker + request.url, { method: request.method ?? 'GET', headers, body });
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

describe('npm run deploy:gradual, with the real wrangler', () => {
  let workers: Workers;
  let api: CloudflareApi;
  let edge: Awaited<ReturnType<typeof serveEdge>>;
  let reader: NodeKey;
  const broken = { since: Number.POSITIVE_INFINITY };

  beforeAll(async () => {
    workers = await startWorkers(1, { patient: true });
    reader = await makeKey(workers.secrets, { scopes: ['read:comment'] });
  });
  afterAll(() => workers.close());

  beforeEach(async () => {
    api = await serveCloudflareApi();
    api.account.deployments = [{ versions: [share(OLD, 100)] }];
    api.account.queues = [
      'jestha-link-previews',
      'jestha-webhook-events',
      'jestha-webhook-retries',
      'jestha-webhook-dead',
    ];
    api.account.buckets = ['jestha-media'];
    api.account.zones = [{ id: 'zone', name: 'jestha.com', status: 'active' }];
    broken.since = Number.POSITIVE_INFINITY;
    edge = await serveEdge(api, workers.urls[0] ?? '', broken);
  });
  afterEach(async () => {
    edge.close();
    await api.close();
  });

  const deploy = async () => {
    const env = {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: api.url,
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
      API_ORIGIN: edge.url,
      WEB_ORIGIN: edge.url,
      SMOKE_API_KEY: reader.key,
      GITHUB_SHA: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
    };
    try {
      const { stdout, stderr } = await promisify(execFile)('node', ['src/ops/deploy/main.ts'], { cwd: ROOT, env });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };
  const shares = () =>
    api.account.deployments
      .toReversed()
      .map(({ versions }) =>
        versions.map(({ version_id, percentage }) => [version_id === OLD ? 'old' : 'new', percentage]),
      );

  test(
    'a version that keeps its promises takes over in three steps, then its routes and crons',
    { timeout: TIMEOUT_MS },
    async () => {
      const { code, output } = await deploy();
      expect([code, output]).toEqual([0, expect.stringContaining('has taken over from')]);
      expect(shares()).toEqual([
        [['old', 100]],
        [
          ['new', 0],
          ['old', 100],
        ],
        [
          ['new', 10],
          ['old', 90],
        ],
        [['new', 100]],
      ]);
      expect(output.match(/✓ 403 missing_scope/g)).toHaveLength(3);
      expect(output).not.toContain('✗');
      expect(output).not.toContain(reader.key.slice(9));
      expect(api.asked).toContain('PUT /workers/scripts/jestha-api/schedules');
    },
  );

  test('rolls a failing version back to the one with the largest share', { timeout: TIMEOUT_MS }, async () => {
    // The remains of a deployment that was cut short.
    api.account.deployments = [{ versions: [share(STALE, 10), share(OLD, 90)] }];
    broken.since = 10;
    const { code, output } = await deploy();
    expect([code, output]).toEqual([1, expect.stringContaining('does not keep what is promised')]);
    expect(output).toContain('✗ 500 internal_error');
    expect(shares().slice(1)).toEqual([
      [
        ['new', 0],
        ['old', 100],
      ],
      [
        ['new', 10],
        ['old', 90],
      ],
      [['old', 100]],
    ]);
    expect(api.asked.filter((asks) => asks.endsWith('/schedules'))).toEqual([]);
  });

  test('uploads nothing while no Worker exists, and says so', { timeout: TIMEOUT_MS }, async () => {
    api.account.deployments = [];
    const { code, output } = await deploy();
    expect([code, output]).toEqual([1, expect.stringContaining('This Worker does not exist on your account')]);
    expect(api.asked.filter((asks) => !asks.startsWith('GET'))).toEqual([]);
  });
});
