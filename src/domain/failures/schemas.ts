import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../config/errors.ts';
import { FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX } from '../../config/limits.ts';
import { pageOf } from '../page.ts';

export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

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
    .meta({ description: 'Only calls that were answered with this status.' }),
  code: z
    .enum(ERROR_CODES, { error: 'must be an error code of the reference' })
    .optional()
    .meta({ description: 'Only calls that were answered with this error code.' }),
  ...pageOf(FAILURES_PER_PAGE, FAILURES_PER_PAGE_MAX),
});
