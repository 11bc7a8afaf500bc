import { type Bounds, displayedProperties, type MediaProperties, requireDrawable } from './properties.ts';
import { type Edits, malformed, type Reader } from './reader.ts';

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;

/** The two names of the application block that holds the number of repetitions. */
const LOOPS = ['NETSCAPE2.0', 'ANIMEXTS1.0'];

/**
 * Walks a GIF block by block. Frames, their controls and the repetition stay; comments, XMP and all other application
 * blocks are removed.
 */
export function inspectGif(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  file.skip(6);
  const width = file.uintLe(2);
  const height = file.uintLe(2);
  const flags = file.uint(1);
  file.skip(2);
  skipColours(file, flags);

  let frames = 0;
  for (;;) {
    const { at } = file;
    const block = file.uint(1);
    if (block === TRAILER) break;
    if (block === IMAGE) {
      const left = file.uintLe(2);
      const top = file.uintLe(2);
      if (left + file.uintLe(2) > width || top + file.uintLe(2) > height) malformed();
      requireDrawable(width, height, ++frames, bounds);
      skipColours(file, file.uint(1));
      file.skip(1);
      skipBlocks(file);
    } else if (block === EXTENSION) {
      const label = file.uint(1);
      const size = file.uint(1);
      const start = file.at;
      const name = file.text(size);
      file.at = start - 1;
      skipBlocks(file);
      const isKept =
        (label === GRAPHIC_CONTROL && size === 4 && file.at === start + 5) ||
        (label === APPLICATION && LOOPS.includes(name) && file.at === start + 16 && file.bytes[start + 12] === 1);
      if (!isKept) edits.replace(at, file.at);
    } else malformed();
  }
  if (frames === 0) malformed();
  file.close(edits);
  return displayedProperties(width, height);
}

/** The colour table that the flags of a screen or an image announce. */
function skipColours(file: Reader, flags: number): void {
  if (flags & 0x80) file.skip(3 << ((flags & 7) + 1));
}

function skipBlocks(file: Reader): void {
  for (let size = file.uint(1); size > 0; size = file.uint(1)) file.skip(size);
}
