import { createJesClip, editJesClip, readJesClip } from '../../domain/jesclips/index.ts';
import type { CallerEndpoint } from '../endpoint.ts';
import type { UploadForm } from '../upload-form.ts';
import { readWrite, replyWritten } from '../write.ts';

const CLIP_FORM: UploadForm = { files: 'video', isSingle: true, types: 'videos', fields: new Map(), accepts: 'form' };

export const postJesClip = {
  operationId: 'createJesClip',
  method: 'POST',
  path: '/api/jesclips',
  access: 'caller',
  scope: 'write:jesclip',
  async answer(exchange, caller) {
    // Loaded with the first upload.
    const { writeUpload } = await import('../read-upload.ts');
    return replyWritten(exchange, 201, await writeUpload(exchange, caller.ctx, CLIP_FORM, createJesClip));
  },
} as const satisfies CallerEndpoint;

export const getJesClip = {
  operationId: 'getJesClip',
  method: 'GET',
  path: '/api/jesclips/:id',
  access: 'caller',
  read: async ({ req }, ctx) => JSON.stringify(await readJesClip(ctx, req.param('id') ?? '')),
} as const satisfies CallerEndpoint;

export const patchJesClip = {
  operationId: 'editJesClip',
  method: 'PATCH',
  path: '/api/jesclips/:id',
  access: 'caller',
  scope: 'write:jesclip',
  async answer(exchange, caller) {
    const { ctx, input } = await readWrite(exchange, caller.ctx, 'json');
    return replyWritten(exchange, 200, await editJesClip(ctx, exchange.c.req.param('id') ?? '', input));
  },
} as const satisfies CallerEndpoint;
