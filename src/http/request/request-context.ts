import type { Context } from 'hono';
import type { Meter } from '../../data/meter.ts';
import type { ErrorReason } from '../../domain/api-error.ts';
import type { Authentication } from '../../domain/auth/index.ts';
import type { Ctx } from '../../domain/context.ts';

export interface AppEnv {
  Bindings: Env;
}

/**
 * One request on its way to its answer: Hono's context, ours, and the facts learnt on the way. A plain object, since
 * Hono's variables are a Map that is copied at each look.
 */
export interface RequestContext {
  readonly c: Context<AppEnv>;
  readonly ctx: Ctx;
  readonly meter: Meter;
  /** `performance.now()` when it began. */
  readonly started: number;
  /** Pattern of the route that answers, for the log. */
  route: string;
  /** Set once the credentials were looked at. */
  authentication?: Authentication;
  /** Milliseconds until then, for those to whom `Server-Timing` is shown. */
  authenticationMs: number;
  /** Creations through the API that the daily quota of the account still admits. */
  creationsLeft?: number;
  /** `Set-Cookie` headers of the answer. */
  cookies?: readonly string[];
  /** Why the request was refused, for the log. */
  errorReason?: ErrorReason;
}
