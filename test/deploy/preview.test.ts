import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { experimental_readRawConfig } from 'wrangler';
import { secretsFor } from '../../src/dev/secrets.ts';
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

  test('uploads a version over a migrated database, and masks its connection string before anything is printed', async () => {
    const { secret, ...urls } = servicesOfProcess();
    const { DATABASE_URL, NEON_SQL_ENDPOINT } = secretsFor(urls, secret);
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
      DATABASE_URL,
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
      const mask = `::add-mask::${DATABASE_URL}\n`;
      expect(stdout.startsWith(mask)).toBe(true);
      const log = stdout.slice(mask.length) + stderr;
      for (const hidden of [secret, 'a token of Upstash', API_TOKEN]) expect(log).not.toContain(hidden);

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
      await api.close();
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['a pull request', { PULL_REQUEST: '12; rm -rf /' }, 'PULL_REQUEST must be a number.'],
    ['a pull request', { PULL_REQUEST: '' }, 'PULL_REQUEST must be a number.'],
    ['a database', { DATABASE_URL: '' }, 'DATABASE_URL is empty.'],
  ])('needs %s: %j', async (_, wrong, message) => {
    const env = {
      ...process.env,
      DATABASE_URL: 'postgres://app:hidden@host/neondb',
      UPSTASH_REDIS_REST_URL: 'x',
      UPSTASH_REDIS_REST_TOKEN: 'x',
      WORKERS_SUBDOMAIN: 'example',
      PULL_REQUEST: '7',
      ...wrong,
    };
    const up = promisify(execFile)('node', ['src/ops/deploy/preview.ts', 'up'], { cwd: ROOT, env });
    await expect(up).rejects.toMatchObject({ code: 1, stdout: '', stderr: `${message}\n` });
  });
});
