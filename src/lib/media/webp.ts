import { readOrientation, tiffOf, writeOrientation } from './orientation.ts';
import { type Bounds, displayedProperties, type MediaProperties, requireDrawable } from './properties.ts';
import { type Edits, malformed, type Reader, uint32, uncleanable } from './reader.ts';

/** Flags of VP8X. */
const ANIMATED = 0x02;
const XMP = 0x04;
const EXIF = 0x08;

/**
 * Walks a WebP: RIFF chunks, and the headers of the VP8 and VP8L bitstreams in them. XMP and unknown chunks are
 * removed, their flags too; the orientation stays, as an EXIF chunk that says nothing else, for readers other than
 * Chromium, which does not turn a WebP.
 */
export function inspectWebp(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  file.skip(4);
  const riff = file.part(file.uintLe(4));
  riff.skip(4);
  file.close(edits);

  let canvas: Size | undefined;
  let isExtended = false;
  let isAnimated = false;
  let flagsAt = 0;
  let frames = 0;
  let orientation: number | undefined;
  let dropped = 0;
  const drop = (from: number, to: number, by?: Uint8Array) => {
    dropped += to - from - (by?.length ?? 0);
    edits.replace(from, to, by);
  };

  for (let isFirst = true; riff.left > 0; isFirst = false) {
    const { at } = riff;
    const name = riff.text(4);
    const data = riff.part(riff.uintLe(4));
    const { at: start, end } = data;
    riff.skip((end - start) & 1);
    if (isFirst && name === 'VP8X') {
      isExtended = true;
      flagsAt = start;
      isAnimated = (data.uint(1) & ANIMATED) !== 0;
      data.skip(3);
      canvas = { width: data.uintLe(3) + 1, height: data.uintLe(3) + 1 };
    } else if (name === 'VP8 ' || name === 'VP8L') {
      const size = readBitstream(name, data);
      if (isAnimated || ++frames > 1 || (canvas && !isSame(size, canvas))) malformed();
      canvas = size;
    } else if (name === 'ANMF' && isAnimated && canvas) {
      requireDrawable(canvas.width, canvas.height, ++frames, bounds);
      walkFrame(data, canvas);
    } else if (name === 'EXIF' && isExtended && orientation === undefined) {
      orientation = readOrientation(tiffOf(data));
      drop(at, riff.at, orientation > 1 ? exif(orientation) : undefined);
    } else if (!isExtended || !['ICCP', 'ANIM', 'ALPH'].includes(name)) drop(at, riff.at);
    if (isFirst && !canvas) malformed();
  }
  if (!canvas || frames === 0) malformed();
  requireDrawable(canvas.width, canvas.height, 1, bounds);
  const isOriented = orientation !== undefined && orientation > 1;
  if (isExtended) {
    const flags = (file.bytes[flagsAt] ?? 0) & ~(XMP | EXIF);
    edits.replace(flagsAt, flagsAt + 1, Uint8Array.of(isOriented ? flags | EXIF : flags));
  }
  edits.replace(4, 8, Uint8Array.from(uint32(riff.end - 8 - dropped).reverse()));
  return displayedProperties(canvas.width, canvas.height);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size that a bitstream gives itself: a key frame's of VP8 (RFC 6386, section 9.1), or VP8L's. */
function readBitstream(name: string, data: Reader): Size {
  if (name === 'VP8L') {
    if (data.uint(1) !== 0x2f) malformed();
    const bits = data.uintLe(4);
    if (bits >>> 29 !== 0) malformed();
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  const tag = data.uintLe(3);
  if (tag & 1 || data.uint(3) !== 0x9d012a) malformed();
  const size = { width: data.uintLe(2) & 0x3fff, height: data.uintLe(2) & 0x3fff };
  if (tag >>> 5 > data.left) malformed();
  return size;
}

/**
 * A frame of an animation, which holds a picture, perhaps its transparency, and nothing that would have to be taken
 * out.
 */
function walkFrame(frame: Reader, canvas: Size): void {
  const left = frame.uintLe(3) * 2;
  const top = frame.uintLe(3) * 2;
  const size = { width: frame.uintLe(3) + 1, height: frame.uintLe(3) + 1 };
  frame.skip(4);
  if (left + size.width > canvas.width || top + size.height > canvas.height) malformed();
  let pictures = 0;
  while (frame.left > 0) {
    const name = frame.text(4);
    const data = frame.part(frame.uintLe(4));
    frame.skip((data.end - data.at) & 1);
    if (name === 'VP8 ' || name === 'VP8L') {
      if (++pictures > 1 || !isSame(readBitstream(name, data), size)) malformed();
    } else if (name !== 'ALPH') uncleanable();
  }
  if (pictures === 0) malformed();
}

function isSame(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

function exif(orientation: number): Uint8Array {
  const tiff = writeOrientation(orientation);
  return Uint8Array.of(0x45, 0x58, 0x49, 0x46, ...uint32(tiff.length).reverse(), ...tiff);
}
