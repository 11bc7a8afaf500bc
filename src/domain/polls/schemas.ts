import * as z from 'zod';
import { POLL_OPTIONS_MAX } from '../../config/limits.ts';
import { namedId } from '../text.ts';

/** `POST /api/posts/:id/poll/votes` (contract section 9). */
export const votesSchema = z.strictObject({
  optionIds: z
    .array(namedId('an option'))
    .min(1, 'choose at least one option')
    .max(POLL_OPTIONS_MAX, `at most ${POLL_OPTIONS_MAX} options`)
    .transform((ids) => [...new Set(ids)]),
});
