import type { PublicEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';

/** The Worker runs; asks nobody else. */
export const healthz: PublicEndpoint = {
  method: 'GET',
  path: '/healthz',
  access: 'public',
  answer: (exchange) => reply(exchange, 200, { status: 'ok' }),
};
