import * as z from 'zod';
import { answeredCount, answeredId } from '../answer-parts.ts';

/** A file of a Jes, or the video of a JesClip, as callers see it (contract section 8). */
export const mediaSchema = z
  .strictObject({
    id: answeredId('file'),
    type: z.enum(['image', 'video']),
    mimeType: z.string().meta({ examples: ['image/jpeg'] }),
    url: z.string().meta({
      description:
        'Works when pasted into a browser. Of a file that is not for everybody it is signed, and short-lived.',
    }),
    width: answeredCount('Pixels as shown; null where a video does not say.').nullable(),
    height: answeredCount('The same.').nullable(),
    size: answeredCount('Bytes.'),
    alt: z
      .string()
      .nullable()
      .meta({
        description: 'Describes the file to people who cannot see it; null if the author gave no description.',
        examples: ['A fox asleep on a garden wall'],
      }),
  })
  .meta({ id: 'Media', description: 'An image or a video.' });
