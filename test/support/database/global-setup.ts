import type { TestProject } from 'vitest/node';
import type { ServiceUrls } from '../../../src/dev/secrets.ts';
import { serveReceiver } from '../cloud/receiver-server.ts';
import { startServicesThread } from './start-services-thread.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The addresses and the secret of the emulators of each test process; tests take theirs by `servicesOfProcess`. */
    services: readonly (ServiceUrls & { secret: string })[];
    /** The address of the receivers of webhooks. */
    receiver: string;
    /** The number of events in the tests of the books of webhooks. */
    webhookEvents: number;
    /** The number of generated requests in the tests of the contract, by twenties. */
    badRequests: number;
  }
}

/**
 * Emulators for each process of a run: over the embedded Postgres and Redis, or over real ones where TEST_DATABASE_URL
 * and TEST_REDIS_URL name them (the number of the process is added). Each process has an object store of its own, so a
 * sweep must not find the rows of another. The suites of one process keep apart by scopes, accounts and keys of their
 * own.
 */
export default async function startEmulators(root: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (root.vitest.projects.every(({ name }) => name === 'architecture')) return undefined;
  const secret = crypto.randomUUID();
  const { TEST_DATABASE_URL, TEST_REDIS_URL } = process.env;
  const started = await Promise.all(
    Array.from({ length: root.vitest.config.maxWorkers }, (_, i) =>
      startServicesThread({
        secret,
        databaseUrl: TEST_DATABASE_URL && `${TEST_DATABASE_URL}${i + 1}`,
        redisUrl: TEST_REDIS_URL && `${TEST_REDIS_URL}/${i + 1}`,
      }),
    ),
  );
  const receiver = await serveReceiver();
  root.provide(
    'services',
    started.map(({ urls }) => ({ ...urls, secret })),
  );
  root.provide('receiver', receiver.url);
  root.provide('webhookEvents', Number(process.env.TEST_WEBHOOK_EVENTS ?? 60));
  root.provide('badRequests', Number(process.env.TEST_BAD_REQUESTS ?? 3_000));
  return async () => {
    await Promise.all([...started.map((services) => services.close()), receiver.close()]);
  };
}
