import {
  type Bounds,
  MAX_TRACKS,
  type MediaProperties,
  noVideo,
  requireDrawable,
  toMilliseconds,
} from './properties.ts';
import { type Edits, MediaError, malformed, type Reader, trailing, truncated, uint32, uncleanable } from './reader.ts';

/** The id of the EBML header, with which WebM and Matroska files begin (RFC 8794), in Latin-1. */
export const EBML_SIGNATURE = '\x1a\x45\xdf\xa3';

const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const INFO = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
const MUXING_APP = 0x4d80;
const WRITING_APP = 0x5741;
const TRACKS = 0x1654ae6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const VIDEO = 0xe0;
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;
const DISPLAY_WIDTH = 0x54b0;
const DISPLAY_HEIGHT = 0x54ba;
const DISPLAY_UNIT = 0x54b2;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const CUES = 0x1c53bb6b;
const VOID = 0xec;

/**
 * The elements that play a film, by their parent element (RFC 9559). An element with a line of its own is walked. All
 * others become Void, among them Tags, Attachments, Chapters, titles, dates, names, and the checksums of changed
 * elements.
 */
const KEPT: ReadonlyMap<number, readonly number[]> = new Map([
  [EBML, [0x4286, 0x42f7, 0x42f2, 0x42f3, DOC_TYPE, 0x4287, 0x4285]],
  [SEGMENT, [SEEK_HEAD, INFO, TRACKS, CLUSTER, CUES]],
  [INFO, [TIMESTAMP_SCALE, DURATION, MUXING_APP, WRITING_APP]],
  [TRACKS, [TRACK_ENTRY]],
  [
    TRACK_ENTRY,
    // Number, UID, type, flags, durations, languages, codec with its private data and delays, picture, sound,
    // encodings, alpha.
    [
      0xd7,
      0x73c5,
      TRACK_TYPE,
      0xb9,
      0x88,
      0x55aa,
      0x9c,
      0x23e383,
      0x234e7a,
      0x22b59c,
      0x22b59d,
      0x86,
      0x63a2,
      0x56aa,
      0x56bb,
      VIDEO,
      0xe1,
      0x6d80,
      0x41e4,
      0x55ee,
    ],
  ],
  [
    VIDEO,
    // Sizes, cropping, interlacing, alpha, stereo, colour, projection.
    [
      PIXEL_WIDTH,
      PIXEL_HEIGHT,
      DISPLAY_WIDTH,
      DISPLAY_HEIGHT,
      DISPLAY_UNIT,
      0x54aa,
      0x54bb,
      0x54cc,
      0x54dd,
      0x54b3,
      0x9a,
      0x9d,
      0x53c0,
      0x53b8,
      0x55b0,
      0x7670,
    ],
  ],
  // The others are timestamp, position and size of the cluster before.
  [CLUSTER, [0xe7, SIMPLE_BLOCK, BLOCK_GROUP, 0xa7, 0xab]],
]);

interface Film {
  readonly edits: Edits;
  docType: string;
  timestampScale: number;
  duration: number;
  hasBlocks: boolean;
  readonly tracks: Map<number, number>[];
}

/**
 * Walks the elements of a WebM file. Removed elements become Void of the same length, since cues say offsets. Segment
 * and clusters may be without a length, as browsers record and servers send them live; such a file is whole when its
 * last element is.
 */
export function inspectWebm(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  const film: Film = { edits, docType: '', timestampScale: 1_000_000, duration: 0, hasBlocks: false, tracks: [] };
  walkElement(film, file, EBML);
  if (film.docType !== 'webm') throw new MediaError('unknown_type', 'is Matroska, but not WebM');
  walkElement(film, file, SEGMENT);
  if (file.left > 0) trailing();

  const types = film.tracks.map((track) => track.get(TRACK_TYPE));
  if (types.length === 0 || !film.hasBlocks) truncated();
  if (types.some((type) => type !== 1 && type !== 2)) uncleanable();
  const video = film.tracks[types.indexOf(1)] ?? noVideo();
  const isScaled = (video.get(DISPLAY_UNIT) ?? 0) === 0;
  const width = (isScaled && video.get(DISPLAY_WIDTH)) || (video.get(PIXEL_WIDTH) ?? 0);
  const height = (isScaled && video.get(DISPLAY_HEIGHT)) || (video.get(PIXEL_HEIGHT) ?? 0);
  requireDrawable(width, height, 1, bounds);
  return { width, height, durationMs: toMilliseconds((film.duration * film.timestampScale) / 1e9) };
}

/** The next element, which has to be this one. */
function walkElement(film: Film, elements: Reader, expected: number): void {
  const id = readId(elements);
  if (id !== expected) malformed();
  const size = readSize(elements);
  if (size !== undefined) walkChildren(film, id, elements.part(size), false);
  else if (id === SEGMENT) walkChildren(film, id, elements, true);
  else malformed();
}

function walkChildren(film: Film, parent: number, elements: Reader, isOpen: boolean): void {
  const kept = KEPT.get(parent);
  while (elements.left > 0) {
    const { at } = elements;
    const id = readId(elements);
    // Without a length, a cluster ends where an element of the segment begins; those have the long ids.
    if (isOpen && parent === CLUSTER && id > 0xffffff) {
      elements.at = at;
      return;
    }
    const size = readSize(elements);
    if (id === TRACK_ENTRY && film.tracks.push(new Map()) > MAX_TRACKS) malformed();
    if (size === undefined) {
      if (id !== CLUSTER || parent !== SEGMENT) malformed();
      walkChildren(film, id, elements, true);
      continue;
    }
    const element = elements.part(size);
    if (!kept?.includes(id)) becomeVoid(film.edits, at, element.end);
    else if (KEPT.has(id)) walkChildren(film, id, element, false);
    else readElement(film, id, parent, element);
  }
}

function readElement(film: Film, id: number, parent: number, element: Reader): void {
  const { left: size } = element;
  if (id === DOC_TYPE) film.docType = element.text(size).replace(/\0+$/, '');
  else if (id === TIMESTAMP_SCALE) film.timestampScale = element.uint(size);
  else if (id === DURATION) film.duration = readFloat(element);
  else if (id === MUXING_APP || id === WRITING_APP) film.edits.blank(element.at, element.end);
  else if (id === SIMPLE_BLOCK || id === BLOCK_GROUP) film.hasBlocks = true;
  else if ((parent === TRACK_ENTRY || parent === VIDEO) && size <= 8) film.tracks.at(-1)?.set(id, element.uint(size));
}

function readFloat({ bytes, at, left }: Reader): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, left);
  return left === 8 ? view.getFloat64(0) : left === 4 ? view.getFloat32(0) : 0;
}

/** An id: a number of variable length (RFC 8794, section 4) with the bit that marks its length. */
function readId(reader: Reader): number {
  const length = readLength(reader);
  return length > 4 ? malformed() : reader.uint(length);
}

/** Undefined when all bits are set: it ends with its parent, or before an element that cannot be its child. */
function readSize(reader: Reader): number | undefined {
  const length = readLength(reader);
  if (length > 8) malformed();
  const high = reader.uint(1) & (0xff >> length);
  const low = reader.uint(length - 1);
  const isUnknown = high === 0xff >> length && low === 256 ** (length - 1) - 1;
  return isUnknown ? undefined : high * 256 ** (length - 1) + low;
}

/** The zeros that a number begins with say its length: none for one byte, seven for eight. */
function readLength(reader: Reader): number {
  if (reader.left === 0) truncated();
  return Math.clz32(reader.bytes[reader.at] ?? 0) - 23;
}

/** Void of the same length: its id, the size of the rest in one byte or in eight, zeros. */
function becomeVoid(edits: Edits, from: number, to: number): void {
  const length = to - from;
  const header = length < 129 ? [VOID, 0x80 + length - 2] : [VOID, 1, 0, 0, 0, ...uint32(length - 9)];
  edits.replace(from, from + header.length, Uint8Array.from(header));
  edits.blank(from + header.length, to);
}
