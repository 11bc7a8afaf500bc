export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The one range that a `Range` header asks for (RFC 9110 section 14.2).
 *
 * @param size of the whole
 * @returns `unsatisfiable` if the range lies outside; undefined if the header must be ignored: it is malformed, of
 * another unit, or asks for several ranges
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=\s*(?:(\d+)-(\d*)|-(\d+))\s*$/i.exec(header);
  if (!match) return undefined;
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'unsatisfiable' : { offset: size - length, length };
  }
  const offset = Number(first);
  const end = last ? Number(last) : Number.POSITIVE_INFINITY;
  if (end < offset) return undefined;
  return offset >= size ? 'unsatisfiable' : { offset, length: Math.min(end + 1, size) - offset };
}
