import { PART_HEADERS_MAX, PART_HEADERS_MAX_BYTES } from '../../config/limits.ts';
import { ApiError, invalidField } from '../../domain/api-error.ts';
import { concat, utf8 } from '../../lib/bytes.ts';
import { parseContentType, parseDisposition } from '../../lib/header-value.ts';
import { readChunks } from './read-bytes.ts';

/** The events of a body, in order: the head of a part, its bytes in pieces, its end. */
export type PartEvent =
  | { readonly type: 'part'; readonly part: Part }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

export interface Part {
  readonly name: string;
  /** As it was sent, escapes too. We never store it. */
  readonly filename: string | undefined;
  /** The whole header; undefined = it is absent or empty. */
  readonly contentType: string | undefined;
  /** In lower case. The bytes of the events are still encoded. */
  readonly transferEncoding: string | undefined;
}

/** The runtime's own reads are a sixteenth of this, and each read costs a turn of the event loop. */
const READ_BYTES = 64 * 1_024;

/**
 * Parses a multipart/form-data body (RFC 7578, RFC 2046) while it arrives. It reads the next chunk only when the caller
 * has taken the events of the one before, and keeps no more than the headers of one part.
 *
 * @throws ApiError `invalid_request` with the error of the body, `payload_too_large`
 */
export async function* readParts(request: Request, maxBytes: number): AsyncGenerator<PartEvent> {
  const parser = new Parser(boundaryOf(request));
  const reader = request.body?.getReader({ mode: 'byob' });
  const chunks = readChunks(
    reader && { read: () => reader.read(new Uint8Array(READ_BYTES)), cancel: () => reader.cancel() },
  );
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new ApiError({ code: 'payload_too_large', maxBytes });
    yield* parser.write(chunk);
    // The epilogue has no meaning (RFC 2046 section 5.1.1), and may have no end.
    if (parser.isDone) return;
  }
  throw invalidField('body', 'ends before its closing boundary');
}

/** RFC 2046 section 5.1.1: a boundary has 1 to 70 characters and does not end in a space. */
function boundaryOf({ headers }: Request): string {
  const boundary = parseContentType(headers.get('Content-Type'))?.parameters.get('boundary')?.trimEnd() ?? '';
  if (!/^[\x20-\x7e]{1,70}$/.test(boundary)) throw invalidField('Content-Type', 'must name the boundary of the parts');
  return boundary;
}

const [HYPHEN, CR, LF] = [0x2d, 0x0d, 0x0a];

/** The state between two chunks, which may be cut anywhere. */
class Parser {
  isDone = false;
  readonly #delimiter: Delimiter;
  /** Undefined while we read content or the preamble. */
  #head: Head | undefined;
  #isInPart = false;
  /**
   * The reader is at the line end between headers and content. A boundary that begins here would leave the part without
   * content.
   */
  #isAtLineEnd = false;
  /** Bytes that may begin a boundary. The first boundary needs no line end before it at the start of the body. */
  #rest = utf8('\r\n');

  constructor(boundary: string) {
    this.#delimiter = new Delimiter(utf8(`\r\n--${boundary}`));
  }

  *write(chunk: Uint8Array): Generator<PartEvent> {
    const bytes = this.#rest.length === 0 ? chunk : concat([this.#rest, chunk]);
    this.#rest = NOTHING;
    let at = 0;
    while (at < bytes.length) {
      if (this.#head) {
        at = this.#head.read(bytes, at);
        this.isDone = this.#head.isClosing;
        if (this.isDone) return;
        if (!this.#head.isWhole) continue;
        yield { type: 'part', part: partOf(this.#head.headers) };
        this.#head = undefined;
        this.#isInPart = true;
        this.#isAtLineEnd = true;
      }
      const { start, end } = this.#delimiter.find(bytes, at);
      if (this.#isAtLineEnd && (start > at || end !== undefined)) {
        if (start === at || bytes[at + 1] !== LF) unreadable();
        this.#isAtLineEnd = false;
        at += 2;
      }
      if (start > at && this.#isInPart) yield { type: 'bytes', bytes: bytes.subarray(at, start) };
      if (end === undefined) {
        this.#rest = bytes.slice(start);
        return;
      }
      if (this.#isInPart) yield { type: 'end' };
      this.#isInPart = false;
      this.#head = new Head();
      at = end;
    }
  }
}

/** Finds a boundary and the line end before it (Boyer-Moore-Horspool). */
class Delimiter {
  readonly #bytes: Uint8Array;
  /** For each byte under the end of the delimiter, the distance to the next place to compare. */
  readonly #shifts: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#shifts = new Uint8Array(256).fill(bytes.length);
    for (const [i, byte] of bytes.subarray(0, -1).entries()) this.#shifts[byte] = bytes.length - 1 - i;
  }

  /** @returns its first position; without `end` it is cut off there, or absent */
  find(bytes: Uint8Array, from: number): { readonly start: number; readonly end?: number } {
    const last = this.#bytes.length - 1;
    let end = from + last;
    while (end < bytes.length) {
      const byte = bytes[end] ?? 0;
      if (byte === this.#bytes[last] && this.#isAt(bytes, end - last)) return { start: end - last, end: end + 1 };
      end += this.#shifts[byte] ?? 1;
    }
    let start = end - last;
    while (start < bytes.length && !this.#isAt(bytes, start)) start++;
    return { start };
  }

  /** Compares it with the bytes from `start` on; those that have not arrived count as equal. */
  #isAt(bytes: Uint8Array, start: number): boolean {
    const length = Math.min(this.#bytes.length, bytes.length - start);
    let i = length - 1;
    while (i >= 0 && bytes[start + i] === this.#bytes[i]) i--;
    return i < 0;
  }
}

/** The text between a boundary and its content. */
class Head {
  /** The boundary is the last one. */
  isClosing = false;
  /** The headers have been read, but not the line end after them. */
  isWhole = false;
  readonly headers: (readonly [name: string, value: string])[] = [];
  readonly #bytes = new Uint8Array(PART_HEADERS_MAX_BYTES);
  #length = 0;
  #lineStart = 0;

  /** @returns the place of the first byte that it did not read */
  read(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      this.isWhole = byte === CR && this.#lineStart > 0 && this.#lineStart === this.#length;
      if (this.isWhole) return at;
      if (this.#length === this.#bytes.length) unreadable();
      this.#bytes[this.#length++] = byte;
      this.isClosing = this.#length === 2 && this.#bytes[0] === HYPHEN && byte === HYPHEN;
      if (this.isClosing) return at + 1;
      if (byte === LF) this.#endLine();
    }
    return bytes.length;
  }

  #endLine(): void {
    const isFirst = this.#lineStart === 0;
    const line = decoder.decode(this.#bytes.subarray(this.#lineStart, this.#length));
    this.#lineStart = this.#length;
    if (isFirst) {
      // White space may follow the boundary (RFC 2046 section 5.1.1).
      if (!/^[ \t]*\r\n$/.test(line)) unreadable();
      return;
    }
    const [, name, value = ''] = HEADER.exec(line) ?? unreadable();
    const before = name === undefined ? this.headers.pop() : ([name.toLowerCase(), ''] as const);
    if (!before || this.headers.length === PART_HEADERS_MAX) unreadable();
    this.headers.push([before[0], `${before[1]} ${value}`.trim()]);
  }
}

/** A header, or the continuation of the one before it (RFC 5322 section 2.2.3). */
const HEADER = /^(?:([!#$%&'*+.^\w`|~-]+)[ \t]*:|[ \t])([^\0\r\n]*)\r\n$/;
const decoder = new TextDecoder();

function partOf(headers: Head['headers']): Part {
  const header = (name: string) => {
    const [value, another] = headers.filter(([other]) => other === name);
    return another ? unreadable() : value?.[1];
  };
  const disposition = parseDisposition(header('content-disposition') ?? '');
  const name = disposition?.parameters.get('name');
  if (disposition?.type !== 'form-data' || name === undefined) unreadable();
  const extended = disposition.parameters.get('filename*');
  // RFC 8187 section 3.2.1: a percent sign begins two digits.
  if (extended !== undefined && /%(?![0-9A-Fa-f]{2})/.test(extended)) unreadable();
  return {
    name,
    filename: extended ?? disposition.parameters.get('filename'),
    contentType: header('content-type') || undefined,
    transferEncoding: header('content-transfer-encoding')?.toLowerCase(),
  };
}

const NOTHING = new Uint8Array();

function unreadable(): never {
  throw invalidField('body', 'holds a part whose headers cannot be read');
}
