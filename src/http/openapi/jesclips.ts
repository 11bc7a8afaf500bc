import * as z from 'zod';
import { UPLOAD_LIMITS } from '../../config/limits.ts';
import { jesClipSchema } from '../../domain/jesclips/answers.ts';
import { jesClipChangeSchema, newJesClipSchema } from '../../domain/jesclips/index.ts';
import { MEDIA_TYPES } from '../../lib/media/inspect.ts';
import type { Operation } from './operation.ts';
import { pathId } from './params.ts';

const VIDEO_TYPES = MEDIA_TYPES.filter((type) => type.startsWith('video/'));

const video = z.file().meta({
  description:
    `One video, with an API key of at most ${UPLOAD_LIMITS.apiKey.fileBytes.toLocaleString('en-US')} bytes. What it is, its ` +
    `bytes decide: ${VIDEO_TYPES.join(', ')}. It is stored without metadata.`,
});

export const jesclips = {
  createJesClip: {
    tag: 'JesClips',
    summary: 'Post a JesClip',
    description: '#hashtags and @mentions in the caption are detected. A JesClip cannot be deleted through the API.',
    body: {
      multipart: newJesClipSchema.extend({ video }),
    },
    isRepeatable: true,
    answer: { status: 201, description: 'The JesClip.', schema: jesClipSchema },
    errors: ['daily_quota_exceeded'],
  },
  getJesClip: {
    tag: 'JesClips',
    summary: 'Read a JesClip',
    description:
      'Anything the account can see. `counts` is there for keys with the scope `read:engagement`, and for people.',
    params: pathId('a JesClip'),
    answer: { status: 200, description: 'The JesClip.', schema: jesClipSchema },
  },
  editJesClip: {
    tag: 'JesClips',
    summary: 'Edit a JesClip of one’s own',
    description: 'What is left out stays as it is; the video does in any case.',
    params: pathId('a JesClip'),
    body: { json: jesClipChangeSchema, example: { caption: 'Look again' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The JesClip as it is now.', schema: jesClipSchema },
    errors: ['not_owner'],
  },
} as const satisfies Record<string, Operation>;
