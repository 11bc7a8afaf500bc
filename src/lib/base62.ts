/** Digits in their order of value (contract section 2). */
export const BASE62_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The largest multiple of 62 that a byte can hold; bytes from here on are drawn again. */
const UNBIASED_BYTES = 248;

/** A non-negative integer in base 62, left-padded with `0` to `width` digits. */
export function encodeBase62(value: number, width: number): string {
  let digits = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 62)) {
    digits = BASE62_ALPHABET.charAt(rest % 62) + digits;
  }
  return digits.padStart(width, '0');
}

/**
 * `length` base-62 digits, each equally likely. A byte of 248 and above is rejected: taking it modulo 62
 * would make the first eight digits likelier than the others.
 *
 * @param randomBytes draws so many bytes from a CSPRNG
 */
export function randomBase62(length: number, randomBytes: (count: number) => Uint8Array): string {
  let digits = '';
  while (digits.length < length) {
    for (const byte of randomBytes(length - digits.length)) {
      if (byte < UNBIASED_BYTES) digits += BASE62_ALPHABET.charAt(byte % 62);
    }
  }
  return digits;
}
