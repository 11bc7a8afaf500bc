import { createComment, listComments, type Subject } from '../../../domain/comments/index.ts';
import type { OperationId } from '../../openapi/operations.ts';
import { pathParam } from '../../request/path-param.ts';
import type { CallerEndpoint, Endpoint } from '../endpoint.ts';
import { readWrite, replyWritten } from '../write.ts';

const writing = <const O extends OperationId, const P extends string>(operationId: O, path: P, kind: Subject['kind']) =>
  ({
    operationId,
    method: 'POST',
    path,
    access: 'caller',
    scope: createComment.scope,
    async handle(context, caller) {
      const { ctx, input } = await readWrite(context, caller.ctx, 'json');
      const subject = { kind, id: pathParam(context.c.req, 'id') };
      return replyWritten(context, 201, await createComment(ctx, subject, input));
    },
  }) as const satisfies CallerEndpoint;

/** Query: `limit` 1 to 100 (20), `cursor`. */
const listing = <const O extends OperationId, const P extends string>(operationId: O, path: P, kind: Subject['kind']) =>
  ({
    operationId,
    method: 'GET',
    path,
    access: 'caller',
    scope: listComments.scope,
    async read({ req }, ctx) {
      return JSON.stringify(await listComments(ctx, { kind, id: pathParam(req, 'id') }, req.query()));
    },
  }) as const satisfies CallerEndpoint;

const postComment = writing('createComment', '/api/posts/:id/comments', 'post');
const getComments = listing('listComments', '/api/posts/:id/comments', 'post');
const postJesClipComment = writing('createJesClipComment', '/api/jesclips/:id/comments', 'jesclip');
const getJesClipComments = listing('listJesClipComments', '/api/jesclips/:id/comments', 'jesclip');

/** Comments on Jes and JesClips. */
export const commentEndpoints: readonly Endpoint[] = [postComment, getComments, postJesClipComment, getJesClipComments];
