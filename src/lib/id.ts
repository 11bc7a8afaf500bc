import { encodeTime, ulid } from 'ulid';

/** Random bytes drawn at once, so that an id costs no call into the runtime's CSPRNG of its own. */
const POOL = new Uint8Array(512);
let unread = 0;

function nextRandom(): number {
  if (unread === 0) {
    crypto.getRandomValues(POOL);
    unread = POOL.length;
  }
  unread -= 1;
  return (POOL[unread] ?? 0) / 256;
}

/** A ULID of the given time (unix milliseconds): 26 Crockford base-32 digits, upper case, sortable by time. */
export function newId(now: number): string {
  return ulid(now, nextRandom);
}

/** The smallest id of a time (unix milliseconds). */
export function firstIdOf(time: number): string {
  return `${encodeTime(time)}${'0'.repeat(16)}`;
}

export const ID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Tells if a text has the form of our ids; any other needs no look-up. Ids are upper case. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}
