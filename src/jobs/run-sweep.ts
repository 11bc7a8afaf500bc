import { clockAt, contextFor, type Runtime } from '../compose.ts';
import { BACKGROUND_REDIS_BUDGET_MS, SWEEP_TASK_BUDGET_MS } from '../config/limits.ts';
import { writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { deleteOldRows, RETENTION, tableNameOf } from '../data/retention.ts';
import type { BatchDone, Ctx } from '../domain/context.ts';
import {
  cancelDeliveries,
  measureBacklog,
  purgeEndpoints,
  resealSecrets,
  sendNotices,
  wakeDeliveries,
} from '../domain/deliveries/index.ts';
import { sendKeyMails } from '../domain/key-mails/index.ts';
import { deleteEndedKeys, revokeScheduled, syncLastUses, syncRevocations } from '../domain/keys/index.ts';
import { sendLeakMails } from '../domain/leaks/index.ts';
import { sweepObjects } from '../domain/media/index.ts';
import { purgeMedia, purgePosts } from '../domain/posts/index.ts';

/** Loaded here, and by the endpoint that deletes an account: no isolate reads it at its start. */
async function purgeAccounts(ctx: Ctx): Promise<BatchDone> {
  const departure = await import('../domain/departure/index.ts');
  return await departure.purgeAccounts(ctx);
}

/**
 * The tasks of a run, the most urgent first, by the name that the log shows. They are keys and not functions' own
 * names, because the build shortens those. A task of the retention table has the name of its table.
 */
const TASKS: Readonly<Record<string, (ctx: Ctx) => Promise<unknown>>> = {
  revokeScheduled,
  syncRevocations,
  sendLeakMails,
  syncLastUses,
  purgeAccounts,
  cancelDeliveries,
  wakeDeliveries,
  sendNotices,
  sendKeyMails,
  resealSecrets,
  purgeMedia,
  purgePosts,
  deleteEndedKeys,
  purgeEndpoints,
  sweepObjects,
  ...Object.fromEntries(
    RETENTION.map((rule) => [tableNameOf(rule), (ctx: Ctx) => deleteOldRows(ctx.ports.db, rule, ctx.now)]),
  ),
  webhookBacklog: measureBacklog,
};

/** Runs a task again while its batches are full, for a bounded time: the next run of the sweep continues. */
async function runTask(task: (ctx: Ctx) => Promise<unknown>, ctx: Ctx): Promise<unknown> {
  const started = performance.now();
  let done = 0;
  for (;;) {
    const result = await task(ctx);
    if (!isBatch(result)) return result;
    done += result.done;
    const { hasBacklog } = result;
    if (!hasBacklog || performance.now() - started > SWEEP_TASK_BUDGET_MS) return { done, hasBacklog };
  }
}

function isBatch(result: unknown): result is BatchDone {
  return typeof result === 'object' && result !== null && 'done' in result;
}

/**
 * Runs every minute by cron: late work that a request could not finish. A task that fails does not stop the others. The
 * run then throws, so that Cloudflare counts it as failed, and the next run does its work.
 *
 * @param now unix milliseconds
 */
export async function runSweep(env: Env, runtime: Runtime, now: number): Promise<void> {
  const done: Record<string, unknown> = {};
  let failure: unknown;
  for (const [name, task] of Object.entries(TASKS)) {
    // A context of its own, since the tasks of one would share a budget.
    const ctx = contextFor(env, runtime, clockAt(now), new Meter(), BACKGROUND_REDIS_BUDGET_MS);
    try {
      done[name] = await runTask(task, ctx);
    } catch (error) {
      failure ??= error;
    }
  }
  writeLog({ event: 'sweep', ...done });
  if (failure) throw failure;
}
