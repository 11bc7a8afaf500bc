import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { build, type Loader, type Plugin, transform } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist');

/** A Worker as it is deployed. */
export interface BuiltWorker {
  readonly modules: readonly BuiltFile[];
  readonly sourceMaps: readonly BuiltFile[];
  /** The source files, relative to the project. */
  readonly inputs: readonly string[];
}

export interface BuiltFile {
  /** The name that other modules import: `worker.mjs`, `better-auth-WFIUPOGZ.mjs`. */
  readonly name: string;
  readonly text: string;
}

/**
 * Builds a Worker with esbuild. A dynamic `import()` becomes a module of its own, which workerd parses when it is first
 * imported. Wrangler's bundler makes one file instead, and every isolate parses all of it at its start.
 *
 * @param entry relative to the project
 * @param plugins run before ours; tests replace modules with them
 * @returns the entry module, `worker.mjs`, comes first
 */
export async function buildWorker(entry: string, plugins: readonly Plugin[] = []): Promise<BuiltWorker> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { worker: entry },
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    minify: true,
    legalComments: 'none',
    sourcemap: 'linked',
    metafile: true,
    write: false,
    logLevel: 'error',
    plugins: [...plugins, rawText],
  });
  const files = outputFiles.map(({ path, text }) => ({ name: relative(OUT, path), text }));
  const modules = files.filter(({ name }) => name.endsWith('.mjs'));
  modules.sort((a, b) => Number(b.name === 'worker.mjs') - Number(a.name === 'worker.mjs'));
  const sourceMaps = files.filter(({ name }) => name.endsWith('.map'));
  return { modules, sourceMaps, inputs: Object.keys(metafile.inputs) };
}

const MINIFIED: Readonly<Record<string, Loader>> = { '.css': 'css', '.js': 'js' };

/** `import text from './file.css?raw'` imports the text of a file, as in Vite. Styles and scripts are minified. */
const rawText: Plugin = {
  name: 'raw-text',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?raw$/ }, async ({ path, resolveDir, kind }) => {
      const { path: file, errors } = await resolve(path.slice(0, -'?raw'.length), { resolveDir, kind });
      return { path: file, errors, namespace: 'raw-text' };
    });
    onLoad({ filter: /.*/, namespace: 'raw-text' }, async ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const loader = MINIFIED[extname(path)];
      if (!loader) return { contents: text, loader: 'text' };
      const { code } = await transform(text, { loader, minify: true, target: 'es2024', charset: 'utf8' });
      return { contents: code, loader: 'text' };
    });
  },
};

/** Writes a built Worker to `dist/`. An unchanged file is not touched, because `wrangler dev` restarts on each write. */
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

// wrangler.toml, [build], runs this file before `wrangler dev` and `wrangler deploy`.
if (import.meta.main) write(await buildWorker('src/worker.ts'));
