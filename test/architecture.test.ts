import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withRetentionTable } from '../src/build/retention-docs.ts';
import { clientTypes } from '../src/dev/client-types.ts';
import { PAGES } from '../src/http/site/index.ts';
import { readWranglerConfig } from '../src/ops/wrangler-config.ts';
import { withCostTable } from './bench/costs.ts';
import { bundle, gzippedKib, modulesAtStart, ROOT } from './support/worker/bundle.ts';

const SRC = join(ROOT, 'src');

/** KiB gzip that an isolate parses before its first request. */
const START_MAX_KIB = 205;
/**
 * KiB gzip of all modules, those behind an `import()` included: 110 are the identity library, 14 HTML's entity table.
 */
const BUNDLE_MAX_KIB = 500;

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.d)\.tsx?$/.test(file));

describe('clients', () => {
  test('are made by compose.ts only', () => {
    const makers = [
      'data/db.ts',
      'data/redis.ts',
      'data/throttle.ts',
      'data/mailer.ts',
      'data/better-auth.ts',
      'data/objects.ts',
    ];
    const callers = files.filter((file) => {
      const text = readFileSync(join(SRC, file), 'utf8');
      return /\bconnect(Db|Redis|Upstash|Throttle|Mailer|Identity|Objects)\(/.test(text) && !makers.includes(file);
    });
    expect(callers).toEqual(['compose.ts']);
  });
});

describe('the Worker', () => {
  test('contains no code of src/dev and src/ops, and stays within its size budgets', async () => {
    const { inputs, modules } = await bundle('src/worker.ts');
    expect(inputs).toContain('src/worker.ts');
    expect(inputs.filter((input) => /^src\/(dev|ops|build)\//.test(input))).toEqual([]);
    expect(gzippedKib(modulesAtStart(modules))).toBeLessThanOrEqual(START_MAX_KIB);
    expect(gzippedKib(modules)).toBeLessThanOrEqual(BUNDLE_MAX_KIB);
  });

  test('has bindings typed as wrangler.toml declares them', () => {
    const output = execFileSync('wrangler', ['types', 'src/config/bindings.d.ts', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(output).toContain('up to date');
  });
});

test('the types of the client are those of the OpenAPI document (npm run client:types)', () => {
  expect(readFileSync(join(ROOT, 'src/client/api.ts'), 'utf8')).toBe(clientTypes());
});

describe('the pages', () => {
  test('have a route on the host of the pages', () => {
    const settings = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
    const patterns = [...settings.matchAll(/pattern = "jestha\.com([^"]+)"/g)].map(([, pattern = '']) => pattern);
    const isRouted = (path: string) =>
      patterns.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
    expect(PAGES.map(({ path }) => path.replace(/^\/:handle\{@.*$/, '/@')).filter((path) => !isRouted(path))).toEqual(
      [],
    );
    expect(isRouted('/nowhere')).toBe(false);
  });
});

describe('the tables', () => {
  test('are all in the list of retention times', () => {
    const schema = files.filter((file) => file.startsWith('data/schema/'));
    const texts = schema.map((file) => readFileSync(join(SRC, file), 'utf8')).join('\n');
    const tables = [...texts.matchAll(/pgTable\(\s*'(\w+)'/g)].map(([, name]) => name);
    const page = readFileSync(join(SRC, 'STORES.md'), 'utf8');
    const list = /## What Neon keeps[\s\S]+?\n## /.exec(page)?.[0] ?? '';
    const listed = [...list.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(tables).toContain('daily_usage');
    expect(listed.sort()).toEqual(tables.sort());
  });
});

test('the costs of src/SCALE.md are those of the bench (npm run docs:costs)', () => {
  const scale = readFileSync(join(SRC, 'SCALE.md'), 'utf8');
  expect(withCostTable(scale)).toBe(scale);
});

test('the retention table of src/STORES.md is that of the code (npm run docs:retention)', () => {
  const page = readFileSync(join(SRC, 'STORES.md'), 'utf8');
  expect(withRetentionTable(page)).toBe(page);
});

describe('Cloudflare', () => {
  test('does not log invocations, whose URLs hold tokens of mails', () => {
    const { observability } = readWranglerConfig();
    expect(observability).toEqual({
      enabled: true,
      head_sampling_rate: 1,
      logs: { enabled: true, invocation_logs: false },
    });
  });
});

describe('write verbs', () => {
  test('check a scope before anything else', () => {
    const verbs = files.filter((file) => /^domain\/(posts|comments|jesclips)\/(create|edit|delete|bounce)-/.test(file));
    expect(verbs).not.toEqual([]);
    const careless = verbs.filter((file) => {
      const text = readFileSync(join(SRC, file), 'utf8');
      const body = text.slice(text.indexOf('export async function'));
      return !/^[^;]*;?\s*requireScope\(/m.test(body) || body.indexOf('requireScope(') > body.indexOf('await ');
    });
    expect(careless).toEqual([]);
  });
});
