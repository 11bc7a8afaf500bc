import { malformed, type Reader, truncated } from './reader.ts';

/** Start of image: the first marker of a file. The second bytes of markers are those of ITU-T T.81, table B.1. */
export const SOI = 0xd8;

/** End of image. The walk ends here, and all bytes after it are dropped. */
export const EOI = 0xd9;

/** Start of scan: entropy-coded bytes follow its segment, up to the next marker. */
export const SOS = 0xda;

/** Define Huffman tables. */
export const DHT = 0xc4;

/** Define restart interval. */
export const DRI = 0xdd;

/** Baseline, extended and progressive frames with Huffman coding: what browsers decode. */
export const SOF0 = 0xc0;

/** Start of an extended sequential frame. */
export const SOF1 = 0xc1;

/** Start of a progressive frame, which several scans draw. */
export const SOF2 = 0xc2;

/** A marker and its parameters. The body of EOI is empty; that of SOS does not hold the scan. */
export interface Segment {
  readonly marker: number;
  /** Offset of the bytes before the marker, which decoders skip; most files have no such bytes, and it is `at`. */
  readonly from: number;
  /** Offset of the marker. */
  readonly at: number;
  readonly body: Reader;
}

/** Steps through a JPEG (ITU-T T.81) from SOI to EOI. After SOS, it steps over the scan. */
export function* segmentsOf(file: Reader): Generator<Segment> {
  if (file.uint(2) !== 0xff00 + SOI) malformed();
  for (let previous = SOI; previous !== EOI; ) {
    const end = file.at;
    const marker = nextMarker(file);
    if (marker === undefined) {
      // Without another marker, bytes between segments are another file.
      if (previous !== SOS && file.left > 0 && file.bytes[end] !== 0xff) malformed();
      truncated();
    }
    const at = file.at - 2;
    const length = marker === EOI ? 2 : file.uint(2);
    if (length < 2) malformed();
    yield { marker, from: previous === SOS ? at : end, at, body: file.part(length - 2) };
    previous = marker;
  }
}

/**
 * Steps past the next marker, as libjpeg does: over fill bytes (B.1.1.2), zeros that are stuffed into a scan, markers
 * that stand alone (TEM, RST), and all other bytes that are no marker.
 */
function nextMarker(file: Reader): number | undefined {
  const { bytes, end } = file;
  for (let { at } = file; at < end - 1; at++) {
    if (bytes[at] !== 0xff) continue;
    const marker = bytes[at + 1] ?? 0;
    if (marker <= 1 || (marker >= 0xd0 && marker <= 0xd7) || marker === 0xff) continue;
    file.at = at + 2;
    return marker;
  }
  return undefined;
}
