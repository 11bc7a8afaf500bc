import * as z from 'zod';

/** Periods that end now, by their names in a link, in hours. */
export const PERIODS = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;

const NO_PERIOD = 'must be 24h, 7d, 30d, all, or a date and a time';

/**
 * A time that an id can begin with.
 *
 * @param error for a text that is no such time
 */
const timeOfId = (error: string) =>
  z.iso
    .datetime({ offset: true, error })
    .refine((at) => Date.parse(at) >= 0 && Date.parse(at) < Date.UTC(10_000, 0), 'must be between 1970 and 9999');

/** Since when: a period, `all`, or an ISO-8601 time. */
export const sinceSchema = z.union(
  [z.enum(Object.keys(PERIODS) as (keyof typeof PERIODS)[]), z.literal('all'), timeOfId(NO_PERIOD)],
  { error: NO_PERIOD },
);

export const activityQuerySchema = z.object({
  since: sinceSchema.default('7d'),
  cursor: z.string().optional(),
});

/** The kinds of things that a key can make, by their names in a form. */
export const MADE_KINDS = ['jes', 'jesclip', 'comment', 'jesclip_comment'] as const;

export const deletionSchema = z.object({
  /** ISO-8601: all of a page is deleted since the very time that the page showed. */
  since: timeOfId('must be an ISO date and time'),
  /** Left out = all since then. */
  item: z.object({ kind: z.enum(MADE_KINDS), id: z.string() }).optional(),
});
