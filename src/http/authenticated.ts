import { WRITE_SETTLED_MS } from '../config/limits.ts';
import { type Authentication, authenticate, type Credentials } from '../domain/auth/index.ts';
import type { Actor } from '../domain/context.ts';
import { forgetRecord, requireScope } from '../domain/keys/index.ts';
import { requireJsonAccepted } from './accepts-json.ts';
import { clientAddress } from './client-address.ts';
import { countVisitor } from './count-visitor.ts';
import type {
  ActingEndpoint,
  CallerEndpoint,
  PublicEndpoint,
  ReadingEndpoint,
  SessionEndpoint,
  VisitorEndpoint,
} from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { Answer } from './observed.ts';
import { problem } from './problem.ts';
import { ReadAhead } from './read-ahead.ts';
import { EVERY_REPLY, respond } from './reply.ts';
import { refuseCrossSite } from './same-site.ts';
import { readSessionCookie } from './session-cookie.ts';

/**
 * Answers an endpoint for callers with an API key or a session, after the checks of contract section 3 in their order: the
 * key and its limits, then the scope, then what the endpoint itself demands.
 */
export function forCallers(endpoint: CallerEndpoint): Answer {
  return 'read' in endpoint ? forReaders(endpoint) : forActors(endpoint);
}

function forReaders(endpoint: ReadingEndpoint): Answer {
  return async function answerReader(exchange) {
    const ahead = new ReadAhead(exchange, endpoint);
    const authentication = await identify(exchange, endpoint, (actor) => ahead.begin(actor));
    if (authentication.outcome === 'refused') return problem(exchange, authentication.refusal);
    requireAllowed(exchange, endpoint, authentication.actor);
    return respond(exchange, 200, await ahead.bodyFor(authentication), EVERY_REPLY);
  };
}

function forActors(endpoint: ActingEndpoint): Answer {
  return async function answerActor(exchange) {
    const authentication = await identify(exchange, endpoint);
    if (authentication.outcome === 'refused') return problem(exchange, authentication.refusal);
    const { actor, owner } = authentication;
    requireAllowed(exchange, endpoint, actor);
    const response = await endpoint.answer(exchange, { ctx: { ...exchange.ctx, actor }, owner });
    if (endpoint.profile === 'changes' && 'keyHash' in authentication) {
      await settleProfile(exchange, authentication.keyHash);
    }
    return response;
  };
}

/** @throws Refused what stands between a good credential and the endpoint */
function requireAllowed(exchange: Exchange, { scope }: CallerEndpoint, actor: Actor): void {
  if (actor.type === 'session') refuseCrossSite(exchange);
  if (scope) requireScope(actor, scope);
  requireJsonAccepted(exchange);
}

/**
 * Redis notes each write when it admits it, and for {@link WRITE_SETTLED_MS} after that a record counts as older than the
 * write. A write that took longer takes the record away before its response.
 */
async function settleProfile({ ctx }: Exchange, keyHash: string): Promise<void> {
  if (ctx.clock() - ctx.now < WRITE_SETTLED_MS) return;
  // Where Redis is away, the next request reads Neon anyway.
  await forgetRecord(ctx, keyHash).catch(() => undefined);
}

/** Answers an endpoint for signed-in people; a valid API key is told that it is none (contract section 9). */
export function forPeople(endpoint: SessionEndpoint): Answer {
  return async function answerPerson(exchange) {
    const authentication = await identify(exchange);
    if (authentication.outcome === 'refused') {
      const { refusal } = authentication;
      return problem(exchange, refusal.code === 'authentication_required' ? { ...refusal, by: 'session' } : refusal);
    }
    const { actor, owner } = authentication;
    if (actor.type === 'apiKey') return problem(exchange, { code: 'session_required' });
    refuseCrossSite(exchange);
    requireJsonAccepted(exchange);
    return await endpoint.answer(exchange, { ctx: { ...exchange.ctx, actor }, owner });
  };
}

/** Answers an endpoint for people who need not be signed in; a bearer token is judged all the same, and refused. */
export function forVisitors(endpoint: VisitorEndpoint): Answer {
  return async function answerVisitor(exchange) {
    if (exchange.c.req.raw.headers.has('Authorization')) {
      const authentication = await identify(exchange);
      if (authentication.outcome === 'admitted' && authentication.actor.type === 'apiKey') {
        return problem(exchange, { code: 'session_required' });
      }
      const isBadKey =
        authentication.outcome === 'refused' && authentication.refusal.code !== 'authentication_required';
      if (isBadKey) return problem(exchange, authentication.refusal);
    }
    refuseCrossSite(exchange);
    requireJsonAccepted(exchange);
    return await endpoint.answer(exchange);
  };
}

/** Answers an endpoint that looks at no credentials. */
export function forAnybody(endpoint: PublicEndpoint): Answer {
  if (endpoint.needsNoConfiguration) return endpoint.answer;
  return async function answerAnybody(exchange) {
    await countVisitor(exchange);
    return await endpoint.answer(exchange);
  };
}

/** Who sent this? Noted in the exchange, for the answer's headers and the log. */
export async function identify(
  exchange: Exchange,
  endpoint: Pick<CallerEndpoint, 'isPost' | 'profile' | 'showsLimits'> = {},
  readAhead?: Credentials['readAhead'],
): Promise<Authentication> {
  const { headers } = exchange.c.req.raw;
  const started = performance.now();
  const authentication = await authenticate(exchange.ctx, {
    authorization: headers.get('Authorization'),
    sessionToken: () => readSessionCookie(exchange),
    address: () => clientAddress(headers),
    callingZone: () => headers.get('CF-Worker'),
    isPost: endpoint.isPost === true,
    showsLimits: endpoint.showsLimits === true,
    changesProfile: endpoint.profile === 'changes',
    showsProfile: endpoint.profile === 'shows',
    readAhead,
  });
  exchange.authentication = authentication;
  exchange.authenticationMs = performance.now() - started;
  return authentication;
}
