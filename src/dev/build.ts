import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Plugin, transform } from 'esbuild';
import { usedStyles } from './used-styles.ts';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist');

/** The Worker that is deployed. Those that are measured beside it keep all that is theirs. */
const WORKER = 'src/worker.ts';
const PAGES = join(ROOT, 'src/http/pages');

/** The parts of a Worker as it is deployed; the first is the one that answers. */
export interface BuiltWorker {
  readonly modules: readonly BuiltFile[];
  readonly sourceMaps: readonly BuiltFile[];
  /** The files it was made of, relative to the project. */
  readonly inputs: readonly string[];
}

export interface BuiltFile {
  /** As the others import it: `worker.mjs`, `better-auth-WFIUPOGZ.mjs`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Builds a Worker. What stands behind an `import()` becomes a module of its own, which the runtime reads only when it is
 * asked for; in one file, as wrangler's own bundler would make it, every isolate parses the identity library at its start.
 *
 * @param entry relative to the project
 */
export async function buildWorker(entry: string, plugins: readonly Plugin[] = []): Promise<BuiltWorker> {
  const { outputFiles, metafile } = await build({
    entryPoints: { worker: join(ROOT, entry) },
    outdir: OUT,
    bundle: true,
    splitting: true,
    minify: true,
    legalComments: 'none',
    sourcemap: 'linked',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
    metafile: true,
    write: false,
    absWorkingDir: ROOT,
    plugins: [raw, ...(entry === WORKER ? [unused] : []), overHttp, ...plugins],
  });
  const files = outputFiles.map(({ path, text }) => ({ name: relative(OUT, path), text }));
  const modules = files.filter(({ name }) => name.endsWith('.mjs'));
  modules.sort((a, b) => Number(b.name === 'worker.mjs') - Number(a.name === 'worker.mjs'));
  return {
    modules,
    sourceMaps: files.filter(({ name }) => name.endsWith('.map')),
    inputs: Object.keys(metafile.inputs),
  };
}

/**
 * What the libraries would do with options that we leave off, as far as they ask for it all the same: telemetry of
 * better-auth, its accounts without a database, everybody to sign in with but Google; statistics of @upstash/ratelimit.
 * Of a Worker's 350 KiB they would take 20.
 */
const UNUSED: readonly { readonly path: RegExp; readonly instead: string }[] = [
  {
    path: /\/@better-auth\/telemetry\//,
    instead: 'export const createTelemetry = async () => ({ publish: async () => undefined });',
  },
  { path: /\/@better-auth\/memory-adapter\//, instead: 'export const memoryAdapter = undefined;' },
  { path: /\/@better-auth\/core\/dist\/social-providers\/(?!google\.|index\.)/, instead: 'module.exports = {};' },
  { path: /\/@upstash\/core-analytics\//, instead: 'export const Analytics = undefined;' },
];

const unused: Plugin = {
  name: 'unused',
  setup({ onLoad }) {
    onLoad({ filter: /\/node_modules\/@(?:better-auth|upstash)\// }, (file) => {
      const known = UNUSED.find(({ path }) => path.test(file.path));
      return known && { contents: known.instead, loader: 'js' };
    });
  },
};

/**
 * Neon's driver without the client for Postgres' own protocol that is bundled into it: over HTTP nothing of it is called but
 * its table of types, and it would take 30 KiB. What makes each of the bundled modules is marked as pure, so that those
 * that nobody asks for any more fall away.
 */
const overHttp: Plugin = {
  name: 'over-http',
  setup({ onLoad }) {
    onLoad({ filter: /@neondatabase\/serverless\/index\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = WITHOUT_PG.reduce((without, [found, instead]) => {
        if (without.search(found) === -1) throw new Error(`${found} is no longer in ${path}`);
        return without.replace(found, instead);
      }, text);
      return { contents, loader: 'js' };
    });
  },
};

/** What is sought in the minified driver, and what takes its place. */
const WITHOUT_PG: readonly (readonly [RegExp, string])[] = [
  // Makers of bundled modules.
  [/(?<==)(?=[TV]\(\(?[\w,]*\)?=>\{(?:"use strict";)?h\(\))/g, '/* @__PURE__ */'],
  // The classes Client and Pool, on top of pg's.
  [/var Co=we\(ot\(\)\);[\s\S]+?(?=var ct=)/, ''],
  [/ut as Client,/, ''],
  [/Un as Pool,/, ''],
  // pg itself, of which types are left, and the parser of connection strings.
  [/var ct=we\(ot\(\)\);/, 'var ct={types:Je()};'],
  [/var To=we\(Ir\(\)\);/, 'var To=/* @__PURE__ */we(/* @__PURE__ */Ir());'],
];

/**
 * `import text from './file.css?raw'`: a file as its text, as Vite has it, but minified. Of a package's styles only those
 * that can apply to our pages.
 */
const raw: Plugin = {
  name: 'raw',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?raw$/ }, async ({ path, resolveDir, kind }) => {
      const { path: file, errors } = await resolve(path.replace(/\?raw$/, ''), { resolveDir, kind });
      return { path: file, errors, namespace: 'raw' };
    });
    onLoad({ filter: /.*/, namespace: 'raw' }, async ({ path }) => {
      const text = readFileSync(path, 'utf8');
      return { contents: await smaller(path, text), loader: 'text' };
    });
  },
};

async function smaller(path: string, text: string): Promise<string> {
  if (path.includes('/node_modules/')) return usedStyles(text, PAGES);
  const loader = /\.(css|js)$/.exec(path)?.[1];
  if (loader !== 'css' && loader !== 'js') return text;
  const { code } = await transform(text, { loader, minify: true, target: 'es2024', charset: 'utf8' });
  return code;
}

/** Writes a built Worker to `dist/`. What is the same is not touched: `wrangler dev` would start anew. */
function write({ modules, sourceMaps }: BuiltWorker): void {
  mkdirSync(OUT, { recursive: true });
  const files = [...sourceMaps, ...modules];
  for (const stale of readdirSync(OUT)) {
    if (!files.some(({ name }) => name === stale)) rmSync(join(OUT, stale));
  }
  for (const { name, text } of files) {
    const path = join(OUT, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

// `wrangler dev` and `wrangler deploy` run this first (wrangler.toml, [build]).
if (import.meta.main) write(await buildWorker(WORKER));
