import { WRITE_SETTLED_MS } from '../../config/limits.ts';
import { type Authentication, authenticate, type Credentials } from '../../domain/auth/index.ts';
import type { Actor } from '../../domain/context.ts';
import { forgetRecord, requireScope } from '../../domain/keys/index.ts';
import { whenKnown } from '../../lib/when-known.ts';
import type {
  ActingEndpoint,
  CallerEndpoint,
  PublicEndpoint,
  ReadingEndpoint,
  SessionEndpoint,
  VisitorEndpoint,
} from '../api/endpoint.ts';
import { requireJsonAccepted } from '../request/accepts-json.ts';
import { clientAddress } from '../request/client-address.ts';
import type { RequestContext } from '../request/request-context.ts';
import { readSessionCookie } from '../request/session-cookie.ts';
import { toErrorResponse } from '../response/error-response.ts';
import { replyJson } from '../response/reply.ts';
import { countVisitor } from './count-visitor.ts';
import { ReadAhead } from './read-ahead.ts';
import { refuseCrossSite } from './same-site.ts';
import type { Handler } from './with-request-log.ts';

/**
 * Answers an endpoint for callers with an API key or a session, after the checks of contract section 3 in their order:
 * the key and its limits, then the scope, then what the endpoint itself demands.
 */
export function requireCaller(endpoint: CallerEndpoint): Handler {
  return 'read' in endpoint ? requireReader(endpoint) : requireActor(endpoint);
}

function requireReader(endpoint: ReadingEndpoint): Handler {
  return function answerReader(context) {
    const ahead = new ReadAhead(context, endpoint);
    const known = identify(context, endpoint, (actor) => ahead.begin(actor));
    return whenAdmitted(context, known, async (authentication) => {
      requireAllowed(context, endpoint, authentication.actor);
      return replyJson(context, 200, await ahead.bodyFor(authentication));
    });
  };
}

function requireActor(endpoint: ActingEndpoint): Handler {
  return (context) =>
    whenAdmitted(context, identify(context, endpoint), async (authentication) => {
      const { actor, owner } = authentication;
      requireAllowed(context, endpoint, actor);
      const response = await endpoint.handle(context, { ctx: { ...context.ctx, actor }, owner });
      if (endpoint.profile === 'changes' && 'keyHash' in authentication) {
        await settleProfile(context, authentication.keyHash);
      }
      return response;
    });
}

/** Answers whoever is admitted, and refuses everybody else. */
function whenAdmitted(
  context: RequestContext,
  authentication: Authentication | Promise<Authentication>,
  answer: (admitted: Admitted) => Response | Promise<Response>,
): Response | Promise<Response> {
  return whenKnown(authentication, (known) =>
    known.outcome === 'refused' ? toErrorResponse(context, known.reason) : answer(known),
  );
}
type Admitted = Authentication & { readonly outcome: 'admitted' };

/** @throws ApiError what stands between a good credential and the endpoint */
function requireAllowed(context: RequestContext, { scope }: CallerEndpoint, actor: Actor): void {
  if (actor.type === 'session') refuseCrossSite(context);
  if (scope) requireScope(actor, scope);
  requireJsonAccepted(context);
}

/**
 * Redis notes each write when it admits it, and for {@link WRITE_SETTLED_MS} after that a record counts as older than
 * the write. A write that took longer takes the record away before its response.
 */
async function settleProfile({ ctx }: RequestContext, keyHash: string): Promise<void> {
  if (ctx.clock.now() - ctx.now < WRITE_SETTLED_MS) return;
  // The next request reads Neon anyway if Redis is away.
  await forgetRecord(ctx, keyHash).catch(() => undefined);
}

/** Answers an endpoint for signed-in people; it refuses an API key, even a valid one (contract section 9). */
export function requireSession(endpoint: SessionEndpoint): Handler {
  return async function answerPerson(context) {
    const authentication = await identify(context);
    if (authentication.outcome === 'refused') {
      const { reason } = authentication;
      return toErrorResponse(
        context,
        reason.code === 'authentication_required' ? { ...reason, by: 'session' } : reason,
      );
    }
    const { actor, owner } = authentication;
    if (actor.type === 'apiKey') return toErrorResponse(context, { code: 'session_required' });
    refuseCrossSite(context);
    requireJsonAccepted(context);
    return await endpoint.handle(context, { ctx: { ...context.ctx, actor }, owner });
  };
}

/** Answers an endpoint for visitors, signed in or not; a bearer token is checked all the same, and refused. */
export function allowAnonymous(endpoint: VisitorEndpoint): Handler {
  return async function answerVisitor(context) {
    if (context.c.req.raw.headers.has('Authorization')) {
      const authentication = await identify(context);
      if (authentication.outcome === 'admitted' && authentication.actor.type === 'apiKey') {
        return toErrorResponse(context, { code: 'session_required' });
      }
      const isBadKey = authentication.outcome === 'refused' && authentication.reason.code !== 'authentication_required';
      if (isBadKey) return toErrorResponse(context, authentication.reason);
    }
    refuseCrossSite(context);
    requireJsonAccepted(context);
    return await endpoint.handle(context);
  };
}

/** Answers an endpoint that looks at no credentials. */
export function allowEverybody(endpoint: PublicEndpoint): Handler {
  if (endpoint.needsNoConfiguration) return endpoint.handle;
  return async function answerAnybody(context) {
    await countVisitor(context);
    return await endpoint.handle(context);
  };
}

/** Identifies the caller and notes the result in the context, for the response's headers and the log. */
export function identify(
  context: RequestContext,
  endpoint: Pick<CallerEndpoint, 'limiter' | 'profile' | 'showsLimits'> = {},
  readAhead?: Credentials['readAhead'],
): Authentication | Promise<Authentication> {
  const { headers } = context.c.req.raw;
  const authentication = authenticate(context.ctx, {
    authorization: headers.get('Authorization'),
    sessionToken: () => readSessionCookie(context),
    address: () => clientAddress(headers),
    callingZone: () => headers.get('CF-Worker'),
    countsPost: endpoint.limiter === 'posts',
    showsLimits: endpoint.showsLimits === true,
    changesProfile: endpoint.profile === 'changes',
    showsProfile: endpoint.profile === 'shows',
    readAhead,
  });
  return whenKnown(authentication, (known) => {
    context.authentication = known;
    if (known.outcome === 'admitted' || known.limits) context.authenticationMs = performance.now() - context.started;
    return known;
  });
}
