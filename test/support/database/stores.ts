import { neon, neonConfig } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';

/** Every row and every Redis entry as texts: the view of a thief of both stores. */
export async function everythingStored(secrets: ServiceSecrets): Promise<string[]> {
  return [...(await everyRow(secrets)), ...(await everyEntry(secrets))];
}

async function everyRow(secrets: ServiceSecrets): Promise<string[]> {
  neonConfig.fetchEndpoint = secrets.NEON_SQL_ENDPOINT;
  const sql = neon(secrets.DATABASE_URL);
  const tables = await sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`;
  const rows = await Promise.all(
    tables.map(({ name }) => sql.query(`SELECT t::text AS text FROM public."${String(name)}" t`)),
  );
  return rows.flat().map(({ text }) => String(text));
}

async function everyEntry({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: ServiceSecrets) {
  const redis = new Redis({ url, token, automaticDeserialization: false, enableTelemetry: false });
  const keys = await redis.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      const type = await redis.type(key);
      return type === 'hash' ? JSON.stringify(await redis.hgetall(key)) : await redis.get<string>(key);
    }),
  );
  return [...keys, ...values.map(String)];
}
