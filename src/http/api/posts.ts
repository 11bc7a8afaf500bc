import { bouncePost, createPost, deletePost, editPost, readPost } from '../../domain/posts/index.ts';
import type { CallerEndpoint } from '../endpoint.ts';
import { isUpload, type UploadForm } from '../upload-form.ts';
import { readWrite, replyDone, replyWritten } from '../write.ts';

const JES_FORM: UploadForm = {
  files: 'media',
  types: 'all',
  fields: new Map([
    ['location', 'json'],
    ['poll', 'json'],
    ['alt', 'texts'],
  ]),
  accepts: 'json or form',
};

export const postPost = {
  operationId: 'createPost',
  method: 'POST',
  path: '/api/posts',
  access: 'caller',
  scope: 'write:jes',
  isPost: true,
  profile: 'changes',
  async answer(exchange, caller) {
    if (isUpload(exchange.c.req.raw)) {
      const { writeUpload } = await import('../read-upload.ts');
      return replyWritten(exchange, 201, await writeUpload(exchange, caller.ctx, JES_FORM, createPost));
    }
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json or form');
    return replyWritten(exchange, 201, await createPost(ctx, input));
  },
} as const satisfies CallerEndpoint;

export const getPost = {
  operationId: 'getPost',
  method: 'GET',
  path: '/api/posts/:id',
  access: 'caller',
  read: async ({ req }, ctx) => JSON.stringify(await readPost(ctx, req.param('id') ?? '')),
} as const satisfies CallerEndpoint;

export const patchPost = {
  operationId: 'editPost',
  method: 'PATCH',
  path: '/api/posts/:id',
  access: 'caller',
  scope: 'write:jes',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json');
    return replyWritten(exchange, 200, await editPost(ctx, exchange.c.req.param('id') ?? '', input));
  },
} as const satisfies CallerEndpoint;

export const deletePostById = {
  operationId: 'deletePost',
  method: 'DELETE',
  path: '/api/posts/:id',
  access: 'caller',
  scope: 'write:jes',
  profile: 'changes',
  async answer(exchange, caller) {
    const { ctx } = await readWrite(exchange, caller.ctx, 'none');
    return replyDone(exchange, await deletePost(ctx, exchange.c.req.param('id') ?? ''));
  },
} as const satisfies CallerEndpoint;

/** Without a body a bounce, with `{ content }` a quote-bounce. */
export const postBounce = {
  operationId: 'bouncePost',
  method: 'POST',
  path: '/api/posts/:id/bounce',
  access: 'caller',
  scope: 'write:jes',
  profile: 'changes',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'optional');
    return replyWritten(exchange, 201, await bouncePost(ctx, exchange.c.req.param('id') ?? '', input));
  },
} as const satisfies CallerEndpoint;
