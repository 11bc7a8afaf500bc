import { DESCRIPTION_CACHED_S } from '../../../config/limits.ts';
import { respondCached } from '../../response/cached.ts';
import { EVERY_REPLY } from '../../response/reply.ts';
import type { Endpoint, PublicEndpoint } from '../endpoint.ts';

/**
 * The OpenAPI document. The first request for it loads the code that makes it, so an isolate that serves calls with
 * keys never loads it. Scripts of any origin may read it, because tools in browsers load such documents.
 *
 * @param endpoints the endpoints that the document describes; a function, because this endpoint is one of them
 */
export function getOpenapi(endpoints: () => readonly Endpoint[]) {
  return {
    operationId: 'getOpenapi',
    method: 'GET',
    path: '/openapi.json',
    access: 'public',
    async handle(context) {
      const { openapiFile } = await import('../../openapi/file.ts');
      const file = await openapiFile(endpoints(), context.ctx.ports.apiOrigin);
      return respondCached(context, file, DESCRIPTION_CACHED_S, {
        ...EVERY_REPLY,
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      });
    },
  } as const satisfies PublicEndpoint;
}
