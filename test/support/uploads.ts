import { utf8 } from '../../src/lib/bytes.ts';

/** One part of a form. */
export interface TestPart {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly body: string | Uint8Array;
}

export const BOUNDARY = '------------------------d74496d66958873e';

/** A request with a form, as curl writes one. */
export function formOf(
  parts: readonly TestPart[],
  boundary = BOUNDARY,
): { readonly headers: Record<string, string>; readonly body: Uint8Array } {
  const pieces = parts.flatMap(({ name, filename, type, body }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const typed = type === undefined ? '' : `\r\nContent-Type: ${type}`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}${typed}\r\n\r\n`;
    return [head, body, '\r\n'];
  });
  const body = bytesOf(...pieces, `--${boundary}--\r\n`);
  return { headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` }, body };
}

/** Texts, in UTF-8, and bytes as one. */
export function bytesOf(...pieces: readonly (string | Uint8Array)[]): Uint8Array {
  const encoded = pieces.map((piece) => (typeof piece === 'string' ? utf8(piece) : piece));
  const bytes = new Uint8Array(encoded.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of encoded) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A file under `media`. */
export function file(body: string | Uint8Array, filename = 'a.png', type = 'image/png'): TestPart {
  return { name: 'media', filename, type, body };
}

/** A picture of one pixel. */
export const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='),
  (character) => character.charCodeAt(0),
);
