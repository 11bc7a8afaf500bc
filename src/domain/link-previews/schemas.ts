import * as z from 'zod';
import { isId } from '../../lib/id.ts';

/** A message of the queue; an older or newer Worker may have sent it. */
export const previewJobSchema = z.object({ postId: z.string().refine(isId), url: z.string() });
