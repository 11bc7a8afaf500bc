import type { Context } from 'hono';
import type { Profile } from '../../domain/accounts/index.ts';
import type { ActorCtx, SessionCtx } from '../../domain/context.ts';
import type { Scope } from '../../domain/keys/index.ts';
import type { OperationId } from '../openapi/operations.ts';
import type { AppEnv, RequestContext } from '../request/request-context.ts';

/** A route: the router, the contract suite, the OpenAPI document and the types of the client read it. */
interface Route {
  /** The name of its promises in `openapi/`, and of the operation in the document. */
  readonly operationId: OperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
}

/** A path for everybody; it reads no credentials. */
export interface PublicEndpoint extends Route {
  readonly access: 'public';
  /** It answers under a configuration that is not usable, too: no limit, which would be a part of it. */
  readonly needsNoConfiguration?: true;
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A path for callers that act for an account: a holder of its API key, or the signed-in person. */
export type CallerEndpoint = ActingEndpoint | ReadingEndpoint;

interface CallerRoute extends Route {
  readonly access: 'caller';
  /** The scope a key needs. */
  readonly scope?: Scope;
  /** The window of 10 posts a minute applies. */
  readonly limiter?: 'posts';
  /** The response shows the room of every window of the key. */
  readonly showsLimits?: true;
  /**
   * The effect of the request on the caller's profile: a key's own writes must show in it at once (contract section 7).
   */
  readonly profile?: 'changes' | 'shows';
}

/** A path that changes something, or answers with more than a body. */
export interface ActingEndpoint extends CallerRoute {
  handle(context: RequestContext, caller: Caller): Response | Promise<Response>;
}

/** A path that only shows something. It may be read while the key is being judged (`read-ahead`). */
export interface ReadingEndpoint extends CallerRoute {
  readonly method: 'GET';
  /**
   * The body of the response as JSON. It changes nothing and leaves nothing to be done later, since it is thrown away
   * where the caller is refused; what it throws becomes an answer only where the caller is admitted.
   */
  read(c: Context<AppEnv>, ctx: ActorCtx): Promise<string>;
}

/** A path for a signed-in person, never for API keys (contract section 9). */
export interface SessionEndpoint extends Route {
  readonly access: 'session';
  handle(context: RequestContext, person: Person): Response | Promise<Response>;
}

/** A path for visitors, signed in or not, and never for API keys: sign-up, sign-in, sign-out. */
export interface VisitorEndpoint extends Route {
  readonly access: 'visitor';
  handle(context: RequestContext): Response | Promise<Response>;
}

/** One operation of the API: its route, its guards, and what answers it. */
export type Endpoint = PublicEndpoint | CallerEndpoint | SessionEndpoint | VisitorEndpoint;

/** The caller, once identified. */
export interface Caller {
  readonly ctx: ActorCtx;
  readonly owner: Profile;
}

/** The calling person. */
export interface Person {
  readonly ctx: SessionCtx;
  readonly owner: Profile;
}
