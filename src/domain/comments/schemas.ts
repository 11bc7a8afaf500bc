import * as z from 'zod';
import { COMMENT_MAX_CHARACTERS, COMMENTS_PER_PAGE, COMMENTS_PER_PAGE_MAX } from '../../config/limits.ts';
import { isId } from '../../lib/id.ts';
import { humanText } from '../text.ts';

/** `POST /api/posts/:id/comments`, and of a JesClip (contract section 8). */
export const newCommentSchema = z.strictObject({
  content: humanText(1, COMMENT_MAX_CHARACTERS),
  parentId: z.string({ error: 'must be a string' }).refine(isId, 'must be the id of a comment').optional(),
});

const limitMessage = `must be a whole number from 1 to ${COMMENTS_PER_PAGE_MAX}`;

/** The query of `GET /api/posts/:id/comments`, and of a JesClip; other parameters are none of ours. */
export const pageSchema = z.object({
  limit: z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d{1,3}$/)
          .transform(Number),
      ],
      { error: limitMessage },
    )
    .pipe(z.number().int(limitMessage).min(1, limitMessage).max(COMMENTS_PER_PAGE_MAX, limitMessage))
    .default(COMMENTS_PER_PAGE),
  cursor: z.string().optional(),
});
