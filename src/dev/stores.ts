import * as z from 'zod';
import type { StoreSecrets } from '../ops/context.ts';
import { secretsFor } from './secrets.ts';
import { readState } from './state.ts';

const environmentSchema = z.object({
  DATABASE_URL: z.string({ error: 'DATABASE_URL is not set.' }),
  NEON_SQL_ENDPOINT: z.string().optional(),
  UPSTASH_REDIS_REST_URL: z.string({ error: 'UPSTASH_REDIS_REST_URL is not set.' }),
  UPSTASH_REDIS_REST_TOKEN: z.string({ error: 'UPSTASH_REDIS_REST_TOKEN is not set.' }),
});

/** The stores of the local stack that runs, or ran, here. */
export function localStores(): StoreSecrets {
  const { services, secret } = readState();
  if (!services) throw new Error('No local stack was started here yet: npm start');
  return secretsFor(services, secret);
}

/** The stores that the environment names. @throws ZodError naming the first that is missing, and no value */
export function environmentStores(): StoreSecrets {
  const { NEON_SQL_ENDPOINT, ...required } = environmentSchema.parse(process.env);
  return { ...required, ...(NEON_SQL_ENDPOINT !== undefined && { NEON_SQL_ENDPOINT }) };
}
