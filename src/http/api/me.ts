import type { CallerEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';

/** Who am I? For a key answered from its record, without a statement (contract section 7). */
export const getMe = {
  operationId: 'getMe',
  method: 'GET',
  path: '/api/auth/me',
  access: 'caller',
  answer: (exchange, { owner }) => reply(exchange, 200, owner),
} as const satisfies CallerEndpoint;
