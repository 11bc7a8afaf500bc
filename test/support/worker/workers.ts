import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { secretsFor } from '../../../src/dev/secrets.ts';
import { EmulatorControl } from '../database/emulators.ts';
import { servicesOfProcess } from '../database/services.ts';
import { type BundleOptions, bundle, ROOT, toModules } from './bundle.ts';

/** Built Workers in workerd, each an isolate of its own with a socket of its own, over the same stores. */
export interface Workers {
  /** One for each instance; what answers there is workerd itself. */
  readonly urls: readonly string[];
  readonly neon: EmulatorControl;
  readonly upstash: EmulatorControl;
  readonly secrets: ReturnType<typeof secretsFor>;
  /** The lines that the Workers have logged so far. */
  readonly logs: readonly string[];
  /** Runs the cron of the first instance. */
  runCron(): Promise<void>;
  close(): Promise<void>;
}

interface WorkersOptions extends BundleOptions {
  readonly entry?: string;
  /** Makes this a local stack whose first instance consumes the queues. */
  readonly isLocalStack?: boolean;
}

/**
 * Instances in one process of workerd. Miniflare copies all the settings it has written, modules included, whenever it
 * adds a part: 20 instances in one process cost 18 s, and in four processes 6.
 */
const INSTANCES_PER_PROCESS = 5;

/** Starts a number of instances of a Worker, with the settings of wrangler.toml. Options as {@link bundle}'s. */
export async function startWorkers(
  count: number,
  { entry = 'src/worker.ts', isLocalStack = false, ...options }: WorkersOptions = {},
): Promise<Workers> {
  const modules = toModules(await bundle(entry, options));
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'));
  const { secret, ...services } = servicesOfProcess();
  const { neon, upstash } = services;
  const scope = crypto.randomUUID();
  const secrets = secretsFor(services, secret, scope);
  const logs: string[] = [];
  const names = Array.from({ length: count }, (_, i) => `instance-${i}`);
  const startProcess = (first: number) =>
    new Miniflare({
      cf: false,
      handleStructuredLogs: ({ message }: { message: string }) => void logs.push(message),
      workers: names.slice(first, first + INSTANCES_PER_PROCESS).map((name, i) => ({
        ...workerOptions,
        name,
        // A queue has one consumer; elsewhere no Worker takes its messages.
        ...(!(isLocalStack && first + i === 0) && { queueConsumers: [] }),
        routes: [],
        modules,
        bindings: {
          ...secrets,
          // Their sockets speak plain http, which an origin of https would refuse.
          WEB_ORIGIN: isLocalStack ? 'http://localhost' : 'http://jestha.com',
          API_ORIGIN: isLocalStack ? 'http://localhost' : 'http://api.jestha.com',
          MAIL_FROM: 'Jestha <no-reply@jestha.com>',
        },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      })),
    });
  const miniflares = Array.from({ length: Math.ceil(count / INSTANCES_PER_PROCESS) }, (_, i) =>
    startProcess(i * INSTANCES_PER_PROCESS),
  );
  const urls: string[] = [];
  for (const [i, name] of names.entries()) {
    const miniflare = miniflares[Math.floor(i / INSTANCES_PER_PROCESS)];
    if (miniflare) urls.push((await miniflare.unsafeGetDirectURL(name)).origin);
  }
  return {
    urls,
    neon: new EmulatorControl(neon, scope),
    upstash: new EmulatorControl(upstash, scope),
    secrets,
    logs,
    async runCron() {
      const worker = await miniflares[0]?.getWorker(names[0]);
      await worker?.scheduled({ cron: '* * * * *' });
    },
    async close() {
      await Promise.all(miniflares.map((miniflare) => miniflare.dispose()));
    },
  };
}
