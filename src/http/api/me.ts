import type { ApiKeyEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';

/** Who am I? Answered from the key's record, without a statement (contract section 7). */
export const getMe: ApiKeyEndpoint = {
  method: 'GET',
  path: '/api/auth/me',
  access: 'apiKey',
  answer: (exchange, { owner }) => reply(exchange, 200, owner),
};
