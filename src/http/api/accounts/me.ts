import { reply } from '../../response/reply.ts';
import type { CallerEndpoint } from '../endpoint.ts';

/**
 * Who am I? A key is answered from its record without a statement, unless it wrote a moment ago (contract section 7).
 */
export const getMe = {
  operationId: 'getMe',
  method: 'GET',
  path: '/api/auth/me',
  access: 'caller',
  profile: 'shows',
  handle: (context, { owner }) => reply(context, 200, owner),
} as const satisfies CallerEndpoint;
