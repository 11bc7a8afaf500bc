import * as z from 'zod';
import { ERRORS } from '../../config/errors.ts';
import { FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX } from '../../config/limits.ts';
import { pageOf } from '../page.ts';

const NO_STATUS = 'must be a status from 400 to 599';
const digits = z
  .string()
  .regex(/^\d{3}$/)
  .transform(Number);

/** The query of both lists of failed calls. */
export const failuresQuerySchema = z.object({
  status: z
    .union([z.number(), digits], { error: NO_STATUS })
    .pipe(z.number().int(NO_STATUS).min(400, NO_STATUS).max(599, NO_STATUS))
    .optional()
    .meta({ description: 'Only this status.' }),
  code: z
    .string()
    .refine((code) => Object.hasOwn(ERRORS, code), 'must be an error code of the reference')
    .optional()
    .meta({ description: 'Only this error code.' }),
  ...pageOf(FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX),
});
