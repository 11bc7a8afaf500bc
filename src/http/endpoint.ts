import type { Profile } from '../domain/accounts/index.ts';
import type { ActorCtx } from '../domain/context.ts';
import type { Scope } from '../domain/keys/index.ts';
import type { Exchange } from './exchange.ts';

/** What a path promises: read by the router, the contract suite and the documentation. */
interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** A path for everybody; it looks at no credentials. */
export interface PublicEndpoint extends Route {
  readonly access: 'public';
  answer(exchange: Exchange): Response | Promise<Response>;
}

/** A path for holders of an API key. */
export interface ApiKeyEndpoint extends Route {
  readonly access: 'apiKey';
  /** The scope the key needs. */
  readonly scope?: Scope;
  /** Whether the window of 10 posts a minute applies. */
  readonly isPost?: true;
  answer(exchange: Exchange, caller: Caller): Response | Promise<Response>;
}

export type Endpoint = PublicEndpoint | ApiKeyEndpoint;

/** Who calls, once that is known. */
export interface Caller {
  readonly ctx: ActorCtx;
  readonly owner: Profile;
}
