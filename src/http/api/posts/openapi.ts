import * as z from 'zod';
import { UPLOAD_LIMITS } from '../../../config/limits.ts';
import { bounceSchema, newMediaPostSchema, newPostSchema, postChangeSchema } from '../../../domain/posts/index.ts';
import { jesSchema } from '../../../domain/posts/responses.ts';
import { grouped } from '../../../lib/grouped.ts';
import { MEDIA_TYPES } from '../../../lib/media/inspect.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId } from '../../openapi/params.ts';

const { files: FILES, fileBytes: FILE_BYTES } = UPLOAD_LIMITS.apiKey;

const files = z
  .array(z.file())
  .max(FILES)
  .optional()
  .meta({
    description:
      `With an API key at most ${FILES} files of at most ${grouped(FILE_BYTES)} bytes. The bytes ` +
      `decide the type: ${MEDIA_TYPES.join(', ')}. Files are stored without their metadata.`,
  });

const alt = newMediaPostSchema.shape.alt
  .removeDefault()
  .max(FILES)
  .default([])
  .meta({
    description:
      'The n-th text describes the n-th file to people who cannot see it; an empty text means no description. Send one field ' +
      'per text, or one field with a JSON list.',
  });

/** Operations on Jes, bounces among them. */
export const posts = {
  createPost: {
    tag: 'Posts',
    summary: 'Post a Jes',
    description:
      'We detect #hashtags (UAX #31, every script, no emoji) and @mentions in the content. The first URL gets a link preview ' +
      'after the response. ' +
      'To attach files, send a form; the content is then optional, and there is no link preview. In a form, `location` and ' +
      '`poll` are JSON: a text field or a part of type `application/json`, with or without a file name.',
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
      'Any that the account can see. `counts` is present for sessions and for keys with the scope `read:engagement`.',
    params: pathId('a Jes'),
    answer: { status: 200, description: 'The Jes.', schema: jesSchema },
  },
  editPost: {
    tag: 'Posts',
    summary: 'Edit your Jes',
    description: 'Fields that you leave out keep their values.',
    params: pathId('a Jes'),
    body: { json: postChangeSchema, example: { content: 'Hello again' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The Jes after the change.', schema: jesSchema },
    errors: ['not_owner'],
  },
  deletePost: {
    tag: 'Posts',
    summary: 'Delete your Jes',
    description: 'Deletes the Jes and its comments for everyone. The Jes still counts towards the daily quota.',
    params: pathId('a Jes'),
    isRepeatable: true,
    answer: { status: 204, description: 'The Jes is deleted.' },
    errors: ['not_owner'],
  },
  bouncePost: {
    tag: 'Posts',
    summary: 'Bounce or quote-bounce a Jes',
    description:
      'A request without a body bounces the Jes; an account can bounce a Jes once. A request with `content` quote-bounces it, ' +
      'any number of times. Only a PUBLIC Jes can be bounced. A bounce is a Jes and counts towards the same limits.',
    params: pathId('a Jes'),
    body: { json: bounceSchema, isOptional: true, example: { content: 'Look at this' } },
    isRepeatable: true,
    answer: { status: 201, description: 'The bounce; `bounceOf` holds the bounced Jes.', schema: jesSchema },
    errors: ['already_bounced', 'daily_quota_exceeded'],
  },
} as const satisfies Record<string, Operation>;
