import { parentPort, workerData } from 'node:worker_threads';
import type { ServiceUrls } from '../../../src/dev/secrets.ts';
import { startServices } from '../../../src/dev/services.ts';

/** The stores of the emulators: those that the addresses name, or the embedded ones. */
export interface ServicesThreadOptions {
  readonly secret: string;
  readonly databaseUrl: string | undefined;
  readonly redisUrl: string | undefined;
}

// The emulators have this thread and its event loop to themselves: they wait neither for others nor for the measuring.
const services = await startServices(workerData as ServicesThreadOptions);
const urls: ServiceUrls = { neon: services.neon.url, upstash: services.upstash.url, mail: services.mail.url };
parentPort?.postMessage(urls);
parentPort?.once('message', () => {
  void services.close();
});
