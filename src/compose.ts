import { configOf } from './config/env.ts';
import { connectDb, type Db } from './data/db.ts';
import { describeError, writeLog } from './data/log.ts';
import type { Meter } from './data/meter.ts';
import { connectRedis, type RedisPort } from './data/redis.ts';
import type { Ctx, Ports } from './domain/context.ts';
import { newId } from './lib/id.ts';

/** What is asked of the runtime: `waitUntil` of Workers, or an array that a script awaits. */
export interface Runtime {
  waitUntil(work: Promise<unknown>): void;
}

/** The context of one request, queue message or cron run. @param now unix ms */
export function contextFor(env: object, runtime: Runtime, now: number, meter: Meter): Ctx {
  const requestId = newId(now);
  return {
    requestId,
    now,
    ports: compose(env, meter),
    defer(work) {
      const logFailure = (error: unknown) =>
        writeLog({ event: 'deferred_work_failed', requestId, ...describeError(error) });
      runtime.waitUntil(work.catch(logFailure));
    },
  };
}

/**
 * The ports of one request, from the bindings of the deployment. Each is made when it is first asked for, so a request
 * that needs no database pays for none, and `/healthz` answers under a configuration that is not usable.
 */
function compose(env: object, meter: Meter): Ports {
  let db: Db | undefined;
  let redis: RedisPort | undefined;
  return {
    get db() {
      db ??= connectDb(configOf(env), meter);
      return db;
    },
    get redis() {
      redis ??= connectRedis(configOf(env), meter);
      return redis;
    },
    get keyFallbackLimiter() {
      return configOf(env).KEY_FALLBACK_LIMITER;
    },
    get unknownKeyLimiter() {
      return configOf(env).UNKNOWN_KEY_LIMITER;
    },
    get webOrigin() {
      return configOf(env).WEB_ORIGIN;
    },
  };
}
