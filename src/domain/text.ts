import * as z from 'zod';
import { ID_PATTERN, isId } from '../lib/id.ts';

/** Characters as callers count them: Unicode code points (contract section 8). */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Neither white space nor a control nor one of the characters that fonts draw as nothing (Braille's empty cell, too). */
const VISIBLE = /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Tells if a text shows something to its reader. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}

/**
 * Text of a person, kept as it was sent: `min` to `max` code points, at least one of them visible when
 * `min` > 0. NUL is no character to Postgres, and a lone surrogate has no UTF-8, so neither could be
 * given back as it came.
 */
export function humanText(min: number, max: number) {
  const schema = z.string({ error: 'must be a string' }).check((context) => {
    const text = context.value;
    const complain = (message: string) => context.issues.push({ code: 'custom', message, input: text });
    if (!text.isWellFormed()) complain('contains a lone surrogate, which is not a character');
    else if (text.includes('\0')) complain('contains a NUL character');
    else if (min > 0 && !hasVisibleText(text)) complain('must not be empty');
    // Code points are at most code units, so a text that long needs no counting.
    else if (text.length > max && countCharacters(text) > max) complain(`must be at most ${max} characters`);
  });
  return schema.meta({ minLength: min, maxLength: max });
}

/** An id of ours that a caller names. @param what it is the id of, with an article */
export function namedId(what: string) {
  const schema = z.string({ error: 'must be a string' }).refine(isId, `must be the id of ${what}`);
  return schema.meta({ description: `The id of ${what}.`, pattern: ID_PATTERN.source });
}
