import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Log, LogLevel, Miniflare, type MiniflareOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { type BuiltWorker, LOCAL_ENTRY, watchWorker } from '../build/worker.ts';
import { readWranglerConfig } from '../ops/wrangler-config.ts';
import type { StackLog } from './stack-log.ts';
import { ROOT } from './state.ts';
import { readWorkerLine } from './worker-lines.ts';

/** The cron of `wrangler.toml`: every minute. */
const CRON = '* * * * *';

export interface LocalWorkerOptions {
  readonly port: number;
  /** Secrets and variables, over those of `wrangler.toml`. */
  readonly vars: Readonly<Record<string, string>>;
  readonly log: StackLog;
  /** The log file's name, for the lines that point to it. */
  readonly logName: string;
}

export interface LocalWorker {
  /** Calls the Worker's `scheduled` handler, as Cloudflare does by the cron of `wrangler.toml`. */
  runCron(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Runs the Worker in workerd, through Miniflare, and builds it again when its sources change. There is no proxy before
 * it as under `wrangler dev`: bodies may break off, and `Origin` and `Host` arrive as they were sent. Miniflare starts
 * workerd again when it ends by itself.
 */
export async function startLocalWorker({ port, vars, log, logName }: LocalWorkerOptions): Promise<LocalWorker> {
  const fail = (text: string) => log.show(`! ${text} (details: ${logName})`);
  // Or it prints which secrets it has read.
  process.env.WRANGLER_LOG = 'warn';
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'));

  const readLines = (stream: Readable) =>
    createInterface(stream).on('line', (line) => {
      const { text, shown } = readWorkerLine(line);
      log.write(text);
      if (shown?.kind === 'request') log.show(shown.text);
      if (shown?.kind === 'error') fail(shown.text);
    });

  const optionsFor = ({ modules }: BuiltWorker): MiniflareOptions => ({
    ...workerOptions,
    host: '127.0.0.1',
    port,
    cf: false,
    routes: [],
    // The folder in which `wrangler dev` keeps files, which belong to the same database.
    defaultPersistRoot: join(ROOT, '.wrangler/state/v3'),
    r2Persist: true,
    log: new FileLog(log, fail),
    structuredWorkerdLogs: true,
    handleRuntimeStdio(stdout: Readable, stderr: Readable) {
      readLines(stdout);
      readLines(stderr);
    },
    unsafeHandleRuntimeRestart: () => fail('The Worker ended by itself and was started again'),
    modules: modules.map(({ name, text }) => ({ type: 'ESModule', path: name, contents: text })),
    bindings: { ...readWranglerConfig().vars, ...vars },
  });

  let miniflare: Miniflare | undefined;
  let running = Promise.resolve();
  let isClosing = false;
  let modules = '';
  async function run(build: BuiltWorker | string): Promise<void> {
    if (typeof build === 'string') {
      log.write(build);
      if (miniflare) fail('The Worker cannot be built; the one before still answers');
      return;
    }
    const built = JSON.stringify(build.modules);
    if (isClosing || built === modules) return;
    modules = built;
    if (!miniflare) {
      miniflare = new Miniflare(optionsFor(build));
      await miniflare.ready;
      return;
    }
    try {
      await miniflare.setOptions(optionsFor(build));
      log.show('The Worker was built again.');
    } catch (error) {
      log.write(String(error));
      fail('The Worker was built again, and does not start');
    }
  }

  subscribe('child_process', endWithUs);
  const stopWatching = await watchWorker(LOCAL_ENTRY, (build) => {
    running = running.then(() => run(build));
  });
  await running;

  return {
    async runCron() {
      try {
        const worker = await miniflare?.getWorker();
        const result = await worker?.scheduled({ cron: CRON, scheduledTime: new Date() });
        if (result?.outcome !== 'ok') fail('The cron failed');
      } catch (error) {
        log.write(String(error));
        fail('The cron failed');
      }
    },
    async close() {
      isClosing = true;
      await stopWatching();
      await running;
      await miniflare?.dispose();
      unsubscribe('child_process', endWithUs);
    },
  };
}

/** Miniflare's own lines. Its colours stay out of the file. */
class FileLog extends Log {
  readonly #write: (text: string) => void;
  readonly #fail: (text: string) => void;

  constructor({ write }: StackLog, fail: (text: string) => void) {
    super(LogLevel.WARN);
    this.#write = write;
    this.#fail = fail;
  }

  protected override log(message: string): void {
    this.#write(message);
  }

  override error(error: Error): void {
    this.#write(error.stack ?? error.message);
    this.#fail(`The Worker failed: ${error.name}`);
  }
}

/**
 * Ends workerd and esbuild with this process, even if it is killed: workerd would go on and hold the port, and esbuild
 * sometimes does not notice. A shell waits for the end of a pipe from us. The libraries do not name their children,
 * Node's diagnostics do.
 */
function endWithUs(message: unknown): void {
  const { process: child } = message as { readonly process: ChildProcess };
  child.once('spawn', () => {
    if (process.platform === 'win32' || !/\b(?:workerd|esbuild)$/.test(child.spawnfile)) return;
    const guard = spawn('sh', ['-c', `cat; kill -9 ${child.pid}`], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.once('exit', () => guard.kill('SIGKILL'));
  });
}
