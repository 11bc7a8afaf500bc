import { contextFor, type Runtime } from '../compose.ts';
import { writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { pruneSessions } from '../domain/accounts/index.ts';
import type { Ctx } from '../domain/context.ts';
import { pruneClaims } from '../domain/idempotency/index.ts';
import { noteLastUses, pruneKeys, tellRevocations } from '../domain/keys/index.ts';
import { sweepObjects } from '../domain/media/index.ts';
import { pruneEvents } from '../domain/outbox/index.ts';
import { pruneUsage, purgeMedia, purgePosts } from '../domain/posts/index.ts';

/** Loaded here, and by the endpoint that deletes an account: no isolate reads it at its start. */
async function purgeAccounts(ctx: Ctx): Promise<number> {
  const departure = await import('../domain/departure/index.ts');
  return await departure.purgeAccounts(ctx);
}

/** What nobody waits for, the most urgent first. */
const TASKS: readonly ((ctx: Ctx) => Promise<unknown>)[] = [
  tellRevocations,
  noteLastUses,
  pruneKeys,
  pruneSessions,
  pruneClaims,
  pruneEvents,
  pruneUsage,
  purgeAccounts,
  purgeMedia,
  purgePosts,
  sweepObjects,
];

/**
 * What the cron does every minute: late work that a request could not finish. One task that fails stops none of the
 * others; the run then throws, so that Cloudflare counts it as failed, and the next one does its work.
 *
 * @param now unix milliseconds
 */
export async function runSweep(env: Env, runtime: Runtime, now: number): Promise<void> {
  const done: Record<string, unknown> = {};
  let failure: unknown;
  for (const task of TASKS) {
    // A context of its own, since the tasks of one would share a budget.
    const ctx = contextFor(env, runtime, now, new Meter());
    try {
      done[task.name] = await task(ctx);
    } catch (error) {
      failure ??= error;
    }
  }
  writeLog({ event: 'sweep', ...done });
  if (failure) throw failure;
}
