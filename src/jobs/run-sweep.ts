import { contextFor, type Runtime } from '../compose.ts';
import { writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { tellRevocations } from '../domain/keys/index.ts';

/**
 * What the cron does every minute: late work that a request could not finish. A run that fails throws, so that
 * Cloudflare counts it as failed; the next one does its work.
 *
 * @param now unix milliseconds
 */
export async function runSweep(env: Env, runtime: Runtime, now: number): Promise<void> {
  const ctx = contextFor(env, runtime, now, new Meter());
  const revocationsTold = await tellRevocations(ctx);
  writeLog({ event: 'sweep', requestId: ctx.requestId, revocationsTold });
}
