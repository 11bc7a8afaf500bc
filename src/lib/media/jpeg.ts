import { findPictureEnd } from './jpeg-scan.ts';
import { DHT, DRI, EOI, type Segment, SOF0, SOF1, SOF2, SOS, segmentsOf } from './jpeg-segments.ts';
import { readOrientation, tiffOf, writeOrientation } from './orientation.ts';
import { type Bounds, displayedProperties, type MediaProperties, requireDrawable } from './properties.ts';
import { type Edits, MediaError, malformed, Reader } from './reader.ts';

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const FRAMES = [SOF0, SOF1, SOF2];

/** Huffman tables, quantization tables, restart interval. */
const TABLES = [DHT, 0xdb, DRI];

/** The height of the frame once more, after its first scan. */
const DNL = 0xdc;

/** `JFIF\0`, version, units and densities; a thumbnail would follow. */
const JFIF_SIZE = 12;

/** `Adobe`, version, flags and the colour transform. */
const ADOBE_SIZE = 12;

interface Picture {
  frame: { readonly width: number; readonly height: number } | undefined;
  orientation: number | undefined;
  scans: number;
}

/**
 * Walks a JPEG (ITU-T T.81) and keeps what draws it: tables, frame, scans, JFIF's header, the colour profile, Adobe's
 * colour transform. All else is metadata and is removed; thumbnails too, which may show cropped parts. The orientation
 * stays, as EXIF that says nothing else.
 *
 * Nothing after the end of the picture is stored: films and further pictures of phones, trailers, padding, other files.
 * A picture that is complete but for its end marker gets one.
 */
export function inspectJpeg(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  const picture: Picture = { frame: undefined, orientation: undefined, scans: 0 };
  const trailerAt = Math.min(samsungTrailerAt(file), file.end);
  const untilTrailer = new Reader(file.bytes, file.at, trailerAt);
  let reason: MediaError | undefined;
  try {
    for (const segment of segmentsOf(file)) readSegment(segment, picture, edits, bounds);
    if (!picture.frame || picture.scans === 0) malformed();
  } catch (error) {
    if (!(error instanceof MediaError) || picture.scans === 0 || !ENDLESS.includes(error.why)) throw error;
    reason = error;
  }
  const isEndless = reason !== undefined || file.at > trailerAt;
  const end = isEndless ? findPictureEnd(untilTrailer) : undefined;
  if (end !== undefined) edits.endAt(end, file.end, Uint8Array.of(0xff, EOI));
  else if (reason) throw reason;
  else edits.endAt(file.at, file.end);

  const { frame, orientation } = picture;
  return displayedProperties(frame?.width ?? 0, frame?.height ?? 0, orientation);
}

/** Without an end marker a walk continues into the bytes that follow, or ends with the file. */
const ENDLESS: readonly MediaError['why'][] = ['malformed', 'truncated'];

function readSegment({ marker, from, at, body }: Segment, picture: Picture, edits: Edits, bounds: Bounds): void {
  edits.replace(from, at);
  const { at: start, end } = body;
  const replace = (by?: Uint8Array) => edits.replace(at, end, by);
  if (FRAMES.includes(marker)) {
    if (picture.frame) malformed();
    body.skip(1);
    const height = body.uint(2);
    picture.frame = { height, width: body.uint(2) };
  } else if (marker === SOS) {
    if (!picture.frame) malformed();
    requireDrawable(picture.frame.width, picture.frame.height, ++picture.scans, bounds);
  } else if (marker >= APP0) {
    const name = body.text(Math.min(12, body.left));
    body.at = start;
    if (marker === APP0 && name.startsWith('JFIF\0') && body.left >= JFIF_SIZE + 2) {
      replace(segment(marker, body.bytes.subarray(start, start + JFIF_SIZE), [0, 0]));
    } else if (marker === APP14 && name.startsWith('Adobe') && body.left >= ADOBE_SIZE) {
      replace(segment(marker, body.bytes.subarray(start, start + ADOBE_SIZE)));
    } else if (marker === APP2 && name === 'ICC_PROFILE\0') {
      // Stays.
    } else if (marker === APP1 && name.startsWith('Exif\0\0') && picture.orientation === undefined && !picture.scans) {
      picture.orientation = readOrientation(tiffOf(body));
      replace(picture.orientation === 1 ? undefined : exif(picture.orientation));
    } else replace();
  } else if (marker === DNL) replace();
  else if (marker !== EOI && !TABLES.includes(marker)) malformed();
}

function segment(marker: number, body: Uint8Array, tail: readonly number[] = []): Uint8Array {
  return Uint8Array.of(0xff, marker, 0, 2 + body.length + tail.length, ...body, ...tail);
}

function exif(orientation: number): Uint8Array {
  return segment(APP1, Uint8Array.of(0x45, 0x78, 0x69, 0x66, 0, 0, ...writeOrientation(orientation)));
}

/**
 * Finds the start of the trailer of Samsung's phones, which may hold whole films and pictures. An end marker within it
 * is not the picture's. The trailer is blocks of data and a list of them: `SEFH`, a version, the number of blocks, then
 * for each block its type, its distance before the list and its length. The size of the list and `SEFT` follow.
 *
 * @returns Infinity for a file without the trailer
 */
function samsungTrailerAt({ bytes, at, end }: Reader): number {
  const none = Number.POSITIVE_INFINITY;
  if (end - at < 20) return none;
  const foot = new Reader(bytes, end - 8, end);
  const listAt = end - 8 - foot.uintLe(4);
  if (listAt < at || foot.text(4) !== 'SEFT') return none;
  const list = new Reader(bytes, listAt, end - 8);
  if (list.left < 12 || list.text(4) !== 'SEFH') return none;
  list.skip(8);
  let before = 0;
  for (; list.left >= 12; list.skip(4)) {
    list.skip(4);
    before = Math.max(before, list.uintLe(4));
  }
  return listAt - before;
}
