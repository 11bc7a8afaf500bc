import type { Context } from 'hono';
import { contextFor } from '../../compose.ts';
import { DEGRADED_WARNING_INTERVAL_MS, REFUSALS_LOGGED_PER_S } from '../../config/limits.ts';
import { describeError, writeLog } from '../../data/log.ts';
import { Meter } from '../../data/meter.ts';
import type { ErrorReason } from '../../domain/api-error.ts';
import { bearerToken } from '../../domain/auth/index.ts';
import type { Clock } from '../../domain/context.ts';
import { keptIdempotencyKey, noteFailure } from '../../domain/failures/index.ts';
import { isWellFormedKey } from '../../domain/keys/index.ts';
import { sha256Hex } from '../../lib/hash.ts';
import { whenKnown } from '../../lib/when-known.ts';
import { clientAddress } from '../request/client-address.ts';
import type { AppEnv, RequestContext } from '../request/request-context.ts';
import { reasonOf, toErrorResponse } from '../response/error-response.ts';

/** Answers a request; may throw what {@link reasonOf} understands. */
export type Handler = (context: RequestContext) => Response | Promise<Response>;

/** Turns a refusal into an answer. */
export type ErrorHandler = (context: RequestContext, reason: ErrorReason) => Response | Promise<Response>;

/**
 * A Hono handler around an answer: gives the request its context, turns thrown errors into answers of the contract, and
 * writes the request's one log event.
 *
 * A wrapper and not a middleware, since Hono runs a route with a single handler without composing a chain;
 * `src/DECISIONS.md` has the saving on the path that refuses a bad key.
 *
 * @param route the pattern, for the log
 * @param refuse how a refusal looks where the answer throws one
 */
export function withRequestLog(clock: Clock, route: string, answer: Handler, refuse: ErrorHandler = toErrorResponse) {
  return function answerObserved(c: Context<AppEnv>): Response | Promise<Response> {
    const started = performance.now();
    const meter = new Meter();
    const ctx = contextFor(c.env, c.executionCtx, clock, meter);
    const context: RequestContext = { c, ctx, meter, started, route, authenticationMs: 0 };
    return whenKnown(answerOrRefuse(context, answer, refuse), (response) => {
      const { status } = response;
      if (isLogged(context)) writeLog(requestEvent(context, status, performance.now() - started));
      if (status >= 400) keepFailure(context, status);
      if (context.authentication?.limits?.degraded) warnOfDegradation(context);
      return response;
    });
  };
}

function answerOrRefuse(context: RequestContext, answer: Handler, refuse: ErrorHandler): ReturnType<Handler> {
  try {
    const response = answer(context);
    return response instanceof Promise
      ? response.catch((error: unknown) => refuseFor(context, error, refuse))
      : response;
  } catch (error) {
    return refuseFor(context, error, refuse);
  }
}

function refuseFor(context: RequestContext, error: unknown, refuse: ErrorHandler): ReturnType<ErrorHandler> {
  const reason = reasonOf(error);
  if (reason.code === 'internal_error') {
    writeLog({ event: 'unexpected_error', requestId: context.ctx.requestId, ...describeError(error) });
  }
  return refuse(context, reason);
}

/**
 * Keeps the error response to a known key, for the owner of the key. A path that looks at no credentials, such as an
 * unknown one, costs no look-up here: the statement that writes the failures also finds the key by its hash. Over plain
 * http the key is not looked at.
 */
function keepFailure({ c, ctx, route, authentication, errorReason }: RequestContext, status: number): void {
  if (!errorReason || errorReason.code === 'https_required') return;
  const actor = authentication?.actor;
  // A session, or the key of nobody.
  if (authentication && actor?.type !== 'apiKey') return;
  const { headers } = c.req.raw;
  const keep = (key: { readonly id: string } | { readonly hash: string }) =>
    noteFailure(ctx, {
      key,
      requestId: ctx.requestId,
      at: new Date(ctx.now).toISOString(),
      method: c.req.method.slice(0, METHOD_MAX_CHARACTERS),
      path: route,
      status,
      code: errorReason.code,
      address: clientAddress(headers)?.text ?? null,
      idempotencyKey: keptIdempotencyKey(headers.get('Idempotency-Key')),
    });
  if (actor?.type === 'apiKey') {
    keep({ id: actor.keyId });
    return;
  }
  const token = bearerToken(headers.get('Authorization'));
  if (token !== undefined && isWellFormedKey(token)) ctx.defer(sha256Hex(token).then((hash) => keep({ hash })));
}

/** The longest registered method, UPDATEREDIRECTREF, has 17. */
const METHOD_MAX_CHARACTERS = 20;

/** The events that this isolate has left out since its last one. */
let unlogged = 0;
/** Events of refusals without I/O that it has logged in this second. */
const refusals = { second: 0, logged: 0 };

/**
 * Logs are paid by the event, so those of a flood of keys that are refused without I/O would cost more than the flood.
 * An isolate logs {@link REFUSALS_LOGGED_PER_S} of them in a second; the next event has the number of the others.
 */
function isLogged({ authentication, errorReason, meter, ctx }: RequestContext): boolean {
  const isBadKey =
    authentication?.outcome === 'refused' && errorReason && errorReason.code !== 'authentication_required';
  if (!isBadKey || meter.redis.count + meter.db.count > 0) return true;
  const second = Math.floor(ctx.now / 1_000);
  if (second !== refusals.second) {
    refusals.second = second;
    refusals.logged = 0;
  }
  refusals.logged += 1;
  if (refusals.logged <= REFUSALS_LOGGED_PER_S) return true;
  unlogged += 1;
  return false;
}

function takeUnlogged(): number {
  const count = unlogged;
  unlogged = 0;
  return count;
}

function requestEvent(
  { c, ctx, meter, route, authentication, errorReason }: RequestContext,
  status: number,
  durationMs: number,
) {
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
    reason: errorReason && toldOf(errorReason),
    unlogged: takeUnlogged() || undefined,
  };
}

/**
 * Without the details of bad input: they repeat the input, which may be anything, even a key pasted into the wrong
 * field.
 */
function toldOf(reason: ErrorReason): unknown {
  return 'details' in reason ? { code: reason.code } : reason;
}

let lastWarned = Number.NEGATIVE_INFINITY;

/** One warning per isolate and minute; the request events have the rest. */
function warnOfDegradation({ ctx }: RequestContext): void {
  if (ctx.now - lastWarned < DEGRADED_WARNING_INTERVAL_MS) return;
  lastWarned = ctx.now;
  const effect = 'records come from Neon, limits from the Workers binding';
  writeLog({ event: 'redis_unavailable', requestId: ctx.requestId, effect });
}
