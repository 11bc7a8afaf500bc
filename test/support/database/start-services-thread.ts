import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ServiceUrls } from '../../../src/dev/secrets.ts';
import type { ServicesThreadOptions } from './services-thread.ts';

/** Starts the emulators in a thread of their own. */
export async function startServicesThread(
  workerData: ServicesThreadOptions,
): Promise<{ readonly urls: ServiceUrls; close(): Promise<void> }> {
  const thread = new Worker(join(import.meta.dirname, 'services-thread.ts'), { workerData });
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
