import * as z from 'zod';
import { UPLOAD_LIMITS } from '../../config/limits.ts';
import { jesSchema } from '../../domain/posts/answers.ts';
import { bounceSchema, newMediaPostSchema, newPostSchema, postChangeSchema } from '../../domain/posts/index.ts';
import { MEDIA_TYPES } from '../../lib/media/inspect.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

const { files: FILES, fileBytes: FILE_BYTES } = UPLOAD_LIMITS.apiKey;

const files = z
  .array(z.file())
  .max(FILES)
  .optional()
  .meta({
    description:
      `With an API key at most ${FILES} files of at most ${FILE_BYTES.toLocaleString('en-US')} bytes. What a file is, its ` +
      `bytes decide: ${MEDIA_TYPES.join(', ')}. They are stored without metadata.`,
  });

const alt = newMediaPostSchema.shape.alt
  .removeDefault()
  .max(FILES)
  .default([])
  .meta({
    description:
      'The n-th text describes the n-th file to people who do not see it; an empty text is none. Send a field for each text, ' +
      'or one field that is a JSON list.',
  });

export const posts = {
  createPost: {
    tag: 'Posts',
    summary: 'Post a Jes',
    description:
      '#hashtags (UAX #31, of every script, without emoji) and @mentions in the content are detected. Its first URL is ' +
      'unfurled into a link preview after the response. ' +
      'With files it is sent as a form; then it needs no content, and nothing is unfurled. In a form, `location` and `poll` are ' +
      'JSON: a text field or a part of type `application/json`, with or without a file name.',
    body: {
      json: newPostSchema,
      multipart: newMediaPostSchema.safeExtend({ media: files, alt }),
      example: { content: 'Hello from my service', visibility: 'PUBLIC' },
    },
    isRepeatable: true,
    answer: { status: 201, description: 'The Jes.', schema: jesSchema },
    errors: ['daily_quota_exceeded'],
  },
  getPost: {
    tag: 'Posts',
    summary: 'Read a Jes',
    description:
      'Anything the account can see. `counts` is there for keys with the scope `read:engagement`, and for people.',
    params: pathId('a Jes'),
    answer: { status: 200, description: 'The Jes.', schema: jesSchema },
  },
  editPost: {
    tag: 'Posts',
    summary: 'Edit a Jes of one’s own',
    description: 'What is left out stays as it is.',
    params: pathId('a Jes'),
    body: { json: postChangeSchema, example: { content: 'Hello again' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The Jes as it is now.', schema: jesSchema },
    errors: ['not_owner'],
  },
  deletePost: {
    tag: 'Posts',
    summary: 'Delete a Jes of one’s own',
    description: 'For everyone, and with its comments. The daily quota gets nothing back.',
    params: pathId('a Jes'),
    isRepeatable: true,
    answer: { status: 204, description: 'It is gone.' },
    errors: ['not_owner'],
  },
  bouncePost: {
    tag: 'Posts',
    summary: 'Bounce or quote-bounce a Jes',
    description:
      'Without a body a bounce, once for each Jes; with `content` a quote-bounce, as often as one likes. Only what is ' +
      'PUBLIC can be bounced. It is a Jes, and counts as one.',
    params: pathId('a Jes'),
    body: { json: bounceSchema, isOptional: true, example: { content: 'Look at this' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The bounce, with `bounceOf` filled in.', schema: jesSchema },
    errors: ['already_bounced', 'daily_quota_exceeded'],
  },
} as const satisfies Record<string, Operation>;
