import { neon, neonConfig } from '@neondatabase/serverless';
import { Redis } from '@upstash/redis/cloudflare';
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http';
import type { ServiceSecrets } from '../../../src/dev/secrets.ts';

/** Drizzle over Neon as their own guides make it. */
export function connectDb(env: ServiceSecrets): NeonHttpDatabase {
  neonConfig.fetchEndpoint = env.NEON_SQL_ENDPOINT;
  return drizzle({ client: neon(env.DATABASE_URL) });
}

/** Upstash's client with its defaults. @param options.asText leaves JSON in values as it is */
export function connectRedis(env: ServiceSecrets, { asText = false } = {}): Redis {
  return new Redis({
    url: env.UPSTASH_REDIS_REST_URL,
    token: env.UPSTASH_REDIS_REST_TOKEN,
    automaticDeserialization: !asText,
  });
}
