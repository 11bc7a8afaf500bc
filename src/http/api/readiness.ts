import type { PublicEndpoint } from '../endpoint.ts';
import { PARTS, readParts } from '../parts.ts';
import { problem } from '../problem.ts';
import { reply } from '../reply.ts';

/** Neon, Redis and the bucket answer, or which of them does not. */
export const readyz = {
  operationId: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  access: 'public',
  async answer(exchange) {
    const parts = await readParts(exchange);
    const why = PARTS.find((part) => parts[part] !== 'ok');
    if (why) return problem(exchange, { code: 'service_unavailable', why, parts });
    return reply(exchange, 200, { status: 'ready', parts });
  },
} as const satisfies PublicEndpoint;
