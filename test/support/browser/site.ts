import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { type ServiceSecrets, secretsFor } from '../../../src/dev/secrets.ts';
import { EmulatorControl } from '../database/emulators.ts';
import { servicesOfProcess } from '../database/services.ts';
import { bundle, ROOT, toModules } from '../worker/bundle.ts';
import { freePorts } from '../worker/free-ports.ts';

/** The built Worker, as a browser sees it. */
export interface Site {
  readonly origin: string;
  readonly secrets: ServiceSecrets;
  readonly neon: EmulatorControl;
  readonly upstash: EmulatorControl;
  /** The lines that the Worker has logged so far. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

/** Starts the site on a port of its own. It waits longer for Redis, so that a slow machine does not show it as down. */
export async function startSite(): Promise<Site> {
  const modules = toModules(await bundle('src/worker.ts', { patient: true }));
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(ROOT, 'wrangler.toml'));
  const { secret, ...services } = servicesOfProcess();
  const scope = crypto.randomUUID();
  const secrets = secretsFor(services, secret, scope);
  const port = await freePorts(1);
  const origin = `http://localhost:${port}`;
  const logs: string[] = [];
  const miniflare = new Miniflare({
    ...workerOptions,
    host: '127.0.0.1',
    port,
    cf: false,
    routes: [],
    handleStructuredLogs: ({ message }: { message: string }) => void logs.push(message),
    modules,
    bindings: { ...secrets, WEB_ORIGIN: origin, API_ORIGIN: origin, MAIL_FROM: 'Jestha <no-reply@jestha.com>' },
  });
  await miniflare.ready;
  return {
    origin,
    secrets,
    neon: new EmulatorControl(services.neon, scope),
    upstash: new EmulatorControl(services.upstash, scope),
    logs,
    close: () => miniflare.dispose(),
  };
}
