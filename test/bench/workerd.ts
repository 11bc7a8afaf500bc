import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BuiltFile } from '../../src/build/worker.ts';
import { bundle } from '../support/worker/bundle.ts';
import { onWorkerdCore } from './cores.ts';

/** The package exports the path of its binary by the name `default`. */
const workerd = createRequire(import.meta.url)('workerd') as { default: string; version: string };

export const WORKERD_VERSION = workerd.version;

export interface WorkerSetup {
  /** The Worker's modules; the first answers. */
  readonly modules: readonly BuiltFile[];
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Variables and secrets. */
  readonly texts: Readonly<Record<string, string>>;
  /** `host:port` of the bucket; undefined = nothing is ever stored. */
  readonly bucket: string | undefined;
  readonly limiters: readonly { readonly name: string; readonly limit: number; readonly period: number }[];
  /** Whether a profiler may look into it. */
  readonly isInspected: boolean;
}

export interface RunningWorker {
  readonly url: string;
  /** Empty unless it is inspected. */
  readonly inspectorUrl: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/**
 * Runs a Worker alone in a workerd process. Miniflare would put a Worker of its own before every outgoing `fetch`,
 * whose CPU would be counted as ours.
 */
export async function startWorkerd(setup: WorkerSetup): Promise<RunningWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'jestha-bench-'));
  const limiter = await bundle('test/bench/limiter.ts');
  for (const { name, text } of setup.modules) await writeFile(join(folder, name), text);
  await writeFile(join(folder, 'limiter.mjs'), limiter.modules[0]?.text ?? '');
  const config = join(folder, 'config.capnp');
  await writeFile(config, configOf(setup));
  const inspected = setup.isInspected ? ['--inspector-addr=127.0.0.1:0'] : [];
  const options = ['serve', '--experimental', '--control-fd=3', ...inspected, config];
  const [command, args] = onWorkerdCore(workerd.default, options);
  // The Worker's log is written and discarded: its formatting is measured, a reader's pipe is not.
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const end = () => child.kill();
  process.once('exit', end);
  const exited = once(child, 'exit');
  const { port, inspectorPort } = await portsOf(child);
  return {
    url: `http://127.0.0.1:${port}`,
    inspectorUrl: inspectorPort === undefined ? '' : `http://127.0.0.1:${inspectorPort}`,
    pid: child.pid,
    async close() {
      process.off('exit', end);
      child.kill();
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * The ports that workerd has chosen.
 *
 * @throws Error with its output if it does not start
 */
async function portsOf(child: ChildProcess): Promise<{ port: number; inspectorPort: number | undefined }> {
  const control = child.stdio[3] as Readable;
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  let said = '';
  for await (const chunk of control) {
    said += chunk;
    const port = /"event":"listen",.*"port":(\d+)/.exec(said)?.[1];
    // Listens first.
    const inspectorPort = /"event":"listen-inspector",.*"port":(\d+)/.exec(said)?.[1];
    if (port !== undefined)
      return { port: Number(port), inspectorPort: inspectorPort === undefined ? undefined : Number(inspectorPort) };
  }
  throw new Error(`workerd did not start: ${errors}`);
}

/** Cap'n Proto's texts are escaped as JSON's, at least all that we write. */
const text = (value: string) => JSON.stringify(value);
const list = (items: readonly string[]) => `[${items.join(', ')}]`;

function configOf({ modules, compatibilityDate, compatibilityFlags, ...bindings }: WorkerSetup): string {
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "target", worker = (
      modules = ${list(modules.map(({ name }) => `(name = ${text(name)}, esModule = embed ${text(name)})`))},
      compatibilityDate = ${text(compatibilityDate)},
      compatibilityFlags = ${list(compatibilityFlags.map(text))},
      bindings = ${list(bindingsOf(bindings))},
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "private"])),
    ${bindings.bucket === undefined ? '' : `(name = "bucket", external = (address = ${text(bindings.bucket)}, http = ())),`}
  ],
  extensions = [(modules = [(name = "bench:limiter", esModule = embed "limiter.mjs", internal = true)])],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "target")],
);`;
}

function bindingsOf({ texts, limiters, bucket }: Pick<WorkerSetup, 'texts' | 'limiters' | 'bucket'>): string[] {
  const limiter = (limit: number, period: number) =>
    `(moduleName = "bench:limiter", innerBindings = [` +
    `(name = "limit", json = "${limit}"), (name = "period", json = "${period}")])`;
  return [
    ...Object.entries(texts).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
    // Nothing measured here links anywhere, so nothing is ever sent.
    `(name = "LINK_PREVIEWS", queue = "network")`,
    `(name = "WEBHOOK_EVENTS", queue = "network")`,
    `(name = "WEBHOOK_RETRIES", queue = "network")`,
    `(name = "MEDIA", r2Bucket = ${text(bucket === undefined ? 'network' : 'bucket')})`,
    ...limiters.map(({ name, limit, period }) => `(name = ${text(name)}, wrapped = ${limiter(limit, period)})`),
  ];
}
