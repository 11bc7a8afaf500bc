import { createComment, listComments } from '../../domain/comments/index.ts';
import type { CallerEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';
import { readWrite, replyWritten } from '../write.ts';

export const postComment: CallerEndpoint = {
  method: 'POST',
  path: '/api/posts/:id/comments',
  access: 'caller',
  scope: 'write:comment',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json');
    return replyWritten(exchange, 201, await createComment(ctx, exchange.c.req.param('id') ?? '', input));
  },
};

/** Query: `limit` 1 to 100 (20), `cursor`. */
export const getComments: CallerEndpoint = {
  method: 'GET',
  path: '/api/posts/:id/comments',
  access: 'caller',
  scope: 'read:comment',
  async answer(exchange, { ctx }) {
    const { req } = exchange.c;
    return reply(exchange, 200, await listComments(ctx, req.param('id') ?? '', req.query()));
  },
};
