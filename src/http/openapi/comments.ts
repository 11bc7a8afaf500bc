import { commentPageSchema, commentSchema } from '../../domain/comments/answers.ts';
import { newCommentSchema, pageSchema } from '../../domain/comments/index.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

/** @param subject `a Jes` */
const writing = (subject: string) =>
  ({
    tag: 'Comments',
    summary: `Comment on ${subject}`,
    description: 'On anything the account can see. A reply to a reply joins the thread above it.',
    params: pathId(subject),
    body: { json: newCommentSchema, example: { content: 'Well said' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The comment.', schema: commentSchema },
  }) as const satisfies Operation;

const listing = (subject: string) =>
  ({
    tag: 'Comments',
    summary: `Read the comments on ${subject}`,
    description: 'The oldest first, replies among them; a page stays what it was when others are written.',
    params: pathId(subject),
    query: pageSchema,
    answer: { status: 200, description: 'A page of them.', schema: commentPageSchema },
  }) as const satisfies Operation;

export const comments = {
  createComment: writing('a Jes'),
  listComments: listing('a Jes'),
  createJesClipComment: writing('a JesClip'),
  listJesClipComments: listing('a JesClip'),
};
