import type { Context } from 'hono';
import type { Meter } from '../data/meter.ts';
import type { Authentication } from '../domain/auth/index.ts';
import type { Ctx } from '../domain/context.ts';
import type { Refusal } from '../domain/refusal.ts';

/** What our middleware keeps of a request. */
export interface Variables {
  ctx: Ctx;
  meter: Meter;
  /** Pattern of the route that answers, for the log. */
  route: string;
  /** Set once the credentials were looked at. */
  authentication?: Authentication;
  /** Milliseconds that took. */
  authenticationMs?: number;
  /** Why the request was refused, for the log. */
  refusal?: Refusal;
}

export interface AppEnv {
  Bindings: Env;
  Variables: Variables;
}

export type AppContext = Context<AppEnv>;
