import { encodeBase62, randomBase62 } from '../../lib/base62.ts';
import { crc32 } from '../../lib/crc32.ts';

/** Prefix of a live API key; what routes a credential to this validator (contract section 2). */
export const KEY_PREFIX = 'jes_live_';

const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const CHECKSUM_AT = KEY_PREFIX.length + SECRET_LENGTH;
const KEY_LENGTH = CHECKSUM_AT + CHECKSUM_LENGTH;
const KEY_PATTERN = /^jes_live_[0-9A-Za-z]{49}$/;

const checksum = (key: string) => encodeBase62(crc32(key, CHECKSUM_AT), CHECKSUM_LENGTH);

/**
 * A new key: the prefix, 43 base-62 digits (256 bits) from a CSPRNG, and their CRC-32.
 *
 * @param randomBytes draws so many bytes; tests give their own
 */
export function generateKey(randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))): string {
  const body = KEY_PREFIX + randomBase62(SECRET_LENGTH, randomBytes);
  return body + checksum(body);
}

/**
 * Whether a credential has the form and the checksum of a key. It costs no I/O, and the checksum is no
 * security control: it spares look-ups of typing errors and lets secret scanners tell keys from noise.
 */
export function isWellFormedKey(credential: string): boolean {
  return credential.length === KEY_LENGTH && KEY_PATTERN.test(credential) && credential.endsWith(checksum(credential));
}

const EACH_KEY = new RegExp(`${KEY_PREFIX}[0-9A-Za-z]{4,}`, 'g');

/** A text of a caller with every key in it masked, also one that was cut short. */
export function maskKeysIn(text: string): string {
  return text.replace(EACH_KEY, maskKey);
}

/** All that a list or a log may show of a key: `jes_live_a1b2****`. */
export function maskKey(key: string): string {
  return `${key.slice(0, KEY_PREFIX.length + 4)}****`;
}
