import * as z from 'zod';
import {
  ALLOWLIST_MAX_ENTRIES,
  KEYS_PER_PAGE,
  KEYS_PER_PAGE_MAX,
  LABEL_MAX_CHARACTERS,
  REVOKE_AFTER_SILENCE_MAX_HOURS,
} from '../../config/limits.ts';
import { pageOf } from '../page.ts';
import { humanLine } from '../text.ts';
import { parseEntry } from './allowlist.ts';
import { SCOPE_NAMES } from './scopes.ts';

const allowlistEntry = z.string().transform((entry, context) => {
  const parsed = parseEntry(entry.trim());
  if ('text' in parsed) return parsed.text;
  const shown = entry.length > 60 ? `${entry.slice(0, 60)}…` : entry;
  context.issues.push({ code: 'custom', message: `"${shown}" ${parsed.problem}`, input: entry });
  return z.NEVER;
});

const SILENCE_HOURS = `must be a number of hours from 1 to ${REVOKE_AFTER_SILENCE_MAX_HOURS}`;

/**
 * Unix ms. From here on `toISOString` writes a sign and six digits, which Postgres does not read; an offset leads
 * there.
 */
const YEAR_10000 = Date.UTC(10_000, 0);

/** What a person chooses when generating a key (contract sections 2 and 9); immutable afterwards. */
export const newKeySchema = z
  .strictObject({
    label: humanLine(1, LABEL_MAX_CHARACTERS),
    scopes: z
      .array(z.enum(SCOPE_NAMES))
      .min(1, 'choose at least one scope')
      .transform((scopes) => [...new Set(scopes)]),
    expiresInDays: z.literal([30, 90, 365], { error: 'must be 30, 90 or 365' }).optional(),
    expiresAt: z
      .union([z.iso.datetime({ offset: true }), z.iso.date()], { error: 'must be an ISO date or date and time' })
      .refine((at) => Date.parse(at) < YEAR_10000, 'must be before the year 10000')
      .optional(),
    ipAllowlist: z
      .array(allowlistEntry)
      .max(ALLOWLIST_MAX_ENTRIES, `at most ${ALLOWLIST_MAX_ENTRIES} entries`)
      .transform((entries) => [...new Set(entries)])
      .default([]),
    acceptTerms: z.literal(true, { error: 'the developer terms must be accepted' }),
  })
  .refine((key) => key.expiresInDays === undefined || key.expiresAt === undefined, {
    path: ['expiresAt'],
    message: 'give either expiresInDays or expiresAt',
  });

export type NewKey = z.input<typeof newKeySchema>;

/** When a key is to be revoked (`domain/keys/schedule-revocation`). */
export const revocationScheduleSchema = z.discriminatedUnion(
  'when',
  [
    z.strictObject({
      when: z.literal('time'),
      at: z.iso
        .datetime({ offset: true, error: 'choose a date and a time (UTC)' })
        .refine((at) => Date.parse(at) < YEAR_10000, 'must be before the year 10000'),
    }),
    z.strictObject({
      when: z.literal('silence'),
      hours: z.int({ error: SILENCE_HOURS }).min(1, SILENCE_HOURS).max(REVOKE_AFTER_SILENCE_MAX_HOURS, SILENCE_HOURS),
    }),
  ],
  { error: 'choose a time or a silence' },
);

/** A page of the list of keys, as a query. */
export const keyPageSchema = z.object(pageOf(KEYS_PER_PAGE, KEYS_PER_PAGE_MAX));

export const HISTORY_KINDS = ['key', 'addresses', 'webhooks'] as const;

export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** A page of the history of a key, as a query. */
export const historyQuerySchema = z.object({ kind: z.enum(HISTORY_KINDS).optional(), cursor: z.string().optional() });

/** The query of `GET /api/auth/api-keys/:id/usage`. */
export const usageQuerySchema = z.strictObject({
  window: z.enum(['24h', '30d'], { error: 'must be 24h or 30d' }).default('24h'),
});
