import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { clientTypes } from '../src/dev/client-types.ts';
import { readWranglerConfig } from '../src/dev/wrangler-config.ts';
import { PAGES } from '../src/http/pages/index.ts';
import { bundle, ROOT } from './support/bundle.ts';

const SRC = join(ROOT, 'src');

/** The floors of `src/README.md`, from the ground up. Imports point downward, or stay on their floor. */
const FLOORS: Record<string, number> = {
  lib: 0,
  config: 1,
  data: 2,
  domain: 3,
  'compose.ts': 3.5,
  http: 4,
  jobs: 4,
  'worker.ts': 5,
  dev: 6,
  client: 0,
};

interface Import {
  readonly from: string;
  /** A path below `src`, or the name of a package. */
  readonly to: string;
  /** Of types only: nothing is loaded. */
  readonly isType: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.d)\.tsx?$/.test(file));

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(SRC, from), 'utf8');
  const found = text.matchAll(/(import type [^;]*?)?(?:from|import)\s*\(?\s*'([^']+)'/g);
  return Array.from(found, ([, type, specifier = '']) => ({
    from,
    to: specifier.startsWith('.') ? relative(SRC, join(SRC, dirname(from), specifier)) : specifier,
    isType: type !== undefined,
  }));
});

const isOurs = ({ to }: Import) => files.includes(to);
const floorOf = (path: string) => FLOORS[path.split('/')[0] ?? ''];
const domainOf = (path: string) => /^domain\/([^/]+)\//.exec(path)?.[1];
const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} imports ${to}`);

describe('imports', () => {
  test('are found', () => {
    expect(imports).toContainEqual({ from: 'worker.ts', to: 'http/app.ts', isType: false });
    expect(imports.length).toBeGreaterThan(100);
  });

  test('of our own name a file that is there', () => {
    expect(show(imports.filter((found) => !isOurs(found) && /^\.|\.tsx?$/.test(found.to)))).toEqual([]);
  });

  test('of the client are its own only, and nothing of the Worker imports it', () => {
    const isClient = (path: string) => path.startsWith('client/');
    expect(
      show(imports.filter(({ from, to }) => isClient(from) !== isClient(to) && (isClient(from) || isClient(to)))),
    ).toEqual([]);
  });

  test('every file stands on a floor', () => {
    expect(files.filter((file) => floorOf(file) === undefined)).toEqual([]);
  });

  test('point downward only', () => {
    const upward = imports.filter((found) => isOurs(found) && (floorOf(found.to) ?? 99) > (floorOf(found.from) ?? -1));
    expect(show(upward)).toEqual([]);
  });

  test('between domains go through index.ts', () => {
    const past = imports.filter(({ from, to }) => {
      const target = domainOf(to);
      const doors = [`domain/${target}/index.ts`, `domain/${target}/answers.ts`];
      return target !== undefined && target !== domainOf(from) && !doors.includes(to);
    });
    expect(show(past)).toEqual([]);
  });

  test('of what describes the API are those of types, or behind an import()', () => {
    const isDescription = (path: string) =>
      /^(http\/openapi\/|http\/pages\/docs\/|domain\/.*\/answers\.ts$)/.test(path);
    const loaded = imports.filter(
      ({ from, to, isType }) => isDescription(to) && !isDescription(from) && !isType && !from.startsWith('dev/'),
    );
    expect(show(loaded).sort()).toEqual([
      'http/api/openapi.ts imports http/openapi/file.ts',
      'http/pages/docs.ts imports http/pages/docs/page.tsx',
    ]);
  });

  test('limits and webhooks import no other domain', () => {
    const foreign = imports.filter(({ from, to }) => {
      const source = domainOf(from);
      return (source === 'limits' || source === 'webhooks') && ![undefined, source].includes(domainOf(to));
    });
    expect(show(foreign)).toEqual([]);
  });

  test('a domain knows of no other that knows of it', () => {
    const edges = imports.map(({ from, to }) => [domainOf(from), domainOf(to)] as const);
    const cycles = edges.filter(
      ([from, to]) => from && to && from !== to && edges.some(([other, back]) => other === to && back === from),
    );
    expect(cycles).toEqual([]);
  });

  test.each([
    ['hono', /^http\//],
    ['drizzle-orm', /^(data\/|dev\/|domain\/[^/]+\/(store|visibility)\.ts$)/],
    ['@neondatabase/serverless', /^(data\/db\.ts|dev\/)/],
    ['@upstash/redis', /^data\/redis\.ts$/],
    ['@upstash/ratelimit', /^data\/throttle\.ts$/],
    ['better-auth', /^data\/better-auth\.ts$/],
    ['node:', /^dev\//],
  ])('%s is imported only by %s', (name, allowed) => {
    const found = imports.filter(({ from, to }) => `${to}/`.startsWith(name) && !allowed.test(from));
    expect(show(found)).toEqual([]);
  });

  test('only compose.ts makes clients', () => {
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
  test('holds nothing of src/dev, and is small', async () => {
    const { inputs, gzipped } = await bundle('src/worker.ts');
    expect(inputs).toContain('src/worker.ts');
    expect(inputs.filter((input) => input.startsWith('src/dev/'))).toEqual([]);
    expect(gzipped).toBeLessThan(400 * 1024);
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
  test('have a route where the people are', () => {
    const settings = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
    const patterns = [...settings.matchAll(/pattern = "jestha\.com([^"]+)"/g)].map(([, pattern = '']) => pattern);
    const isRouted = (path: string) =>
      patterns.some((pattern) => (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern));
    expect(PAGES.map(({ path }) => path).filter((path) => !isRouted(path))).toEqual([]);
    expect(isRouted('/nowhere')).toBe(false);
  });
});

describe('the tables', () => {
  test('are all in the list of what is kept for how long', () => {
    const schema = files.filter((file) => file.startsWith('data/schema/'));
    const texts = schema.map((file) => readFileSync(join(SRC, file), 'utf8')).join('\n');
    const tables = [...texts.matchAll(/pgTable\(\s*'(\w+)'/g)].map(([, name]) => name);
    const readme = readFileSync(join(SRC, 'README.md'), 'utf8');
    const list = /## What Neon keeps[\s\S]+?\n## /.exec(readme)?.[0] ?? '';
    const listed = [...list.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(tables).toContain('daily_usage');
    expect(listed.sort()).toEqual(tables.sort());
  });
});

describe('Cloudflare', () => {
  test('is not to log invocations, whose URLs hold tokens of mails', () => {
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
