import { commentPageSchema, commentSchema } from '../../domain/comments/answers.ts';
import { newCommentSchema, pageSchema } from '../../domain/comments/index.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

export const comments = {
  createComment: {
    tag: 'Comments',
    summary: 'Comment on a Jes',
    description: 'On anything the account can see. A reply to a reply joins the thread above it.',
    params: pathId('a Jes'),
    body: { json: newCommentSchema, example: { content: 'Well said' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The comment.', schema: commentSchema },
  },
  listComments: {
    tag: 'Comments',
    summary: 'Read the comments on a Jes',
    description: 'The oldest first, replies among them; a page stays what it was when others are written.',
    params: pathId('a Jes'),
    query: pageSchema,
    answer: { status: 200, description: 'A page of them.', schema: commentPageSchema },
  },
  createJesClipComment: {
    tag: 'Comments',
    summary: 'Comment on a JesClip',
    description: 'On anything the account can see. A reply to a reply joins the thread above it.',
    params: pathId('a JesClip'),
    body: { json: newCommentSchema, example: { content: 'Well said' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The comment.', schema: commentSchema },
  },
  listJesClipComments: {
    tag: 'Comments',
    summary: 'Read the comments on a JesClip',
    description: 'The oldest first, replies among them; a page stays what it was when others are written.',
    params: pathId('a JesClip'),
    query: pageSchema,
    answer: { status: 200, description: 'A page of them.', schema: commentPageSchema },
  },
} as const satisfies Record<string, Operation>;
