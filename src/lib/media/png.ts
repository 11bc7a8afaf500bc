import { crc32OfBytes } from '../crc32.ts';
import { readOrientation, tiffOf, writeOrientation } from './orientation.ts';
import { type Bounds, displayedProperties, type MediaProperties, requireDrawable } from './properties.ts';
import { type Edits, malformed, type Reader, uint32 } from './reader.ts';

/** The first 8 bytes of a PNG, in Latin-1. Line ends among them show a file that was sent as text. */
export const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n';

/**
 * Chunks that say how the picture looks (PNG, third edition). The others say place, time or author, or have no known
 * use.
 */
const KEPT = 'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD hIST pHYs acTL fcTL fdAT'.split(
  ' ',
);

/** Bit depths that a colour type may have (table 8 of the specification). */
const DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/**
 * Walks a PNG, animated or not, checking each checksum. Text, times and unknown chunks are removed; the orientation
 * stays, as an `eXIf` that holds nothing else.
 */
export function inspectPng(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  let orientation: number | undefined;
  let width = 0;
  let height = 0;
  let colour = 0;
  let frames = 0;
  let declaredFrames = 0;
  let sequence = 0;
  let previous = '';
  const seen = new Set<string>();
  file.skip(PNG_SIGNATURE.length);

  while (previous !== 'IEND') {
    const { at } = file;
    const length = file.uint(4);
    const summed = file.part(length + 4);
    if (file.uint(4) !== crc32OfBytes(file.bytes.subarray(summed.at, summed.end))) malformed();
    const name = summed.text(4);
    const data = summed;
    const isFirst = !seen.has(name);
    if ((name === 'IHDR') !== (seen.size === 0)) malformed();

    if (name === 'IHDR') {
      width = data.uint(4);
      height = data.uint(4);
      const depth = data.uint(1);
      colour = data.uint(1);
      const methods = data.uint(3);
      if (length !== 13 || !DEPTHS[colour]?.includes(depth) || methods > 1) malformed();
      requireDrawable(width, height, 1, bounds);
    } else if (name === 'IDAT') {
      if (!isFirst && previous !== 'IDAT') malformed();
      if (colour === 3 && !seen.has('PLTE')) malformed();
    } else if (name === 'acTL') {
      if (!isFirst || seen.has('IDAT')) malformed();
      declaredFrames = data.uint(4);
    } else if (name === 'fcTL' || name === 'fdAT') {
      if (data.uint(4) !== sequence++) malformed();
      if (name === 'fcTL') {
        const size = [data.uint(4), data.uint(4)] as const;
        const offset = [data.uint(4), data.uint(4)] as const;
        if (size[0] + offset[0] > width || size[1] + offset[1] > height) malformed();
        requireDrawable(width, height, ++frames, bounds);
      }
    } else if (name === 'eXIf') {
      if (isFirst) orientation = readOrientation(tiffOf(data));
      edits.replace(at, file.at, isFirst && orientation && orientation > 1 ? exif(orientation) : undefined);
    } else if (!KEPT.includes(name)) {
      // A capital means that the picture cannot be understood without the chunk.
      if (!/^[a-z][A-Za-z]{3}$/.test(name)) malformed();
      edits.replace(at, file.at);
    }
    seen.add(name);
    previous = name;
  }
  if (!seen.has('IDAT') || frames !== declaredFrames) malformed();
  file.close(edits);
  return displayedProperties(width, height, orientation);
}

function exif(orientation: number): Uint8Array {
  const summed = Uint8Array.of(0x65, 0x58, 0x49, 0x66, ...writeOrientation(orientation));
  return Uint8Array.of(...uint32(summed.length - 4), ...summed, ...uint32(crc32OfBytes(summed)));
}
