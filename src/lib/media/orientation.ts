import { Reader } from './reader.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation (1 to 8) that a TIFF block, the form of EXIF in every container, gives its image; 1 when it says
 * nothing readable, as browsers have it. Only the first directory counts.
 */
export function readOrientation(tiff: Reader): number {
  const { at: start, end } = tiff;
  if (end - start < 8) return 1;
  const order = tiff.text(2);
  if (order !== 'II' && order !== 'MM') return 1;
  const uint = (size: number) => (order === 'II' ? tiff.uintLe(size) : tiff.uint(size));
  if (uint(2) !== 42) return 1;
  const directory = start + uint(4);
  if (directory > end - 2) return 1;
  tiff.at = directory;
  for (let entries = uint(2); entries > 0 && tiff.left >= 12; entries--) {
    const tag = uint(2);
    const type = uint(2);
    const count = uint(4);
    const value = uint(2);
    tiff.skip(2);
    if (tag === ORIENTATION) return type === SHORT && count === 1 && value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** A TIFF block that says the orientation and nothing else. */
export function writeOrientation(orientation: number): Uint8Array {
  const header = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  const entry = [0x01, 0x12, 0, SHORT, 0, 0, 0, 1, 0, orientation, 0, 0];
  return Uint8Array.of(...header, 0, 1, ...entry, 0, 0, 0, 0);
}

/** A reader of the TIFF block in `exif`, past the `Exif\0\0` that JPEG demands and some writers put elsewhere too. */
export function tiffOf(exif: Reader): Reader {
  const { bytes, at, end } = exif;
  const isPrefixed = end - at >= 6 && exif.text(6) === 'Exif\0\0';
  return new Reader(bytes, isPrefixed ? at + 6 : at, end);
}
