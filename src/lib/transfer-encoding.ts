import { concat } from './bytes.ts';

/** Decodes a `Content-Transfer-Encoding` piece by piece. */
export interface TransferDecoder {
  /** @returns the bytes that are certain now @throws BrokenEncoding */
  write(bytes: Uint8Array): Uint8Array;
  /** @returns the bytes that were held back @throws BrokenEncoding if the text ends too early */
  end(): Uint8Array;
}

export class BrokenEncoding extends Error {}

/** The encodings that change bytes (RFC 2045 section 6.1), by their names in lower case. */
export const TRANSFER_DECODERS: ReadonlyMap<string, () => TransferDecoder> = new Map([
  ['base64', newBase64Decoder],
  ['quoted-printable', newQuotedPrintableDecoder],
]);

const NOTHING = new Uint8Array();
const [TAB, LF, CR, SPACE, EQUALS] = [0x09, 0x0a, 0x0d, 0x20, 0x3d];
const NO_DIGIT = 0xff;

const BASE64_DIGITS = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, digit] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries()) {
  BASE64_DIGITS[digit.charCodeAt(0)] = value;
}

/** Lines may have any length, and padding is optional. */
function newBase64Decoder(): TransferDecoder {
  let bits = 0;
  let bitCount = 0;
  let digits = 0;
  let padding = 0;
  return {
    write(bytes) {
      const decoded = new Uint8Array(Math.ceil((bytes.length * 3) / 4));
      let length = 0;
      for (const byte of bytes) {
        if (byte === SPACE || byte === CR || byte === LF || byte === TAB) continue;
        if (byte === EQUALS) {
          padding += 1;
          continue;
        }
        const value = BASE64_DIGITS[byte] ?? NO_DIGIT;
        if (value === NO_DIGIT || padding > 0) throw new BrokenEncoding();
        digits += 1;
        bits = ((bits << 6) | value) & 0xffff;
        bitCount += 6;
        if (bitCount < 8) continue;
        bitCount -= 8;
        decoded[length++] = bits >> bitCount;
      }
      return decoded.subarray(0, length);
    },
    end() {
      const isPadded = padding <= 2 && (digits + padding) % 4 === 0;
      if (digits % 4 === 1 || (padding > 0 && !isPadded)) throw new BrokenEncoding();
      return NOTHING;
    },
  };
}

/** Bound of the bytes held back, and of spaces in a row. An encoder's lines have at most 76 characters. */
const HELD_MAX_BYTES = 1_000;

const isBlank = (byte: number | undefined) => byte === SPACE || byte === TAB;
const isLineEnd = (byte: number | undefined) => byte === CR || byte === LF || byte === undefined;

function newQuotedPrintableDecoder(): TransferDecoder {
  let held = NOTHING;
  const decode = (piece: Uint8Array, isLast: boolean) => {
    const bytes = concat([held, piece]);
    const end = isLast ? bytes.length : endOfKnown(bytes);
    held = bytes.slice(end);
    if (held.length > HELD_MAX_BYTES) throw new BrokenEncoding();
    return decodeQuotedPrintable(bytes.subarray(0, end));
  };
  return { write: (bytes) => decode(bytes, false), end: () => decode(NOTHING, true) };
}

/** The end of the bytes that no later byte changes: before half an escape, or spaces that may end a line. */
function endOfKnown(bytes: Uint8Array): number {
  let end = bytes.length;
  if (bytes[end - 2] === EQUALS) end -= 2;
  while (isBlank(bytes[end - 1]) || bytes[end - 1] === CR || bytes[end - 1] === EQUALS) end--;
  return end;
}

function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const isEscape = bytes[at] === EQUALS;
    let next = isEscape ? at + 1 : at;
    while (isBlank(bytes[next])) next++;
    if (next - at > HELD_MAX_BYTES) throw new BrokenEncoding();
    if (isEscape && isLineEnd(bytes[next])) {
      at = next + (bytes[next] === CR && bytes[next + 1] === LF ? 2 : 1);
    } else if (isEscape) {
      decoded[length++] = toByte(bytes.subarray(at + 1, at + 3));
      at += 3;
    } else if (next > at) {
      // RFC 2045 section 6.7, rule 3: delete white space at the end of a line.
      const blanks = isLineEnd(bytes[next]) ? NOTHING : bytes.subarray(at, next);
      decoded.set(blanks, length);
      length += blanks.length;
      at = next;
    } else {
      decoded[length++] = bytes[at++] ?? 0;
    }
  }
  return decoded.subarray(0, length);
}

function toByte(digits: Uint8Array): number {
  const text = String.fromCharCode(...digits);
  if (!/^[0-9A-Fa-f]{2}$/.test(text)) throw new BrokenEncoding();
  return Number.parseInt(text, 16);
}
