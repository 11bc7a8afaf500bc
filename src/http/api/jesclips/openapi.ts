import * as z from 'zod';
import { UPLOAD_LIMITS } from '../../../config/limits.ts';
import { jesClipChangeSchema, newJesClipSchema } from '../../../domain/jesclips/index.ts';
import { jesClipSchema } from '../../../domain/jesclips/responses.ts';
import { grouped } from '../../../lib/grouped.ts';
import { MEDIA_TYPES } from '../../../lib/media/inspect.ts';
import type { Operation } from '../../openapi/operation.ts';
import { pathId } from '../../openapi/params.ts';

const VIDEO_TYPES = MEDIA_TYPES.filter((type) => type.startsWith('video/'));

const video = z.file().meta({
  description:
    `One video, with an API key of at most ${grouped(UPLOAD_LIMITS.apiKey.fileBytes)} bytes. The bytes ` +
    `decide the type: ${VIDEO_TYPES.join(', ')}. The video is stored without its metadata.`,
});

/** Operations on JesClips. */
export const jesclips = {
  createJesClip: {
    tag: 'JesClips',
    summary: 'Post a JesClip',
    description: 'We detect #hashtags and @mentions in the caption. The API cannot delete a JesClip.',
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
      'Any that the account can see. `counts` is present for sessions and for keys with the scope `read:engagement`.',
    params: pathId('a JesClip'),
    answer: { status: 200, description: 'The JesClip.', schema: jesClipSchema },
  },
  editJesClip: {
    tag: 'JesClips',
    summary: 'Edit your JesClip',
    description: 'Fields that you leave out keep their values. The video cannot be changed.',
    params: pathId('a JesClip'),
    body: { json: jesClipChangeSchema, example: { caption: 'Look again' } },
    isRepeatable: true,
    answer: { status: 200, description: 'The JesClip after the change.', schema: jesClipSchema },
    errors: ['not_owner'],
  },
} as const satisfies Record<string, Operation>;
