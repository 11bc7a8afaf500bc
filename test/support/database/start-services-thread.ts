import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ServiceUrls } from '../../../src/dev/secrets.ts';

/** The emulators' stores: those that the addresses name, or the embedded ones. */
export interface ServicesThreadOptions {
  readonly secret: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
}

/** Starts the emulators in a thread of their own. */
export async function startServicesThread(
  workerData: ServicesThreadOptions,
): Promise<{ readonly urls: ServiceUrls; close(): Promise<void> }> {
  const thread = new Worker(new URL('./services-thread.ts', import.meta.url), { workerData });
  const [urls] = (await once(thread, 'message')) as [ServiceUrls];
  return {
    urls,
    async close() {
      const exited = once(thread, 'exit');
      thread.postMessage('close');
      await exited;
    },
  };
}
