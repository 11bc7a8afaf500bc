import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { experimental_readRawConfig } from 'wrangler';
import { secretsFor } from '../../src/dev/secrets.ts';
import { deleteBranch, makeBranch } from '../../src/ops/deploy/neon-branch.ts';
import { previewConfig } from '../../src/ops/deploy/preview-config.ts';
import { bindingNames, readWranglerConfig } from '../../src/ops/wrangler-config.ts';
import { ACCOUNT_ID, API_TOKEN, serveCloudflareApi } from '../support/cloud/cloudflare-api.ts';
import { servicesOfProcess } from '../support/database/services.ts';
import { ROOT } from '../support/worker/bundle.ts';

const production = experimental_readRawConfig({ config: join(ROOT, 'wrangler.toml') }).rawConfig;

describe('the configuration of previews', () => {
  test('binds all that production does, and nothing that is production', () => {
    const preview = previewConfig(production, ROOT);
    const settings = readWranglerConfig();
    expect(bindingNames({ ...settings, ...preview })).toEqual(bindingNames(settings));
    const { vars: _, ...resources } = preview;
    for (const { queue } of settings.queues.producers) expect(JSON.stringify(resources)).not.toContain(`"${queue}"`);
    for (const { bucket_name } of settings.r2_buckets)
      expect(JSON.stringify(resources)).not.toContain(`"${bucket_name}"`);
    for (const { namespace_id } of settings.ratelimits)
      expect(JSON.stringify(resources)).not.toContain(`"${namespace_id}"`);
    expect(preview).toMatchObject({ name: 'jestha-api-preview', triggers: { crons: [] }, queues: { consumers: [] } });
    expect(preview).not.toHaveProperty('routes');
  });

  test('refuses an unknown kind of binding', () => {
    const unknown = { ...production, kv_namespaces: [{ binding: 'CACHE', id: 'production' }] };
    expect(() => previewConfig(unknown, ROOT)).toThrow('kv_namespaces');
  });
});

const API_KEY = 'a key of Neon';

/** Neon's API for one project, by the answers that its reference documents. */
async function serveNeonApi(uri: string) {
  const branches = [
    { id: 'br-main', name: 'main', current_state: 'ready' },
    { id: 'br-12', name: 'pr-12', current_state: 'ready' },
  ];
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.replace('/projects/project', '');
    const body = await text(request);
    asked.push(`${request.method} ${path}${body && ` ${body}`}`);
    const branch = branches.find(({ id }) => path.startsWith(`/branches/${id}`));
    const answer = () => {
      if (request.headers.authorization !== `Bearer ${API_KEY}`) return undefined;
      if (path.endsWith('/databases')) return { databases: [{ name: 'neondb', owner_name: 'neondb_owner' }] };
      if (path === '/connection_uri') return { uri };
      if (path === '/branches' && request.method === 'POST') {
        branches.push({ id: 'br-new', name: JSON.parse(body).branch.name, current_state: 'init' });
        return { branch: branches.at(-1), endpoints: [], operations: [] };
      }
      if (path === '/branches') {
        return { branches: branches.filter(({ name }) => name.includes(searchParams.get('search') ?? '')) };
      }
      if (branch && request.method === 'DELETE') branches.splice(branches.indexOf(branch), 1);
      return branch && { branch: { ...branch, current_state: 'ready' } };
    };
    const body200 = answer();
    response.writeHead(body200 ? 200 : 401, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body200 ?? { message: `${uri} is secret` }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    branches,
    asked,
    close: () => server.close(),
  };
}

describe('a branch of Neon', () => {
  let neon: Awaited<ReturnType<typeof serveNeonApi>>;
  beforeEach(async () => {
    neon = await serveNeonApi('postgres://app:hidden@host/neondb');
  });
  afterEach(() => neon.close());
  const project = () => ({ apiUrl: neon.url, apiKey: API_KEY, projectId: 'project' });

  test('is made with a compute, once, whatever other names hold its own', async () => {
    expect(await makeBranch(project(), 'pr-1')).toBe('postgres://app:hidden@host/neondb');
    expect(await makeBranch(project(), 'pr-1')).toBe('postgres://app:hidden@host/neondb');
    const made = neon.asked.filter((asks) => asks.startsWith('POST'));
    expect(made).toEqual(['POST /branches {"branch":{"name":"pr-1"},"endpoints":[{"type":"read_write"}]}']);
  });

  test('is deleted alone', async () => {
    expect(await deleteBranch(project(), 'pr-1')).toBe(false);
    expect(await deleteBranch(project(), 'pr-12')).toBe(true);
    expect(neon.branches.map(({ name }) => name)).toEqual(['main']);
  });

  test('fails without the text of Neon in its error', async () => {
    const failure = makeBranch({ ...project(), apiKey: 'wrong' }, 'pr-1');
    await expect(failure).rejects.toThrow(/^Neon: GET \/branches answered 401\.$/);
  });
});

const QUEUES = ['jestha-link-previews-preview', 'jestha-webhook-events-preview', 'jestha-webhook-retries-preview'];

describe('preview.ts, with the real wrangler', () => {
  test('makes the Worker whose versions previews are, without secrets or routes', async () => {
    const api = await serveCloudflareApi();
    api.account.queues = QUEUES;
    api.account.buckets = ['jestha-media-preview'];
    const env = {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: api.url,
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
    };
    try {
      await promisify(execFile)('node', ['src/ops/deploy/preview.ts', 'init'], { cwd: ROOT, env });
      const changed = api.asked.filter((asks) => !asks.startsWith('GET'));
      expect(changed).toEqual([
        'PUT /workers/scripts/jestha-api-preview',
        'POST /workers/scripts/jestha-api-preview/subdomain',
        'PUT /workers/scripts/jestha-api-preview/schedules',
      ]);
    } finally {
      await api.close();
    }
  });

  test('uploads a version over a migrated branch, and keeps its secrets out of the log', async () => {
    const { secret, ...urls } = servicesOfProcess();
    const { DATABASE_URL, NEON_SQL_ENDPOINT } = secretsFor(urls, secret);
    const neon = await serveNeonApi(DATABASE_URL);
    const api = await serveCloudflareApi();
    api.account.deployments = [{ versions: [{ version_id: crypto.randomUUID(), percentage: 100 }] }];
    api.account.queues = QUEUES;
    api.account.buckets = ['jestha-media-preview'];
    const folder = await mkdtemp(join(tmpdir(), 'preview-'));
    const env = {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: api.url,
      CLOUDFLARE_API_TOKEN: API_TOKEN,
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
      NEON_API_URL: neon.url,
      NEON_API_KEY: API_KEY,
      NEON_PROJECT_ID: 'project',
      NEON_SQL_ENDPOINT,
      UPSTASH_REDIS_REST_URL: urls.upstash,
      UPSTASH_REDIS_REST_TOKEN: 'a token of Upstash',
      WORKERS_SUBDOMAIN: 'example',
      PULL_REQUEST: '7',
      GITHUB_ENV: join(folder, 'env'),
      GITHUB_OUTPUT: join(folder, 'output'),
    };
    try {
      const { stdout, stderr } = await promisify(execFile)('node', ['src/ops/deploy/preview.ts', 'up'], {
        cwd: ROOT,
        env,
      });
      const url = 'https://pr-7-jestha-api-preview.example.workers.dev';
      expect(stdout).toContain(`The preview is at ${url}`);
      expect(await readFile(env.GITHUB_OUTPUT, 'utf8')).toBe(`url=${url}\n`);
      expect(await readFile(env.GITHUB_ENV, 'utf8')).toBe(`DATABASE_URL=${DATABASE_URL}\nJESTHA_ORIGIN=${url}\n`);
      const log = (stdout + stderr).replace(`::add-mask::${DATABASE_URL}\n`, '');
      for (const hidden of [secret, API_KEY, 'a token of Upstash', API_TOKEN]) expect(log).not.toContain(hidden);

      const [upload = ''] = api.uploads;
      const bindings = [...upload.matchAll(/\{"name":"(\w+)","type":"(\w+)"/g)].map(
        ([, name, type]) => `${type} ${name}`,
      );
      expect(bindings).toEqual(expect.arrayContaining(['secret_text DATABASE_URL', 'secret_text SESSION_SECRET']));
      expect(upload).toContain('"bucket_name":"jestha-media-preview"');
      expect(upload).toContain(`"text":"${url}"`);
      for (const name of ['config', 'secrets'])
        expect(existsSync(join(ROOT, `.wrangler/preview-${name}.json`))).toBe(false);
    } finally {
      neon.close();
      await api.close();
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['12; rm -rf /', 'PULL_REQUEST must be a number.'],
    ['', 'PULL_REQUEST is empty.'],
  ])('takes %j for no pull request', async (PULL_REQUEST, message) => {
    const env = { ...process.env, NEON_API_KEY: 'x', NEON_PROJECT_ID: 'x', PULL_REQUEST };
    const down = promisify(execFile)('node', ['src/ops/deploy/preview.ts', 'down'], { cwd: ROOT, env });
    await expect(down).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
  });
});
