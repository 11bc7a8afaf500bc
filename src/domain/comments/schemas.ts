import * as z from 'zod';
import { COMMENT_MAX_CHARACTERS, COMMENTS_PER_PAGE, COMMENTS_PER_PAGE_MAX } from '../../config/limits.ts';
import { pageOf } from '../page.ts';
import { humanText, namedId } from '../text.ts';

/** `POST /api/posts/:id/comments`, and of a JesClip (contract section 8). */
export const newCommentSchema = z.strictObject({
  content: humanText(1, COMMENT_MAX_CHARACTERS),
  parentId: namedId('a comment').optional().meta({ description: 'The comment that this one replies to.' }),
});

/** The query of `GET /api/posts/:id/comments`, and of a JesClip; other parameters are ignored. */
export const pageSchema = z.object(pageOf(COMMENTS_PER_PAGE, COMMENTS_PER_PAGE_MAX));
