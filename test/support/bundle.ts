import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

export const ROOT = join(import.meta.dirname, '../..');

export interface Bundle {
  readonly text: string;
  /** Bytes, as Cloudflare counts a Worker's size. */
  readonly gzipped: number;
  /** The files it was made of, relative to the project. */
  readonly inputs: readonly string[];
}

/** `REDIS_BUDGET_MS` of a Worker that waits for Redis as long as a busy test machine takes. */
const PATIENT_BUDGET_MS = 30_000;

/**
 * Bundles a Worker the way it is deployed.
 *
 * @param entry relative to the project
 * @param options.patient whether it waits for Redis however long it takes: for tests of what Redis answers when more is
 * asked of it at once than this machine can do in the 300 ms of a deployment
 */
export async function bundle(entry: string, options: { readonly patient?: boolean } = {}): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
    metafile: true,
    write: false,
    absWorkingDir: ROOT,
    plugins: options.patient ? [patience] : [],
  });
  const [file] = outputFiles;
  if (!file) throw new Error(`esbuild made nothing of ${entry}`);
  return { text: file.text, gzipped: gzipSync(file.contents).byteLength, inputs: Object.keys(metafile.inputs) };
}

const patience: Plugin = {
  name: 'patience',
  setup({ onLoad }) {
    onLoad({ filter: /src\/config\/limits\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('REDIS_BUDGET_MS = 300', `REDIS_BUDGET_MS = ${PATIENT_BUDGET_MS}`);
      if (contents === text) throw new Error(`REDIS_BUDGET_MS is not where it was in ${path}`);
      return { contents, loader: 'ts' };
    });
  },
};
