import { type Bounds, displayed, type Found, requireDrawable } from './found.ts';
import { inspectMp4, MP4_START } from './mp4.ts';
import { readOrientation, tiffOf, writeOrientation } from './orientation.ts';
import { Edits, malformed, Reader, truncated } from './reader.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

/** Baseline, extended and progressive frames with Huffman coding: what browsers decode. */
const FRAMES = [0xc0, 0xc1, 0xc2];

/** Huffman tables, quantization tables, restart interval. */
const TABLES = [0xc4, 0xdb, 0xdd];

/** `JFIF\0`, version, units and densities; a thumbnail would follow. */
const JFIF_SIZE = 12;

/** `Adobe`, version, flags and the colour transform. */
const ADOBE_SIZE = 12;

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  /** There are more pictures behind this one (CIPA DC-007). */
  readonly hasMore: boolean;
  /** There is a film behind it (Google's Motion Photo). */
  readonly hasMotion: boolean;
}

/**
 * Walks a JPEG (ITU-T T.81) and keeps what draws it: tables, frame, scans, JFIF's header, the colour profile, Adobe's
 * colour transform. All else is metadata and goes; thumbnails too, which may show what was cropped away. The orientation
 * stays, as EXIF that says nothing else.
 *
 * What stands behind the end is never stored. It is dropped where phones put it (pictures or a film that the file declares,
 * Samsung's trailer, zeros), and refused as a second file in the same bytes otherwise.
 */
export function inspectJpeg(file: Reader, edits: Edits, bounds: Bounds): Found {
  const { width, height, orientation, hasMore, hasMotion } = walkPicture(file, edits, bounds);
  const end = file.at;
  let last = end;
  file.skipZeros();
  while (hasMore && file.left > 1 && file.bytes[file.at] === 0xff && file.bytes[file.at + 1] === SOI) {
    walkPicture(file, new Edits(), bounds);
    last = file.at;
    file.skipZeros();
  }
  const rest = new Reader(file.bytes, last);
  if (isSamsungTrailer(file, last)) file.at = file.end;
  else if (hasMotion && MP4_START.test(rest.again().text(Math.min(12, rest.left)))) {
    inspectMp4(rest, new Edits(), bounds);
    file.at = rest.at;
  }
  file.close(edits, end);
  return displayed(width, height, orientation);
}

function walkPicture(file: Reader, edits: Edits, bounds: Bounds): Picture {
  let frame: { width: number; height: number } | undefined;
  let orientation: number | undefined;
  let hasMore = false;
  let hasMotion = false;
  let scans = 0;
  if (file.uint(2) !== 0xff00 + SOI) malformed();
  for (;;) {
    const { at } = file;
    const marker = readMarker(file);
    if (marker === EOI) break;
    const length = file.uint(2);
    if (length < 2) malformed();
    const body = file.part(length - 2);
    const start = body.at;
    const replace = (by?: Uint8Array) => edits.replace(at, body.end, by);
    if (FRAMES.includes(marker)) {
      if (frame) malformed();
      body.skip(1);
      const height = body.uint(2);
      const width = body.uint(2);
      frame = { width, height };
    } else if (marker === SOS) {
      if (!frame) malformed();
      requireDrawable(frame.width, frame.height, ++scans, bounds);
      skipScan(file);
    } else if (marker >= APP0) {
      const name = body.text(Math.min(12, body.left));
      body.at = start;
      if (marker === APP0 && name.startsWith('JFIF\0') && body.left >= JFIF_SIZE + 2) {
        replace(segment(marker, body.bytes.subarray(start, start + JFIF_SIZE), [0, 0]));
      } else if (marker === APP14 && name.startsWith('Adobe') && body.left >= ADOBE_SIZE) {
        replace(segment(marker, body.bytes.subarray(start, start + ADOBE_SIZE)));
      } else if (marker === APP2 && name === 'ICC_PROFILE\0') {
        // Stays.
      } else if (marker === APP1 && name.startsWith('Exif\0\0') && orientation === undefined && scans === 0) {
        orientation = readOrientation(tiffOf(body));
        replace(orientation === 1 ? undefined : exif(orientation));
      } else {
        hasMore ||= marker === APP2 && name.startsWith('MPF\0');
        hasMotion ||= marker === APP1 && /MotionPhoto|MicroVideo/.test(body.text(body.left));
        replace();
      }
    } else if (!TABLES.includes(marker)) malformed();
  }
  if (!frame || scans === 0) malformed();
  return { ...frame, orientation: orientation ?? 1, hasMore, hasMotion };
}

/** A marker may be preceded by any number of fill bytes (B.1.1.2). */
function readMarker(file: Reader): number {
  if (file.uint(1) !== 0xff) malformed();
  let marker = 0xff;
  while (marker === 0xff) marker = file.uint(1);
  return marker;
}

/** To the marker that ends a scan: in it, 0xFF is followed by a zero or is a restart marker. */
function skipScan(file: Reader): void {
  const { bytes, end } = file;
  for (let at = file.at; at < end - 1; at++) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] ?? 0;
    if (next === 0 || (next >= 0xd0 && next <= 0xd7) || next === 0xff) continue;
    file.at = at;
    return;
  }
  truncated();
}

function segment(marker: number, body: Uint8Array, tail: readonly number[] = []): Uint8Array {
  return Uint8Array.of(0xff, marker, 0, 2 + body.length + tail.length, ...body, ...tail);
}

function exif(orientation: number): Uint8Array {
  return segment(APP1, Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0, ...writeOrientation(orientation)));
}

/**
 * Samsung's phones end photos with blocks of data and a list of them: `SEFH`, a version, how many, for each what it is, how far
 * before the list it begins and how long it is; then the size of the list, and `SEFT`.
 *
 * @param last where the last picture ends; up to the cursor are zeros, some of which may be the first block's
 */
function isSamsungTrailer({ bytes, at, end }: Reader, last: number): boolean {
  if (end - last < 20) return false;
  const foot = new Reader(bytes, end - 8);
  const listAt = end - 8 - foot.uintLe(4);
  if (listAt < last || foot.text(4) !== 'SEFT') return false;
  const list = new Reader(bytes, listAt, end - 8);
  if (list.left < 12 || list.text(4) !== 'SEFH') return false;
  list.skip(4);
  const count = list.uintLe(4);
  let before = 0;
  for (; list.left >= 12; list.skip(4)) {
    list.skip(4);
    before = Math.max(before, list.uintLe(4));
  }
  const start = listAt - before;
  return count > 0 && start >= last && start <= at;
}
