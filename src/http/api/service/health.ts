import { toErrorResponse } from '../../response/error-response.ts';
import { reply } from '../../response/reply.ts';
import type { PublicEndpoint } from '../endpoint.ts';
import { PARTS, readParts } from './parts.ts';

/** The Worker runs, and in which version; asks no store. */
export const healthz = {
  operationId: 'getHealth',
  method: 'GET',
  path: '/healthz',
  access: 'public',
  needsNoConfiguration: true,
  handle: (context) => reply(context, 200, { status: 'ok', version: context.c.env.VERSION.id }),
} as const satisfies PublicEndpoint;

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
