import * as z from 'zod';
import { CONTENT_MAX_CHARACTERS } from '../../config/limits.ts';
import { humanText } from '../text.ts';

/** `POST /api/posts` (contract section 8). */
export const newPostSchema = z.strictObject({
  content: humanText(1, CONTENT_MAX_CHARACTERS),
  visibility: z.enum(['PUBLIC', 'FOLLOWERS', 'PRIVATE']).default('PUBLIC'),
});
