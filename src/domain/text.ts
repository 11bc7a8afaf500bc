import * as z from 'zod';
import { ID_PATTERN, isId } from '../lib/id.ts';
import { breaksLine } from '../lib/line.ts';

/** Characters as callers count them: Unicode code points (contract section 8). */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * A character that takes room and is drawn: no white space, control, noncharacter or default ignorable (zero widths,
 * bidi controls, variation selectors, tags, Hangul fillers), no mark that needs a base, no blank symbol or layout
 * control.
 */
const VISIBLE = new RegExp(
  String.raw`[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\p{Mn}\p{Me}` +
    String.raw`\u2800\ufff9-\ufffb\u{13430}-\u{1343f}\u{13441}\u{13442}\u{1d159}]`,
  'u',
);

/** Tells if a text shows something to its reader; the one rule for all that people write. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}

/**
 * Text of a person, kept as it was sent: `min` to `max` code points, at least one of them visible when
 * `min` > 0. NUL is no character to Postgres, and a lone surrogate has no UTF-8, so neither could be
 * given back as it came.
 */
export function humanText(min: number, max: number) {
  return limited(z.string({ error: 'must be a string' }), min, max);
}

/**
 * The same on one line, such as a name: white space around it is removed, on pages and in JSON alike. Characters that
 * break the line or reverse the text around it are refused, since a name is shown amid other texts.
 */
export function humanLine(min: number, max: number) {
  return limited(z.string({ error: 'must be a string' }).trim(), min, max).refine((text) => !breaksLine(text), {
    message: 'contains a control character, or one that changes the direction of text',
  });
}

/** What is said of a text that has no UTF-8. */
export const LONE_SURROGATE = 'contains a lone surrogate, which is not a character';

function limited(text: z.ZodString, min: number, max: number) {
  const schema = text.check((context) => {
    const { value } = context;
    const complain = (message: string) => context.issues.push({ code: 'custom', message, input: value });
    if (!value.isWellFormed()) complain(LONE_SURROGATE);
    else if (value.includes('\0')) complain('contains a NUL character');
    else if (min > 0 && !hasVisibleText(value)) complain('must not be empty');
    // Code points are at most code units, so a text that long needs no counting.
    else if (value.length > max && countCharacters(value) > max) complain(`must be at most ${max} characters`);
  });
  return schema.meta({ minLength: min, maxLength: max });
}

/**
 * One of our ids that a caller names.
 *
 * @param what has the id, with an article
 */
export function namedId(what: string) {
  const schema = z.string({ error: 'must be a string' }).refine(isId, `must be the id of ${what}`);
  return schema.meta({ description: `The id of ${what}.`, pattern: ID_PATTERN.source });
}

/**
 * A time that an id can begin with, and that Postgres takes.
 *
 * @param error for a text that is no such time
 */
export const timeOfId = (error: string) =>
  z.iso
    .datetime({ offset: true, error })
    .refine((at) => Date.parse(at) >= 0 && Date.parse(at) < Date.UTC(10_000, 0), 'must be between 1970 and 9999');
