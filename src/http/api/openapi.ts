import { DESCRIPTION_CACHED_S } from '../../config/limits.ts';
import { respondCached } from '../cached.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { EVERY_REPLY } from '../reply.ts';

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
    return respondCached(exchange, await openapiFile(exchange.ctx.ports.apiOrigin), DESCRIPTION_CACHED_S, {
      ...EVERY_REPLY,
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    });
  },
} as const satisfies PublicEndpoint;
