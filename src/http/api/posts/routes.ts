import { bouncePost, createPost, deletePost, editPost, readPost } from '../../../domain/posts/index.ts';
import { pathParam } from '../../request/path-param.ts';
import { isUpload, type UploadForm } from '../../request/upload-form.ts';
import type { CallerEndpoint, Endpoint } from '../endpoint.ts';
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

const postPost = {
  operationId: 'createPost',
  method: 'POST',
  path: '/api/posts',
  access: 'caller',
  scope: createPost.scope,
  limiter: 'posts',
  profile: 'changes',
  async handle(context, caller) {
    if (isUpload(context.c.req.raw)) {
      const { writeUpload } = await import('../../request/read-upload.ts');
      return replyWritten(context, 201, await writeUpload(context, caller.ctx, JES_FORM, createPost));
    }
    const { ctx, input } = await readWrite(context, caller.ctx, 'json or form');
    return replyWritten(context, 201, await createPost(ctx, input));
  },
} as const satisfies CallerEndpoint;

const getPost = {
  operationId: 'getPost',
  method: 'GET',
  path: '/api/posts/:id',
  access: 'caller',
  read: async ({ req }, ctx) => JSON.stringify(await readPost(ctx, pathParam(req, 'id'))),
} as const satisfies CallerEndpoint;

const patchPost = {
  operationId: 'editPost',
  method: 'PATCH',
  path: '/api/posts/:id',
  access: 'caller',
  scope: editPost.scope,
  async handle(context, caller) {
    const { ctx, input } = await readWrite(context, caller.ctx, 'json');
    return replyWritten(context, 200, await editPost(ctx, pathParam(context.c.req, 'id'), input));
  },
} as const satisfies CallerEndpoint;

const deletePostById = {
  operationId: 'deletePost',
  method: 'DELETE',
  path: '/api/posts/:id',
  access: 'caller',
  scope: deletePost.scope,
  profile: 'changes',
  async handle(context, caller) {
    const { ctx } = await readWrite(context, caller.ctx, 'none');
    return replyDone(context, await deletePost(ctx, pathParam(context.c.req, 'id')));
  },
} as const satisfies CallerEndpoint;

/** Without a body a bounce, with `{ content }` a quote-bounce. */
const postBounce = {
  operationId: 'bouncePost',
  method: 'POST',
  path: '/api/posts/:id/bounce',
  access: 'caller',
  scope: bouncePost.scope,
  profile: 'changes',
  async handle(context, caller) {
    const { ctx, input } = await readWrite(context, caller.ctx, 'optional');
    return replyWritten(context, 201, await bouncePost(ctx, pathParam(context.c.req, 'id'), input));
  },
} as const satisfies CallerEndpoint;

/** Jes and bounces. */
export const postEndpoints: readonly Endpoint[] = [postPost, getPost, patchPost, deletePostById, postBounce];
