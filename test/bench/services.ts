import { type ServiceSecrets, secretsFor } from '../../src/dev/secrets.ts';
import { EmulatorControl } from '../support/database/emulators.ts';
import { startServicesThread } from '../support/database/start-services-thread.ts';

/** The emulators of one run, in a thread of their own. */
export interface BenchServices {
  /** The stores that serve the protocols, for the report. */
  readonly behind: string;
  /** The secrets that name a scope: each target has one, so that counters and delays are apart. */
  secretsFor(scope: string): ServiceSecrets;
  controlsFor(scope: string): Controls;
  /** Runs Redis commands that no target is charged for. */
  redis(commands: readonly (readonly string[])[]): Promise<void>;
  close(): Promise<void>;
}

export interface Controls {
  readonly redis: EmulatorControl;
  readonly neon: EmulatorControl;
}

/** Starts both emulators: over PGlite and the embedded Redis, or over what `DATABASE_URL` and `REDIS_URL` name. */
export async function startBenchServices(databaseUrl = process.env.DATABASE_URL): Promise<BenchServices> {
  const redisUrl = process.env.REDIS_URL;
  const secret = crypto.randomUUID();
  const { urls, close } = await startServicesThread({ secret, databaseUrl, redisUrl });
  const admin = secretsFor(urls, secret, 'admin');
  return {
    behind: `${databaseUrl ? 'Postgres' : 'PGlite'} and ${redisUrl ? 'Redis' : 'the embedded Redis'}`,
    secretsFor: (scope) => secretsFor(urls, secret, scope),
    controlsFor: (scope) => ({
      redis: new EmulatorControl(urls.upstash, scope),
      neon: new EmulatorControl(urls.neon, scope),
    }),
    async redis(commands) {
      const headers = { Authorization: `Bearer ${admin.UPSTASH_REDIS_REST_TOKEN}` };
      const body = JSON.stringify(commands);
      const response = await fetch(`${urls.upstash}/pipeline`, { method: 'POST', headers, body });
      if (!response.ok) throw new Error(`Redis answered ${response.status}: ${await response.text()}`);
    },
    close,
  };
}
