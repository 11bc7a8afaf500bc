import { createMiddleware } from 'hono/factory';
import { contextFor } from '../../compose.ts';
import { DEGRADED_WARNING_INTERVAL_MS } from '../../config/limits.ts';
import { writeLog } from '../../data/log.ts';
import { Meter } from '../../data/meter.ts';
import type { AppContext, AppEnv } from '../context.ts';

/**
 * Gives each request its context and writes its one log event when it is answered.
 *
 * @param clock unix milliseconds; tests give their own
 */
export function observe(clock: () => number) {
  return createMiddleware<AppEnv>(async function observeRequest(c, next) {
    const started = performance.now();
    const now = clock();
    const meter = new Meter();
    c.set('ctx', contextFor(c.env, c.executionCtx, now, meter));
    c.set('meter', meter);
    await next();
    writeLog(requestEvent(c, performance.now() - started));
    warnWhenDegraded(c, now);
  });
}

function requestEvent(c: AppContext, durationMs: number) {
  const { ctx, meter, route, authentication, refusal } = c.var;
  return {
    event: 'request',
    requestId: ctx.requestId,
    method: c.req.method,
    route: route ?? 'unknown',
    status: c.res.status,
    durationMs: Math.round(durationMs * 10) / 10,
    keyId: authentication?.actor?.keyId,
    accountId: authentication?.actor?.accountId,
    redis: meter.redis.count,
    db: meter.db.count,
    refusal,
  };
}

let lastWarned = Number.NEGATIVE_INFINITY;

/** One warning per isolate and minute; the request events say the rest. */
function warnWhenDegraded(c: AppContext, now: number): void {
  if (!c.var.authentication?.limits?.degraded || now - lastWarned < DEGRADED_WARNING_INTERVAL_MS) return;
  lastWarned = now;
  const { requestId } = c.var.ctx;
  writeLog({
    event: 'redis_unavailable',
    requestId,
    effect: 'records come from Neon, limits from the Workers binding',
  });
}
