import { createJesClip, editJesClip, readJesClip } from '../../../domain/jesclips/index.ts';
import { pathParam } from '../../request/path-param.ts';
import type { UploadForm } from '../../request/upload-form.ts';
import type { CallerEndpoint, Endpoint } from '../endpoint.ts';
import { readWrite, replyWritten } from '../write.ts';

const CLIP_FORM: UploadForm = { files: 'video', isSingle: true, types: 'videos', fields: new Map(), accepts: 'form' };

const postJesClip = {
  operationId: 'createJesClip',
  method: 'POST',
  path: '/api/jesclips',
  access: 'caller',
  scope: createJesClip.scope,
  async handle(context, caller) {
    // Loaded with the first upload.
    const { writeUpload } = await import('../../request/read-upload.ts');
    return replyWritten(context, 201, await writeUpload(context, caller.ctx, CLIP_FORM, createJesClip));
  },
} as const satisfies CallerEndpoint;

const getJesClip = {
  operationId: 'getJesClip',
  method: 'GET',
  path: '/api/jesclips/:id',
  access: 'caller',
  read: async ({ req }, ctx) => JSON.stringify(await readJesClip(ctx, pathParam(req, 'id'))),
} as const satisfies CallerEndpoint;

const patchJesClip = {
  operationId: 'editJesClip',
  method: 'PATCH',
  path: '/api/jesclips/:id',
  access: 'caller',
  scope: editJesClip.scope,
  async handle(context, caller) {
    const { ctx, input } = await readWrite(context, caller.ctx, 'json');
    return replyWritten(context, 200, await editJesClip(ctx, pathParam(context.c.req, 'id'), input));
  },
} as const satisfies CallerEndpoint;

/** JesClips. */
export const jesClipEndpoints: readonly Endpoint[] = [postJesClip, getJesClip, patchJesClip];
