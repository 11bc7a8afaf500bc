import { clockAt, contextFor } from '../compose.ts';
import { BACKGROUND_REDIS_BUDGET_MS } from '../config/limits.ts';
import { Meter } from '../data/meter.ts';
import type { Origins, ServiceSecrets } from '../dev/secrets.ts';
import type { Ctx } from '../domain/context.ts';

/** The secrets that a script needs to reach the stores. */
export type StoreSecrets = Pick<
  ServiceSecrets,
  'DATABASE_URL' | 'UPSTASH_REDIS_REST_URL' | 'UPSTASH_REDIS_REST_TOKEN'
> &
  Partial<ServiceSecrets & Origins>;

/** Nothing is limited in a script. */
const NO_LIMIT = { limit: async () => ({ success: true }) };

/** No consumer works for a script: the sweep delivers what its verbs cause. */
const NO_QUEUE = { send: async () => undefined };

/** Nothing is uploaded by a script. */
const NO_BUCKET = { put: async () => null };

/**
 * Runs verbs of the domain in Node, through the same clients as the Worker, and waits for their background tasks.
 *
 * @param now unix milliseconds
 */
export async function withContext<T>(secrets: StoreSecrets, now: number, run: (ctx: Ctx) => Promise<T>): Promise<T> {
  const deferred: Promise<unknown>[] = [];
  const env = {
    // Placeholders: these scripts sign no one in and send no mail.
    SESSION_SECRET: crypto.randomUUID(),
    WEBHOOK_SECRET_KEY: crypto.randomUUID(),
    MAIL_API_URL: 'http://localhost',
    MAIL_API_KEY: 'none',
    WEB_ORIGIN: 'http://localhost',
    API_ORIGIN: 'http://localhost',
    ...secrets,
    MAIL_FROM: 'Jestha <no-reply@localhost>',
    KEY_FALLBACK_LIMITER: NO_LIMIT,
    UNKNOWN_KEY_LIMITER: NO_LIMIT,
    UNKNOWN_KEY_NETWORK_LIMITER: NO_LIMIT,
    ATTEMPT_FALLBACK_LIMITER: NO_LIMIT,
    VISITOR_LIMITER: NO_LIMIT,
    LINK_PREVIEWS: NO_QUEUE,
    WEBHOOK_EVENTS: NO_QUEUE,
    WEBHOOK_RETRIES: NO_QUEUE,
    MEDIA: NO_BUCKET,
  };
  const runtime = { waitUntil: (work: Promise<unknown>) => void deferred.push(work) };
  const result = await run(contextFor(env, runtime, clockAt(now), new Meter(), BACKGROUND_REDIS_BUDGET_MS));
  await Promise.all(deferred);
  return result;
}
