import { contextFor } from '../compose.ts';
import { Meter } from '../data/meter.ts';
import type { Ctx } from '../domain/context.ts';
import type { ServiceSecrets } from './secrets.ts';

/** Nothing is limited in a script. */
const NO_LIMIT = { limit: async () => ({ success: true }) };

/**
 * Runs verbs of the domain in Node, through the same clients as the Worker, and waits for what they deferred.
 *
 * @param now unix milliseconds
 */
export async function withContext<T>(secrets: ServiceSecrets, now: number, run: (ctx: Ctx) => Promise<T>): Promise<T> {
  const deferred: Promise<unknown>[] = [];
  const env = {
    ...secrets,
    WEB_ORIGIN: 'http://localhost',
    KEY_FALLBACK_LIMITER: NO_LIMIT,
    UNKNOWN_KEY_LIMITER: NO_LIMIT,
  };
  const result = await run(contextFor(env, { waitUntil: (work) => void deferred.push(work) }, now, new Meter()));
  await Promise.all(deferred);
  return result;
}
