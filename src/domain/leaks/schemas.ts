import * as z from 'zod';
import { KEYS_PER_REPORT, REPORTED_KEY_MAX_CHARACTERS, URL_MAX_CHARACTERS } from '../../config/limits.ts';

const tooLong = `must be at most ${REPORTED_KEY_MAX_CHARACTERS} characters`;

/** `POST /api/key-reports` (contract section 11). */
export const keyReportSchema = z.strictObject({
  keys: z
    .array(z.string({ error: 'must be a string' }).max(REPORTED_KEY_MAX_CHARACTERS, tooLong))
    .min(1, 'give at least one key')
    .max(KEYS_PER_REPORT, `at most ${KEYS_PER_REPORT} keys`)
    .meta({ description: 'The text that was found. We ignore everything in it that is not a Jestha key.' }),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(URL_MAX_CHARACTERS, `must be at most ${URL_MAX_CHARACTERS} characters`)
    .optional()
    .meta({ description: 'The place where it was found; we tell the owner.' }),
});

/** A match of GitHub's secret scanning; fields that we do not read may come. */
export const githubReportSchema = z
  .array(
    z.object({
      token: z.string(),
      type: z.string(),
      url: z.string().nullish(),
      source: z.string().nullish(),
    }),
  )
  .min(1);
