import * as z from 'zod';
import { countField, idField } from '../response-fields.ts';

/** A file of a Jes, or the video of a JesClip, as callers see it (contract section 8). */
export const mediaSchema = z
  .strictObject({
    id: idField('file'),
    type: z.enum(['image', 'video']),
    mimeType: z.string().meta({ examples: ['image/jpeg'] }),
    url: z.string().meta({
      description:
        'Works when pasted into a browser. Of a file that is not for everybody it is signed, and short-lived.',
    }),
    width: countField('Pixels as shown; null where a video does not say.').nullable(),
    height: countField('The same.').nullable(),
    size: countField('Bytes.'),
    alt: z
      .string()
      .nullable()
      .meta({
        description: 'Describes the file to people who cannot see it; null if the author gave no description.',
        examples: ['A fox asleep on a garden wall'],
      }),
  })
  .meta({ id: 'Media', description: 'An image or a video.' });
