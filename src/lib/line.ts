/**
 * Controls, line and paragraph separators, and bidi controls (UAX #9): embeddings, overrides, isolates and marks.
 * Joiners are not among them, because emoji and scripts such as Persian need them.
 */
const BREAKING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/u;
const EACH_BREAKING = new RegExp(BREAKING, 'gu');

/** Tells if a text breaks its line, or reverses the text around it. */
export function breaksLine(text: string): boolean {
  return BREAKING.test(text);
}

/** A name from elsewhere on one line: what {@link breaksLine} looks for is a space. */
export function toLine(text: string): string {
  return text.replace(EACH_BREAKING, ' ').replace(/\s+/g, ' ').trim();
}
