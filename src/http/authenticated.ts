import { authenticate, type ClientAddress } from '../domain/auth/index.ts';
import { requireScope } from '../domain/keys/index.ts';
import { addressToHex } from '../lib/ip.ts';
import type { ApiKeyEndpoint } from './endpoint.ts';
import type { Answer } from './observed.ts';
import { problem } from './problem.ts';

/**
 * Answers an endpoint for callers with an API key, after the checks of contract section 3 in their order: the key
 * and its limits, then the scope, then what the endpoint itself demands.
 */
export function authenticated(endpoint: ApiKeyEndpoint): Answer {
  return async function answerAuthenticated(exchange) {
    const { ctx } = exchange;
    const { headers } = exchange.c.req.raw;
    const started = performance.now();
    const authentication = await authenticate(ctx, {
      authorization: headers.get('Authorization'),
      address: () => clientAddress(headers),
      isPost: endpoint.isPost === true,
    });
    exchange.authentication = authentication;
    exchange.authenticationMs = performance.now() - started;
    if (authentication.outcome === 'refused') return problem(exchange, authentication.refusal);

    const { actor, owner } = authentication;
    if (endpoint.scope) requireScope(actor, endpoint.scope);
    if (!acceptsJson(headers.get('Accept'))) return problem(exchange, { code: 'not_acceptable' });
    return await endpoint.answer(exchange, { ctx: { ...ctx, actor }, owner });
  };
}

/**
 * The client's address as Cloudflare gives it, and nothing a caller could write himself. `CF-Connecting-IPv6` is
 * there when Pseudo IPv4 has put a made-up address into `CF-Connecting-IP`.
 */
function clientAddress(headers: Headers): ClientAddress | undefined {
  const text = headers.get('CF-Connecting-IPv6') ?? headers.get('CF-Connecting-IP');
  const hex = text === null ? undefined : addressToHex(text);
  return text === null || hex === undefined ? undefined : { text, hex };
}

/** RFC 9110 section 12.5.1, as far as one media type needs it: the most specific range that covers JSON decides. */
function acceptsJson(accept: string | null): boolean {
  if (!accept || accept === '*/*') return true;
  const ranges = new Map(
    accept.split(',').map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [type, quality === undefined || Number(quality) > 0] as const;
    }),
  );
  return ranges.get('application/json') ?? ranges.get('application/*') ?? ranges.get('*/*') ?? false;
}
