import type { TestProject } from 'vitest/node';
import type { ServiceUrls } from '../../src/dev/secrets.ts';
import { startServices } from '../../src/dev/services.ts';
import { serveReceiver } from './receiver-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the emulators of this run listen, and the secret they know. */
    services: ServiceUrls & {
      secret: string;
      /** Where receivers of webhooks listen. */
      receiver: string;
      /** How many events the books of webhooks are tested with. */
      webhookEvents: number;
    };
  }
}

/**
 * One pair of emulators for all suites of a run: over the embedded Postgres and Redis, or over real ones where
 * TEST_DATABASE_URL and TEST_REDIS_URL name them. Suites keep apart by scopes, accounts and keys of their own.
 */
export default async function startEmulators(root: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (root.vitest.projects.every(({ name }) => name === 'architecture')) return undefined;
  const secret = crypto.randomUUID();
  const services = await startServices({
    secret,
    databaseUrl: process.env.TEST_DATABASE_URL,
    redisUrl: process.env.TEST_REDIS_URL,
  });
  const receiver = await serveReceiver();
  const webhookEvents = Number(process.env.TEST_WEBHOOK_EVENTS ?? 60);
  const urls = { neon: services.neon.url, upstash: services.upstash.url, mail: services.mail.url };
  root.provide('services', { ...urls, secret, receiver: receiver.url, webhookEvents });
  return async () => {
    await Promise.all([services.close(), receiver.close()]);
  };
}
