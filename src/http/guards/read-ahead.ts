import type { Authentication } from '../../domain/auth/index.ts';
import type { Actor, ApiKeyActor } from '../../domain/context.ts';
import { hasScope } from '../../domain/keys/index.ts';
import type { ReadingEndpoint } from '../api/endpoint.ts';
import { acceptsJson } from '../request/accepts-json.ts';
import type { RequestContext } from '../request/request-context.ts';

/**
 * A read that waits for Redis and Neon at once. It begins as the actor whom Redis will likely admit
 * (`domain/auth/guesses`), and is shown only where Redis has admitted that very actor to this request. In every other
 * case it is thrown away.
 */
export class ReadAhead {
  readonly #context: RequestContext;
  readonly #endpoint: ReadingEndpoint;
  #begun: { readonly actor: ApiKeyActor; readonly body: Promise<string> } | undefined;

  constructor(context: RequestContext, endpoint: ReadingEndpoint) {
    this.#context = context;
    this.#endpoint = endpoint;
  }

  /** Begins to read as somebody, unless the request would be refused after its key. */
  begin(actor: ApiKeyActor): void {
    const { c, ctx } = this.#context;
    const { scope } = this.#endpoint;
    if ((scope && !hasScope(actor, scope)) || !acceptsJson(c.req.raw.headers.get('Accept'))) return;
    const body = this.#endpoint.read(c, { ...ctx, actor });
    this.#begun = { actor, body };
    // Neon may finish in any case. A failure of an answer that is not sent is no failure of the request.
    ctx.defer(body.catch(() => undefined));
  }

  /** The body for whoever was admitted: the one that was begun, or one that is read now. */
  async bodyFor(authentication: Authentication & { readonly outcome: 'admitted' }): Promise<string> {
    const { actor, limits } = authentication;
    const begun = this.#begun;
    // Without Redis the revocation is looked up in Neon, after the read began.
    if (begun && !limits?.degraded && isSame(begun.actor, actor)) return await begun.body;
    const { c, ctx } = this.#context;
    return await this.#endpoint.read(c, { ...ctx, actor });
  }
}

function isSame(guessed: ApiKeyActor, actor: Actor): boolean {
  return (
    actor.type === 'apiKey' &&
    actor.keyId === guessed.keyId &&
    actor.accountId === guessed.accountId &&
    actor.scopes.join() === guessed.scopes.join()
  );
}
