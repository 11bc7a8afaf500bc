import { DESCRIPTION_CACHED_S } from '../../config/limits.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { EVERY_REPLY, respond } from '../reply.ts';

/**
 * The OpenAPI document. What makes it is loaded when it is first asked for: an isolate that serves calls with keys never
 * does. Browsers of any origin may read it, as what others run in them is made to load such documents.
 */
export const getOpenapi = {
  operationId: 'getOpenapi',
  method: 'GET',
  path: '/openapi.json',
  access: 'public',
  async answer(exchange) {
    const { openapiFile } = await import('../openapi/file.ts');
    const { text, etag } = await openapiFile(exchange.ctx.ports.apiOrigin);
    const headers = {
      ...EVERY_REPLY,
      'Cache-Control': `public, max-age=${DESCRIPTION_CACHED_S}`,
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ETag: etag,
    };
    const known = exchange.c.req.header('If-None-Match') ?? '';
    // Compared weakly (RFC 9110 section 13.1.2): what compresses on the way makes strong tags weak.
    const isKnown = known === '*' || known.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
    return isKnown ? respond(exchange, 304, null, headers) : respond(exchange, 200, text, headers);
  },
} as const satisfies PublicEndpoint;
