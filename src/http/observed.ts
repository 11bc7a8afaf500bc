import type { Context } from 'hono';
import { contextFor } from '../compose.ts';
import { DEGRADED_WARNING_INTERVAL_MS } from '../config/limits.ts';
import { describeError, writeLog } from '../data/log.ts';
import { Meter } from '../data/meter.ts';
import { bearerToken } from '../domain/auth/index.ts';
import { keptIdempotencyKey, noteFailure } from '../domain/failures/index.ts';
import { isWellFormedKey } from '../domain/keys/index.ts';
import type { Refusal } from '../domain/refusal.ts';
import { sha256Hex } from '../lib/hash.ts';
import { clientAddress } from './client-address.ts';
import type { AppEnv, Exchange } from './exchange.ts';
import { problem, refusalOf } from './problem.ts';

/** Answers an exchange; may throw what {@link refusalOf} understands. */
export type Answer = (exchange: Exchange) => Response | Promise<Response>;

/** Turns a refusal into an answer. */
export type Refuse = (exchange: Exchange, refusal: Refusal) => Response | Promise<Response>;

/**
 * A Hono handler around an answer: gives the request its context, turns what is thrown into an answer of the
 * contract, and writes the request's one log event.
 *
 * A wrapper and not a middleware, since Hono runs a route with a single handler without composing a chain; what that
 * saves on the path that refuses a bad key is in `src/README.md`.
 *
 * @param clock unix milliseconds; tests give their own
 * @param route the pattern, for the log
 * @param refuse how a refusal looks where the answer throws one
 */
export function observed(clock: () => number, route: string, answer: Answer, refuse: Refuse = problem) {
  return async function answerObserved(c: Context<AppEnv>): Promise<Response> {
    const started = performance.now();
    const meter = new Meter();
    const ctx = contextFor(c.env, c.executionCtx, clock, meter);
    const exchange: Exchange = { c, ctx, meter, route, authenticationMs: 0 };
    const response = await answerOrRefuse(exchange, answer, refuse);
    writeLog(requestEvent(exchange, response.status, performance.now() - started));
    if (response.status >= 400) keepFailure(exchange, response.status);
    if (exchange.authentication?.limits?.degraded) warnOfDegradation(exchange);
    return response;
  };
}

async function answerOrRefuse(exchange: Exchange, answer: Answer, refuse: Refuse): Promise<Response> {
  try {
    return await answer(exchange);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal_error') {
      writeLog({ event: 'unexpected_error', requestId: exchange.ctx.requestId, ...describeError(error) });
    }
    return refuse(exchange, refusal);
  }
}

/**
 * Keeps an answer to a known key that is an error, for the owner of the key. A path that looks at no credentials, such as an
 * unknown one, costs no look-up here: the statement that writes the failures also finds the key by its hash. Over plain http the
 * key is not looked at.
 */
function keepFailure({ c, ctx, route, authentication, refusal }: Exchange, status: number): void {
  if (!refusal || refusal.code === 'https_required') return;
  const { headers } = c.req.raw;
  const keep = (key: { readonly id: string } | { readonly hash: string }) =>
    noteFailure(ctx, {
      key,
      requestId: ctx.requestId,
      at: new Date(ctx.now).toISOString(),
      method: c.req.method.slice(0, METHOD_MAX_CHARACTERS),
      path: route,
      status,
      code: refusal.code,
      address: clientAddress(headers)?.text ?? null,
      idempotencyKey: keptIdempotencyKey(headers.get('Idempotency-Key')),
    });
  if (authentication) {
    const { actor } = authentication;
    if (actor?.type === 'apiKey') keep({ id: actor.keyId });
    return;
  }
  const token = bearerToken(headers.get('Authorization'));
  if (token !== undefined && isWellFormedKey(token)) ctx.defer(sha256Hex(token).then((hash) => keep({ hash })));
}

/** The longest registered method, UPDATEREDIRECTREF, has 17. */
const METHOD_MAX_CHARACTERS = 20;

function requestEvent({ c, ctx, meter, route, authentication, refusal }: Exchange, status: number, durationMs: number) {
  const actor = authentication?.actor;
  return {
    event: 'request',
    requestId: ctx.requestId,
    method: c.req.method,
    route,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    keyId: actor?.type === 'apiKey' ? actor.keyId : undefined,
    accountId: actor?.accountId,
    redis: meter.redis.count,
    db: meter.db.count,
    objects: meter.objects.count || undefined,
    refusal: refusal && toldOf(refusal),
  };
}

/** Without the details of bad input: they repeat what was sent, which may be anything, a key pasted into the wrong field. */
function toldOf(refusal: Refusal): unknown {
  return 'details' in refusal ? { code: refusal.code } : refusal;
}

let lastWarned = Number.NEGATIVE_INFINITY;

/** One warning per isolate and minute; the request events say the rest. */
function warnOfDegradation({ ctx }: Exchange): void {
  if (ctx.now - lastWarned < DEGRADED_WARNING_INTERVAL_MS) return;
  lastWarned = ctx.now;
  const effect = 'records come from Neon, limits from the Workers binding';
  writeLog({ event: 'redis_unavailable', requestId: ctx.requestId, effect });
}
