import { parentPort, workerData } from 'node:worker_threads';
import type { ServiceUrls } from '../../../src/dev/secrets.ts';
import { startServices } from '../../../src/dev/services.ts';
import type { ServicesThreadOptions } from './start-services-thread.ts';

// The emulators have this thread and its event loop to themselves: they wait neither for others nor for the measuring.
const services = await startServices(workerData as ServicesThreadOptions);
const urls: ServiceUrls = { neon: services.neon.url, upstash: services.upstash.url, mail: services.mail.url };
parentPort?.postMessage(urls);
parentPort?.once('message', () => {
  void services.close();
});
