import * as z from 'zod';
import { visibility } from '../content/index.ts';
import { authorSchema, mentionsSchema, viaSchema } from '../content/responses.ts';
import { mediaSchema } from '../media/responses.ts';
import { countField, idField, timeField } from '../response-fields.ts';

/** A JesClip as callers see it (contract section 8). */
export const jesClipSchema = z
  .strictObject({
    id: idField('JesClip'),
    url: z
      .string()
      .meta({ description: 'Permalink.', examples: ['https://jestha.com/jesclip/01M869TY589SRQEM45JK4A3C9K'] }),
    caption: z.string().meta({ description: 'May be empty.', examples: ['Look at this'] }),
    video: mediaSchema,
    author: authorSchema,
    via: viaSchema.nullable().meta({ description: 'Null if the person posted it without a key.' }),
    visibility: visibility,
    hashtags: z.array(z.string()).meta({ description: 'As written in the caption, without the #.' }),
    mentions: mentionsSchema.meta({ description: 'Accounts that the caption mentions by @username.' }),
    counts: z
      .strictObject({ comments: countField('Comments, replies included.') })
      .optional()
      .meta({ description: 'For keys with the scope `read:engagement`, and for people.' }),
    createdAt: timeField('The time of its creation.'),
    updatedAt: timeField('The time of its last change.'),
    editedAt: timeField('The time of the last edit by its author.').nullable(),
  })
  .meta({ id: 'JesClip', description: 'A short video.' });
