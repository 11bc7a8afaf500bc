import * as z from 'zod';
import { authorSchema, viaSchema } from '../content/responses.ts';
import { idField, timeField } from '../response-fields.ts';

/** A comment as callers see it (contract section 8). */
export const commentSchema = z
  .strictObject({
    id: idField('comment'),
    postId: idField('Jes it is on').optional(),
    jesClipId: idField('JesClip it is on').optional(),
    parentId: idField('comment at the top of its thread')
      .nullable()
      .meta({ description: 'Null if it is not a reply.' }),
    content: z.string().meta({ examples: ['Well said'] }),
    author: authorSchema,
    via: viaSchema.nullable(),
    createdAt: timeField('The time of its creation.'),
  })
  .meta({ id: 'Comment' });

/** A page of comments, the oldest first: new comments come after the last page and move none. */
export const commentPageSchema = z.strictObject({
  comments: z.array(commentSchema),
  nextCursor: z.string().nullable().meta({ description: 'The cursor of the next page; null if there is none yet.' }),
});
