import { connectSql, migrate } from '../ops/migrate.ts';
import type { Emulator } from './emulator/server.ts';
import { type MailServer, serveMail } from './mail/server.ts';
import { openPglite } from './neon-http/pglite.ts';
import { openPostgres } from './neon-http/postgres.ts';
import { serveNeonHttp } from './neon-http/server.ts';
import { type ServiceSecrets, secretsFor } from './secrets.ts';
import { openEmbeddedRedis } from './upstash-rest/embedded.ts';
import { openRedis } from './upstash-rest/real.ts';
import { serveUpstashRest } from './upstash-rest/server.ts';

export interface ServicesOptions {
  /** The folder of the embedded Postgres; without one it lives in memory. */
  readonly dataDir?: string | undefined;
  /** A real Postgres instead. */
  readonly databaseUrl?: string | undefined;
  /** The file of the embedded Redis; without one it lives in memory. */
  readonly redisFile?: string | undefined;
  /** Receives the path under which a damaged file of the embedded Redis was put aside. */
  onRedisDamage?(aside: string): void;
  /** A real Redis instead of the embedded one. */
  readonly redisUrl?: string | undefined;
  /** Password of the SQL emulator, token of the Redis emulator, key of the mail server. */
  readonly secret: string;
  /** The folder of sent mails; without one they are only on the page. */
  readonly mailFolder?: string | undefined;
  /** Ports of the emulators; 0 = any. */
  readonly sqlPort?: number;
  readonly redisPort?: number;
  readonly mailPort?: number;
}

export interface Services {
  readonly secrets: ServiceSecrets;
  readonly neon: Emulator;
  readonly upstash: Emulator;
  readonly mail: MailServer;
  close(): Promise<void>;
}

/**
 * Starts Neon's, Upstash's and the mail provider's protocols on the loopback interface, with an up-to-date database
 * behind.
 */
export async function startServices(options: ServicesOptions): Promise<Services> {
  const { secret } = options;
  const sql = options.databaseUrl ? openPostgres(options.databaseUrl) : await openPglite(options.dataDir);
  const redis = options.redisUrl
    ? await openRedis(options.redisUrl)
    : openEmbeddedRedis({ file: options.redisFile, ...(options.onRedisDamage && { onDamage: options.onRedisDamage }) });
  const neon = await serveNeonHttp({ backend: sql, password: secret, port: options.sqlPort ?? 0 });
  const upstash = await serveUpstashRest({ backend: redis, token: secret, port: options.redisPort ?? 0 });
  const mail = await serveMail({ apiKey: secret, folder: options.mailFolder, port: options.mailPort ?? 0 });
  const secrets = secretsFor({ neon: neon.url, upstash: upstash.url, mail: mail.url }, secret);
  await migrate(connectSql(secrets.DATABASE_URL, secrets.NEON_SQL_ENDPOINT));
  return {
    secrets,
    neon,
    upstash,
    mail,
    async close() {
      await Promise.all([neon.close(), upstash.close(), mail.close()]);
      await Promise.all([sql.close(), redis.close()]);
    },
  };
}
