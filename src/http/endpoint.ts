import type { Context } from 'hono';
import type { Profile } from '../domain/accounts/index.ts';
import type { ActorCtx, SessionCtx } from '../domain/context.ts';
import type { Scope } from '../domain/keys/index.ts';
import type { OperationId } from './openapi/operations.ts';
import type { AppEnv, RequestContext } from './request-context.ts';

/** What a path is: read by the router, the contract suite, the OpenAPI document and the types of the client. */
interface Route {
  /** What it promises stands in `openapi/` under this name, which is also its name there. */
  readonly operationId: OperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
}

/** A path for everybody; it looks at no credentials. */
export interface PublicEndpoint extends Route {
  readonly access: 'public';
  /** It answers under a configuration that is not usable, too: no limit, which would be a part of it. */
  readonly needsNoConfiguration?: true;
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A path for whoever acts for an account: a holder of its API key, or the person, signed in. */
export type CallerEndpoint = ActingEndpoint | ReadingEndpoint;

interface CallerRoute extends Route {
  readonly access: 'caller';
  /** The scope a key needs. */
  readonly scope?: Scope;
  /** Whether the window of 10 posts a minute applies. */
  readonly isPost?: true;
  /** The response shows the room of every window of the key. */
  readonly showsLimits?: true;
  /** What the request does with the caller's profile: a key's own writes must show in it at once (contract section 7). */
  readonly profile?: 'changes' | 'shows';
}

export interface ActingEndpoint extends CallerRoute {
  handle(context: RequestContext, caller: Caller): Response | Promise<Response>;
}

/** A path that only shows something. It may be read while the key is being judged (`read-ahead`). */
export interface ReadingEndpoint extends CallerRoute {
  readonly method: 'GET';
  /**
   * The body of the response as JSON. It changes nothing and leaves nothing to be done later, since it is thrown away where the
   * caller is refused; what it throws becomes an answer only where the caller is admitted.
   */
  read(c: Context<AppEnv>, ctx: ActorCtx): Promise<string>;
}

/** A path for a signed-in person, never for API keys (contract section 9). */
export interface SessionEndpoint extends Route {
  readonly access: 'session';
  handle(context: RequestContext, person: Person): Response | Promise<Response>;
}

/** A path for people who need not be signed in, never for API keys: sign-up, sign-in, sign-out. */
export interface VisitorEndpoint extends Route {
  readonly access: 'visitor';
  handle(context: RequestContext): Response | Promise<Response>;
}

export type Endpoint = PublicEndpoint | CallerEndpoint | SessionEndpoint | VisitorEndpoint;

/** Who calls, once that is known. */
export interface Caller {
  readonly ctx: ActorCtx;
  readonly owner: Profile;
}

/** The person who calls. */
export interface Person {
  readonly ctx: SessionCtx;
  readonly owner: Profile;
}
