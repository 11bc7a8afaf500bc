import type { PublicEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';

/** The Worker runs, and in which version; asks nobody else. */
export const healthz = {
  operationId: 'getHealth',
  method: 'GET',
  path: '/healthz',
  access: 'public',
  needsNoConfiguration: true,
  answer: (exchange) => reply(exchange, 200, { status: 'ok', version: exchange.c.env.VERSION.id }),
} as const satisfies PublicEndpoint;
