import { toErrorResponse } from '../../response/error-response.ts';
import { reply } from '../../response/reply.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { PARTS, readParts } from './parts.ts';

/** Neon, Redis and the bucket answer, or which of them does not. */
export const readyz = {
  operationId: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  access: 'public',
  async handle(context) {
    const parts = await readParts(context);
    const why = PARTS.find((part) => parts[part] !== 'ok');
    if (why) return toErrorResponse(context, { code: 'service_unavailable', why, parts });
    return reply(context, 200, { status: 'ready', parts });
  },
} as const satisfies PublicEndpoint;
