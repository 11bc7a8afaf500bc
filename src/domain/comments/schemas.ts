import * as z from 'zod';
import { COMMENT_MAX_CHARACTERS, COMMENTS_PER_PAGE, COMMENTS_PER_PAGE_MAX } from '../../config/limits.ts';
import { humanText, namedId } from '../text.ts';

/** `POST /api/posts/:id/comments`, and of a JesClip (contract section 8). */
export const newCommentSchema = z.strictObject({
  content: humanText(1, COMMENT_MAX_CHARACTERS),
  parentId: namedId('a comment').optional().meta({ description: 'The comment this is a reply to.' }),
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
    .default(COMMENTS_PER_PAGE)
    .meta({ description: 'How many at most.' }),
  cursor: z.string().optional().meta({ description: 'The `nextCursor` of the page before.' }),
});
