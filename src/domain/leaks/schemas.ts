import * as z from 'zod';
import { KEYS_PER_REPORT, URL_MAX_CHARACTERS } from '../../config/limits.ts';
import { isUrl } from '../public-url.ts';

/** The place of a find. Owners read it in a mail. */
const isPlace = (text: string) => isUrl(text) && /^https?:/i.test(text);

/** `POST /api/key-reports` (contract section 11). */
export const keyReportSchema = z.strictObject({
  keys: z
    .array(z.string({ error: 'must be a string' }))
    .min(1, 'give at least one key')
    .max(KEYS_PER_REPORT, `at most ${KEYS_PER_REPORT} keys`)
    .meta({ description: 'The text that was found. We ignore everything in it that is not a Jestha key.' }),
  url: z
    .string({ error: 'must be a string' })
    .trim()
    .max(URL_MAX_CHARACTERS, `must be at most ${URL_MAX_CHARACTERS} characters`)
    .refine(isPlace, 'must be an http or https URL')
    .transform((url) => new URL(url).href)
    .optional()
    .meta({ format: 'uri', description: 'The place where it was found; we tell the owner.' }),
});

/** A match of GitHub's secret scanning; fields that we do not read may come. */
export const githubReportSchema = z
  .array(
    z.object({
      token: z.string(),
      type: z.string(),
      url: z
        .string()
        .nullish()
        // A place that cannot be read must not keep a key alive.
        .transform((url) => (url && isPlace(url) ? new URL(url).href : undefined)),
      source: z.string().nullish(),
    }),
  )
  .min(1);
