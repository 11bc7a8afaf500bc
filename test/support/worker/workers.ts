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
  const miniflare = new Miniflare({
    cf: false,
    handleStructuredLogs: ({ message }: { message: string }) => void logs.push(message),
    workers: names.map((name, i) => ({
      ...workerOptions,
      name,
      // A queue has one consumer; elsewhere no Worker takes its messages.
      ...(!(isLocalStack && i === 0) && { queueConsumers: [] }),
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
  await miniflare.ready;
  const urls: string[] = [];
  for (const name of names) urls.push((await miniflare.unsafeGetDirectURL(name)).origin);
  return {
    urls,
    neon: new EmulatorControl(neon, scope),
    upstash: new EmulatorControl(upstash, scope),
    secrets,
    logs,
    async runCron() {
      const worker = await miniflare.getWorker(names[0]);
      await worker.scheduled({ cron: '* * * * *' });
    },
    close: () => miniflare.dispose(),
  };
}
