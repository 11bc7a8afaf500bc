import { reply } from '../../response/reply.ts';
import type { PublicEndpoint } from '../endpoint.ts';

/** The Worker runs, and in which version; asks no store. */
export const healthz = {
  operationId: 'getHealth',
  method: 'GET',
  path: '/healthz',
  access: 'public',
  needsNoConfiguration: true,
  handle: (context) => reply(context, 200, { status: 'ok', version: context.c.env.VERSION.id }),
} as const satisfies PublicEndpoint;
