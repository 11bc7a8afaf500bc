import { newCommentSchema, pageSchema } from '../../../domain/comments/index.ts';
import { commentPageSchema, commentSchema } from '../../../domain/comments/responses.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId } from '../../openapi/params.ts';

/** @param subject `a Jes` */
const writing = (subject: string) =>
  ({
    tag: 'Comments',
    summary: `Comment on ${subject}`,
    description: 'The account must be able to see it. A reply to a reply joins the thread of the first comment.',
    params: pathId(subject),
    body: { json: newCommentSchema, example: { content: 'Well said' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The comment.', schema: commentSchema },
  }) as const satisfies Operation;

const listing = (subject: string) =>
  ({
    tag: 'Comments',
    summary: `Read the comments on ${subject}`,
    description: 'Comments and replies, oldest first. New comments do not move the ones on earlier pages.',
    params: pathId(subject),
    query: pageSchema,
    answer: { status: 200, description: 'A page of comments.', schema: commentPageSchema },
  }) as const satisfies Operation;

/** Operations on comments, of Jes and of JesClips. */
export const comments = {
  createComment: writing('a Jes'),
  listComments: listing('a Jes'),
  createJesClipComment: writing('a JesClip'),
  listJesClipComments: listing('a JesClip'),
};
