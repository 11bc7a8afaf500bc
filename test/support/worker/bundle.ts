import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import { type BuiltFile, buildWorker } from '../../../src/build/worker.ts';

export const ROOT = join(import.meta.dirname, '../../..');

export interface Bundle {
  /** The first is the one that answers. */
  readonly modules: readonly BuiltFile[];
  /** The source files in it, relative to the project. */
  readonly inputs: readonly string[];
}

/** `REDIS_BUDGET_MS` of a Worker that waits for Redis as long as a busy test machine takes. */
const PATIENT_BUDGET_MS = 30_000;

export interface BundleOptions {
  /**
   * Makes the Worker wait for Redis without a limit. Tests need it when they ask more of Redis at once than this
   * machine can do in the 300 ms of a deployment.
   */
  readonly patient?: boolean;
  /** Replaces the identity library by a module that throws as soon as it is loaded. */
  readonly withoutIdentity?: boolean;
}

const built = new Map<string, Promise<Bundle>>();

/**
 * Bundles a Worker the way it is deployed, once for all suites of a process.
 *
 * @param entry relative to the project
 */
export function bundle(entry: string, options: BundleOptions = {}): Promise<Bundle> {
  const { patient = false, withoutIdentity = false } = options;
  const name = JSON.stringify({ entry, patient, withoutIdentity });
  const bundled =
    built.get(name) ?? buildWorker(entry, [...(patient ? [patience] : []), ...(withoutIdentity ? [noIdentity] : [])]);
  built.set(name, bundled);
  return bundled;
}

/** The size of modules in KiB, as Cloudflare counts a Worker's size. */
export function gzippedKib(modules: readonly BuiltFile[]): number {
  return gzipSync(modules.map(({ text }) => text).join('')).byteLength / 1024;
}

/** The modules that an isolate parses at its start: the entry, and its static imports. */
export function modulesAtStart(modules: readonly BuiltFile[]): BuiltFile[] {
  const waiting = ['worker.mjs'];
  const read: BuiltFile[] = [];
  for (const name of waiting) {
    const module = modules.find((candidate) => candidate.name === name);
    if (!module) throw new Error(`no module is called ${name}`);
    read.push(module);
    for (const [, imported = ''] of module.text.matchAll(/\b(?:from|import)"\.\/([^"]+)"/g)) {
      if (!waiting.includes(imported)) waiting.push(imported);
    }
  }
  return read;
}

/** A bundle as Miniflare wants it. */
export function toModules({ modules }: Bundle): { type: 'ESModule'; path: string; contents: string }[] {
  return modules.map(({ name, text }) => ({ type: 'ESModule', path: name, contents: text }));
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

const noIdentity: Plugin = {
  name: 'no-identity',
  setup({ onLoad }) {
    onLoad({ filter: /src\/data\/better-auth\.ts$/ }, () => ({
      contents: "export const connectIdentity = undefined; throw new Error('the identity library was loaded');",
      loader: 'ts',
    }));
  },
};
