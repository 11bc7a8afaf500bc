import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectMedia } from '../../../src/lib/media/inspect.ts';
import { MEDIA_FILES } from '../../support/media/media-files.ts';
import { join } from '../../support/media/media-parts.ts';
import { VARIANTS, type Variant } from '../../support/media/media-variants.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

/** The stored form of a file, undefined when it is refused; a second inspection must not change it. */
function storedOf(bytes: Uint8Array): Uint8Array | undefined {
  const once = inspectMedia(bytes, BOUNDS);
  if (once.outcome === 'refused') return undefined;
  const stored = join(...once.media.pieces);
  const twice = inspectMedia(stored, BOUNDS);
  if (twice.outcome === 'refused') throw new Error(`what is stored is refused, as it ${twice.message}`);
  expect(Buffer.compare(join(...twice.media.pieces), stored)).toBe(0);
  expect({ ...twice.media, pieces: [] }).toEqual({ ...once.media, pieces: [] });
  return stored;
}

/** The lengths to which a file can be cut and is still accepted, with its stored form. */
function acceptedCuts(bytes: Uint8Array): Map<number, Uint8Array> {
  const cuts = new Map<number, Uint8Array>();
  for (let length = 0; length < bytes.length; length++) {
    const stored = storedOf(bytes.subarray(0, length));
    if (stored) cuts.set(length, stored);
  }
  return cuts;
}

/** A recording may end between these packets and elements; nothing in it says that more should follow. */
const ENDS: Record<string, readonly number[]> = {
  'video/webm, live': [267, 279, 283],
  'video/webm, all metadata, live': [662, 674, 678, 707, 718],
  'video/mpeg, MPEG-1': [228],
  'video/mpeg, MPEG-2': [283],
  'video/mpeg, MPEG-1, all metadata': [243, 255, 267, 279, 290],
  'video/mpeg, MPEG-2, all metadata': [298, 310, 322, 334, 345],
};

/** The cut file has no trailer, so the first end marker in the rest counts. */
const isPanoramaWithEnds = ({ name }: Variant) => name.includes('panorama with pictures');

/** Nothing in the file says the length of its last picture. */
const isBareVideo = ({ name }: Variant) => /MPEG-., video (alone|without)/.test(name);

const of = (pattern: RegExp) =>
  VARIANTS.filter(
    (variant) =>
      pattern.test(variant.name) && !(variant.name in ENDS) && !isPanoramaWithEnds(variant) && !isBareVideo(variant),
  );

describe('a file that is cut', () => {
  test.each(of(/PNG|GIF|WebP|JPEG|webm|MPEG/))('is refused, or lost only bytes that are not stored: $name', ({
    bytes,
  }) => {
    for (const cut of acceptedCuts(bytes).values()) expect(cut).toEqual(storedOf(bytes));
  });

  test.each(MEDIA_FILES.filter(({ mimeType }) => mimeType !== 'video/mpeg'))('is refused: $name', ({
    bytes,
    mimeType,
  }) => {
    // A JPEG without its end marker is whole.
    const withoutEnd = mimeType === 'image/jpeg' ? [bytes.length - 2, bytes.length - 1] : [];
    expect([...acceptedCuts(bytes).keys()]).toEqual(withoutEnd);
  });

  test.each(of(/mp4|quicktime/))('is refused, or only lost free space: $name', ({ bytes }) => {
    const whole = new TextDecoder('latin1').decode(storedOf(bytes));
    for (const length of acceptedCuts(bytes).keys()) expect(whole.slice(length)).toMatch(/^(.{4}free\0*)+$/s);
  });

  test.each(VARIANTS.filter(isBareVideo))('is refused, or ends within a picture: $name', ({ bytes }) => {
    const whole = storedOf(bytes) ?? join();
    const text = new TextDecoder('latin1').decode(bytes);
    const endsInPicture = (length: number) => {
      const code = length < 4 ? 0 : text.charCodeAt(text.lastIndexOf('\0\0\x01', length - 4) + 3);
      return code >= 0x01 && code <= 0xaf;
    };
    const cuts = acceptedCuts(bytes);
    expect([...cuts.keys()]).toEqual(Array.from(bytes.keys()).filter(endsInPicture));
    for (const [length, stored] of cuts) expect(stored).toEqual(whole.subarray(0, length));
  });

  test.each(Object.entries(ENDS))('is refused, or ends between two elements or packets: %s', (name, ends) => {
    const { bytes } = VARIANTS.find((variant) => variant.name === name) ?? { bytes: new Uint8Array(0) };
    expect([...acceptedCuts(bytes).keys()]).toEqual(ends);
  });
});

describe('a file with changed bytes is accepted or refused, without an exception', () => {
  test.each(MEDIA_FILES)('at any one byte: $name', ({ bytes }) => {
    const copy = bytes.slice();
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      for (const other of [0, 0xff, byte ^ 1, byte ^ 0x80, byte + 1]) {
        copy[at] = other;
        storedOf(copy);
      }
      copy[at] = byte;
    }
  });

  test('at many bytes, with pieces taken out, doubled and mixed', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ maxLength: 9 }),
    });
    const part = fc.record({
      file: fc.constantFrom(...VARIANTS).map(({ bytes }) => bytes),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...VARIANTS),
        fc.array(change, { maxLength: 4 }),
        fc.option(part),
        (variant, changes, insert) => {
          let bytes = variant.bytes.slice();
          for (const { at, bytes: by } of changes)
            bytes.set(by.subarray(0, bytes.length), Math.floor(at * Math.max(bytes.length - by.length, 0)));
          if (insert) {
            const { file, from, to } = insert;
            const at = Math.floor(from * bytes.length);
            bytes = join(bytes.subarray(0, at), file.subarray(at, Math.floor(to * file.length)), bytes.subarray(at));
          }
          storedOf(bytes);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
