import type { PublicEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';

/** The Worker runs; asks nobody else. */
export const healthz: PublicEndpoint = {
  method: 'GET',
  path: '/healthz',
  access: 'public',
  answer: (c) => reply(c, 200, { status: 'ok' }),
};
