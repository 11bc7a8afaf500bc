import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import {
  type BuildOptions,
  build,
  context,
  formatMessages,
  type Loader,
  type Metafile,
  type OutputFile,
  type Plugin,
  transform,
} from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const OUT = join(ROOT, 'dist');

/** The Worker as it runs on a developer's machine. */
export const LOCAL_ENTRY = 'src/dev/local-entry.ts';

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
  return builtOf(await build(settingsFor(entry, plugins)));
}

/**
 * Builds a Worker, and again whenever one of its sources changes.
 *
 * @param onBuild receives each build, or the text of the errors that prevented it
 * @returns ends the watch
 * @throws BuildFailure if the first build fails
 */
export async function watchWorker(
  entry: string,
  onBuild: (outcome: BuiltWorker | string) => void,
): Promise<() => Promise<void>> {
  const report: Plugin = {
    name: 'report',
    setup({ onEnd }) {
      onEnd(async ({ errors, outputFiles, metafile }) => {
        if (outputFiles && metafile && errors.length === 0) onBuild(builtOf({ outputFiles, metafile }));
        else onBuild((await formatMessages(errors, { kind: 'error' })).join(''));
      });
    },
  };
  const watched = await context(settingsFor(entry, [report]));
  await watched.rebuild();
  await watched.watch();
  return () => watched.dispose();
}

function settingsFor(entry: string, plugins: readonly Plugin[]) {
  return {
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
    // esbuild throws or reports its errors.
    logLevel: 'silent',
    plugins: [...plugins, rawText],
  } satisfies BuildOptions;
}

function builtOf({ outputFiles, metafile }: { outputFiles: OutputFile[]; metafile: Metafile }): BuiltWorker {
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

/**
 * Writes a built Worker to `dist/`. An unchanged file is not touched, because `wrangler dev` restarts on each write.
 */
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

// wrangler.toml, [build], runs this file before `wrangler dev` and `wrangler deploy`, and wrangler says which.
if (import.meta.main) {
  write(await buildWorker(process.env.WRANGLER_COMMAND === 'dev' ? LOCAL_ENTRY : 'src/worker.ts'));
}
