import type { PublicEndpoint } from '../endpoint.ts';
import { toErrorResponse } from '../error-response.ts';
import { PARTS, readParts } from '../parts.ts';
import { reply } from '../reply.ts';

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
