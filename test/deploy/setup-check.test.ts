import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/dev/emulator/server.ts';
import type { SqlBackend } from '../../src/dev/neon-http/backend.ts';
import { openPglite } from '../../src/dev/neon-http/pglite.ts';
import { serveNeonHttp } from '../../src/dev/neon-http/server.ts';
import { secretsFor } from '../../src/dev/secrets.ts';
import { connectSql, type Sql } from '../../src/ops/migrate.ts';
import { readGiven } from '../../src/ops/setup/configuration.ts';
import { checkSetup } from '../../src/ops/setup-check.ts';
import { readWranglerConfig } from '../../src/ops/wrangler-config.ts';
import { ACCOUNT_ID, API_TOKEN, type CloudflareApi, serveCloudflareApi } from '../support/cloud/cloudflare-api.ts';
import { EmulatorControl } from '../support/database/emulators.ts';
import { servicesOfProcess } from '../support/database/services.ts';
import { ROOT } from '../support/worker/bundle.ts';

const settings = readWranglerConfig();
const ZONE = 'jestha.com';

/** Everything that a deployment needs, in an account of Cloudflare. */
function furnish({ account }: CloudflareApi): void {
  account.zones = [{ id: 'zone', name: ZONE, status: 'active' }];
  account.routes = {
    zone: settings.routes
      .filter(({ zone_name }) => zone_name)
      .map(({ pattern }) => ({ pattern, script: 'jestha-api' })),
  };
  account.zoneSettings = { pseudo_ipv4: 'off', always_use_https: 'on', min_tls_version: '1.2' };
  account.domains = [{ hostname: 'api.jestha.com', service: 'jestha-api' }];
  account.deployments = [{ versions: [{ version_id: crypto.randomUUID(), percentage: 100 }] }];
  account.secrets = [
    'DATABASE_URL',
    'UPSTASH_REDIS_REST_URL',
    'UPSTASH_REDIS_REST_TOKEN',
    'SESSION_SECRET',
    'WEBHOOK_SECRET_KEY',
    'MAIL_API_KEY',
  ];
  account.queues = [...settings.queues.producers, ...settings.queues.consumers].map(({ queue }) => queue);
  account.buckets = settings.r2_buckets.map(({ bucket_name }) => bucket_name);
}

let api: CloudflareApi;
beforeEach(async () => {
  api = await serveCloudflareApi();
  furnish(api);
});
afterEach(() => api.close());

const { secret, ...urls } = servicesOfProcess();
const stores = secretsFor(urls, secret, crypto.randomUUID());
const { MAIL_API_URL: _, ...complete } = stores;

const cloudflare = () => ({
  CLOUDFLARE_API_BASE_URL: api.url,
  CLOUDFLARE_API_TOKEN: API_TOKEN,
  CLOUDFLARE_ACCOUNT_ID: ACCOUNT_ID,
});

/** Runs the check in an environment. */
async function check(
  given: Record<string, string>,
  withCloudflare = true,
): Promise<{ isFine: boolean; report: string }> {
  const checked = await checkSetup({ ...(withCloudflare && cloudflare()), ...given }, '/there/is/none/.dev.vars');
  for (const hidden of [secret, API_TOKEN, ACCOUNT_ID]) expect(checked.report).not.toContain(hidden);
  return checked;
}

describe('setup:check', () => {
  test('reports a complete deployment as fine, and only reads', async () => {
    const { isFine, report } = await check(complete);
    expect(report.match(/✗.*/g)).toBe(null);
    expect(isFine).toBe(true);
    expect(report).toContain('  ✓ Neon answers: Postgres ');
    expect(report).toContain('  ✓ no migration is pending\n');
    const eviction = process.env.TEST_REDIS_URL
      ? '✓ nothing is evicted (noeviction)'
      : '– eviction: Redis does not say';
    expect(report).toContain(`  ✓ Redis answers\n  ${eviction}\n`);
    expect(report).toContain('  ✓ it has every secret it needs\n');
    expect(report).toContain('  ✓ bucket jestha-media\n');
    expect(report).toContain('  ✓ queue jestha-link-previews\n');
    expect(report).toContain(`  ✓ ${api.account.routes.zone?.length} route(s) of jestha.com lead to jestha-api\n`);
    expect(report).toContain('  ✓ api.jestha.com leads to jestha-api\n');
    expect(api.asked.filter((asks) => !asks.startsWith('GET '))).toEqual([]);
  });

  test('names each missing thing and the action for it', async () => {
    api.account.queues = [];
    api.account.buckets = [];
    api.account.secrets = ['DATABASE_URL', 'UPSTASH_REDIS_REST_URL'];
    api.account.domains = [{ hostname: 'api.jestha.com', service: 'somebody-else' }];
    api.account.routes.zone?.splice(0, 1);
    api.account.routes.zone?.splice(0, 1, { pattern: 'jestha.com/assets/*', script: 'somebody-else' });
    const { DATABASE_URL: _, ...given } = complete;
    const { isFine, report } = await check({ ...given, SESSION_SECRET: 'short' });
    expect(isFine).toBe(false);
    const wrong = [...report.matchAll(/✗ (.*)\n {6}→ (.*)/g)].map(([, what, next]) => [what, next]);
    expect(wrong).toEqual([
      [
        'SESSION_SECRET is not usable: must be at least 32 characters',
        expect.stringContaining('openssl rand -base64 32'),
      ],
      ['the Worker has no secret UPSTASH_REDIS_REST_TOKEN', 'npx wrangler secret put UPSTASH_REDIS_REST_TOKEN'],
      ['the Worker has no secret SESSION_SECRET', 'npx wrangler secret put SESSION_SECRET'],
      ['the Worker has no secret WEBHOOK_SECRET_KEY', 'npx wrangler secret put WEBHOOK_SECRET_KEY'],
      ['the Worker has no secret MAIL_API_KEY', 'npx wrangler secret put MAIL_API_KEY'],
      ['there is no queue jestha-link-previews', 'npx wrangler queues create jestha-link-previews'],
      ...['jestha-webhook-events', 'jestha-webhook-retries', 'jestha-webhook-dead'].map((queue) => [
        `there is no queue ${queue}`,
        `npx wrangler queues create ${queue}`,
      ]),
      ['there is no bucket jestha-media', 'npx wrangler r2 bucket create jestha-media'],
      ['no route jestha.com/', 'npm run deploy makes it.'],
      ['no route jestha.com/@*', 'npm run deploy makes it.'],
      ['the route jestha.com/assets/* leads to somebody-else', 'Remove it, then: npm run deploy'],
      ['api.jestha.com leads to somebody-else', 'Remove it there, then: npm run deploy'],
    ]);
    expect(report).toContain('– DATABASE_URL is set on the Worker, and not here');
    expect(report).toContain('– Neon: not asked');
  });

  test('says that there is no Worker and no zone yet', async () => {
    api.account.deployments = [];
    api.account.zones = [];
    const { report } = await check(complete);
    expect(report).toContain('✗ there is no Worker jestha-api yet');
    expect(report).toContain('✗ the account has no zone jestha.com');
    api.account.zones = [{ id: 'zone', name: ZONE, status: 'pending' }];
    expect((await check(complete)).report).toContain('✗ the zone jestha.com is pending');
  });

  test('names the settings of a zone that let clients choose their address, or keys travel in the clear', async () => {
    api.account.zoneSettings = { pseudo_ipv4: 'overwrite_header', always_use_https: 'off', min_tls_version: '1.0' };
    const { isFine, report } = await check(complete);
    expect(isFine).toBe(false);
    const wrong = [...report.matchAll(/✗ (.*)\n {6}→ (.*)/g)].map(([, what, next]) => [what, next]);
    expect(wrong).toEqual([
      [
        'Pseudo IPv4 of jestha.com is overwrite_header',
        'Cloudflare, the zone jestha.com, Network: set Pseudo IPv4 to Off, so that CF-Connecting-IP is the address of every client.',
      ],
      [
        'Always Use HTTPS of jestha.com is off',
        'Cloudflare, the zone jestha.com, SSL/TLS, Edge Certificates: turn Always Use HTTPS on, so that no page or key travels in the clear.',
      ],
      [
        'Minimum TLS Version of jestha.com is 1.0',
        'Cloudflare, the zone jestha.com, SSL/TLS, Edge Certificates: set Minimum TLS Version to TLS 1.2. RFC 8996 deprecates TLS 1.0 and 1.1.',
      ],
    ]);
  });

  test('says which settings of the zone are fine', async () => {
    api.account.zoneSettings = { pseudo_ipv4: 'add_header', always_use_https: 'on', min_tls_version: '1.3' };
    const { isFine, report } = await check(complete);
    expect(isFine).toBe(true);
    expect(report).toContain('✓ Pseudo IPv4 of jestha.com is add_header');
    expect(report).toContain('✓ Always Use HTTPS of jestha.com is on');
    expect(report).toContain('✓ Minimum TLS Version of jestha.com is 1.3');
  });

  test('asks for the permission to read the settings of a zone', async () => {
    api.account.forbidden = /^\/zones\/zone\/settings/;
    const { isFine, report } = await check(complete);
    expect(isFine).toBe(true);
    expect(report).toContain(
      '– settings of the zone jestha.com: not checked, the token may not look\n      → Give CLOUDFLARE_API_TOKEN Zone: Read and Zone Settings: Read.',
    );
  });

  test('marks things that its token may not read as unknown, not as wrong', async () => {
    api.account.forbidden = /^\/(zones|queues)/;
    const { isFine, report } = await check(complete);
    expect(isFine).toBe(true);
    expect(report).toContain(
      '– queue jestha-link-previews: not checked, the token may not look\n      → Give CLOUDFLARE_API_TOKEN Queues: Read.',
    );
    expect(report).toContain('– zone jestha.com: not checked');
  });

  test('without a token does not ask Cloudflare', async () => {
    const { isFine, report } = await check(complete, false);
    expect([isFine, api.asked]).toEqual([true, []]);
    expect(report).toContain(
      '– Worker, secrets, queues, buckets, zone, routes: not checked\n      → Set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.',
    );
  });

  test.each([
    [
      'a password that Neon refuses',
      { DATABASE_URL: 'postgres://jestha:hidden@localhost/jestha' },
      'Neon does not answer: it refuses the password',
    ],
    ['a Neon that is not there', { NEON_SQL_ENDPOINT: 'http://127.0.0.1:9/sql' }, 'Neon does not answer: '],
    [
      'a token that Upstash refuses',
      { UPSTASH_REDIS_REST_TOKEN: 'hidden' },
      'Redis does not answer: it refuses the token',
    ],
    ['a Redis that is not there', { UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9' }, 'Redis does not answer: '],
  ])('reports %s without the value', async (_, given, found) => {
    const { isFine, report } = await check({ ...complete, ...given }, false);
    expect([isFine, report]).toEqual([false, expect.stringContaining(`✗ ${found}`)]);
    expect(report).not.toContain('hidden');
  });

  test('asks Redis nothing that changes it', async () => {
    const scope = crypto.randomUUID();
    const { UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN } = secretsFor(urls, secret, scope);
    await check({ ...complete, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN }, false);
    const counters = await new EmulatorControl(urls.upstash, scope).counters();
    // Upstash bills nothing for these two.
    expect(counters).toEqual({ requests: 2, 'command:PING': 1, 'command:INFO': 1 });
  });
});

describe('npm run setup:check', () => {
  const run = async (given: Record<string, string>) => {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ...cloudflare(), ...given } as unknown as NodeJS.ProcessEnv;
    return await promisify(execFile)('node', ['src/ops/setup-check.ts'], { cwd: ROOT, env }).then(
      ({ stdout }) => [0, stdout],
      ({ code, stdout }) => [code, stdout],
    );
  };

  test('ends well only when nothing that was checked is wrong', async () => {
    expect(await run(complete)).toEqual([
      0,
      expect.stringMatching(/\n\d+ fine, 0 missing or wrong, \d not checked\.\n$/),
    ]);
    expect(await run({ ...complete, UPSTASH_REDIS_REST_TOKEN: 'hidden' })).toEqual([
      1,
      expect.stringMatching(/\n\d+ fine, 1 missing or wrong, \d not checked\.\n$/),
    ]);
  });
});

describe('setup:check before the first migration', () => {
  let backend: SqlBackend;
  let emulator: Emulator;
  let sql: Sql;

  beforeAll(async () => {
    backend = await openPglite(undefined);
    emulator = await serveNeonHttp({ backend, password: 'correct', port: 0 });
    sql = connectSql('postgres://app:correct@localhost/app', `${emulator.url}/sql`);
  });
  afterAll(async () => {
    await emulator.close();
    await backend.close();
  });

  test('names pending migrations, and leaves the database unchanged', async () => {
    // The next transaction that writes gets this number.
    const state = () =>
      sql`SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next, (SELECT count(*) FROM pg_class) AS things`;
    const before = await state();
    const given = { DATABASE_URL: 'postgres://app:correct@localhost/app', NEON_SQL_ENDPOINT: `${emulator.url}/sql` };
    const { isFine, report } = await check({ ...complete, ...given }, false);
    expect(isFine).toBe(false);
    expect(report).toMatch(/✗ \d+ migration\(s\) pending: 0000_accounts_keys_posts, .*\n {6}→ npm run db:migrate/);
    expect(await state()).toEqual(before);
    await sql`CREATE TABLE counterexample ()`;
    expect(await state()).not.toEqual(before);
  });
});

describe('setup:check reads the configuration', () => {
  const file = join(tmpdir(), `dev-vars-${process.pid}`);
  beforeAll(() => writeFile(file, 'DATABASE_URL=postgres://local\nWEB_ORIGIN=http://localhost:8787\n'));
  afterAll(() => rm(file));

  test('from the environment alone if it has any of the secrets', () => {
    const given = readGiven(settings, { SESSION_SECRET: 'x', WEB_ORIGIN: 'https://elsewhere' }, file);
    expect(given.source).toBe('the environment');
    expect(given.values).toMatchObject({ SESSION_SECRET: 'x', WEB_ORIGIN: 'https://jestha.com' });
    expect(given.values.DATABASE_URL).toBe(undefined);
  });

  test('otherwise from .dev.vars, over the variables of wrangler.toml', () => {
    const { source, values } = readGiven(settings, { PATH: '/bin', DATABASE_URL: '' }, file);
    expect(source).toBe('.dev.vars');
    expect(values).toMatchObject({
      DATABASE_URL: 'postgres://local',
      WEB_ORIGIN: 'http://localhost:8787',
      MAIL_API_URL: 'https://api.resend.com',
    });
  });

  test('from nowhere if both are missing, and says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nothing-'));
    const { source, values } = readGiven(settings, {}, join(folder, '.dev.vars'));
    await rm(folder, { recursive: true });
    expect([source, values.DATABASE_URL]).toEqual([expect.stringMatching(/^nowhere/), undefined]);
  });
});
