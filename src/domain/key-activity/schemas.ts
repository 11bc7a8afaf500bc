import * as z from 'zod';
import { timeOfId } from '../text.ts';

/** Periods that end now, by their names in a link, in hours. */
export const PERIODS = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 } as const;

const NO_PERIOD = 'must be 24h, 7d, 30d, all, or a date and a time';

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
