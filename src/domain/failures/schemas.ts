import * as z from 'zod';
import { ERRORS } from '../../config/errors.ts';
import { FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX } from '../../config/limits.ts';
import { fromDigits, pageOf } from '../page.ts';

const NO_STATUS = 'must be a status from 400 to 599';

/** The query of both lists of failed calls. */
export const failuresQuerySchema = z.object({
  status: fromDigits(z.int(NO_STATUS).min(400, NO_STATUS).max(599, NO_STATUS))
    .optional()
    .meta({ description: 'Only this status.' }),
  code: z
    .string()
    .refine((code) => Object.hasOwn(ERRORS, code), 'must be an error code of the reference')
    .optional()
    .meta({ description: 'Only this error code.' }),
  ...pageOf(FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX),
});
