import { bouncePost, createPost, deletePost, editPost, readPost } from '../../domain/posts/index.ts';
import type { CallerEndpoint } from '../endpoint.ts';
import { reply } from '../reply.ts';
import { readWrite, replyDone, replyWritten } from '../write.ts';

export const postPost: CallerEndpoint = {
  method: 'POST',
  path: '/api/posts',
  access: 'caller',
  scope: 'write:jes',
  isPost: true,
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json');
    return replyWritten(exchange, 201, await createPost(ctx, input));
  },
};

export const getPost: CallerEndpoint = {
  method: 'GET',
  path: '/api/posts/:id',
  access: 'caller',
  answer: async (exchange, { ctx }) => reply(exchange, 200, await readPost(ctx, exchange.c.req.param('id') ?? '')),
};

export const patchPost: CallerEndpoint = {
  method: 'PATCH',
  path: '/api/posts/:id',
  access: 'caller',
  scope: 'write:jes',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json');
    return replyWritten(exchange, 200, await editPost(ctx, exchange.c.req.param('id') ?? '', input));
  },
};

export const deletePostById: CallerEndpoint = {
  method: 'DELETE',
  path: '/api/posts/:id',
  access: 'caller',
  scope: 'write:jes',
  async answer(exchange, caller) {
    const { ctx } = await readWrite(exchange, caller.ctx, 'none');
    return replyDone(exchange, await deletePost(ctx, exchange.c.req.param('id') ?? ''));
  },
};

/** Without a body a bounce, with `{ content }` a quote-bounce. */
export const postBounce: CallerEndpoint = {
  method: 'POST',
  path: '/api/posts/:id/bounce',
  access: 'caller',
  scope: 'write:jes',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'optional');
    return replyWritten(exchange, 201, await bouncePost(ctx, exchange.c.req.param('id') ?? '', input));
  },
};
