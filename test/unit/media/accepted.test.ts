import exifr from 'exifr';
import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import { describe, expect, test } from 'vitest';
import { agrees, inspectMedia } from '../../../src/lib/media/inspect.ts';
import { MEDIA_FILES, PHOTO_WITH_GPS } from '../../support/media-files.ts';
import { HEIGHT, join, WIDTH } from '../../support/media-parts.ts';
import { PLACE, VARIANTS } from '../../support/media-variants.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

/** What exifr reads of a file beside its dimensions and its colours. */
const EVERYTHING_WRITTEN = {
  ...{ tiff: true, exif: true, gps: true, xmp: true, iptc: true, jfif: false, ihdr: false, icc: false },
  translateValues: false,
};

function accepted(bytes: Uint8Array) {
  const inspection = inspectMedia(bytes, BOUNDS);
  if (inspection.outcome === 'refused') throw new Error(`${inspection.why}: ${inspection.message}`);
  return { ...inspection.media, stored: join(...inspection.media.pieces) };
}

describe.each(VARIANTS)('$name', ({ bytes, mimeType, calledElsewhere, width, height, durationMs, orientation = 1 }) => {
  test('is found to be what it is', () => {
    const { pieces, stored, ...found } = accepted(bytes);
    const type = mimeType.startsWith('image/') ? 'image' : 'video';
    expect(found).toEqual({ mimeType, type, width, height, durationMs, size: stored.length });
  });

  test('is stored without what it says beside', () => {
    const { stored } = accepted(bytes);
    const text = new TextDecoder('latin1').decode(stored);
    for (const secret of ['Secret', PLACE, 'GPS', "Anna's"]) expect(text).not.toContain(secret);
    if (mimeType.startsWith('video/')) expect(stored.length).toBe(bytes.length);
  });

  test('is left as it is when inspected again', () => {
    const once = accepted(bytes);
    const twice = accepted(once.stored);
    expect(twice.stored).toEqual(once.stored);
    expect({ ...twice, pieces: [] }).toEqual({ ...once, pieces: [] });
  });

  test('is that to other readers too', async () => {
    const { stored } = accepted(bytes);
    const named = (await fileTypeFromBuffer(stored))?.mime;
    // file-type tells profiles of MP4, MPEG's streams and animated PNGs apart.
    const synonyms: Record<string, string> = {
      'video/3gpp': 'video/mp4',
      'video/3gpp2': 'video/mp4',
      'video/x-m4v': 'video/mp4',
      'video/MP1S': 'video/mpeg',
      'video/MP2P': 'video/mpeg',
      'image/apng': 'image/png',
    };
    expect(synonyms[named ?? ''] ?? named).toBe(calledElsewhere ?? mimeType);
    if (!mimeType.startsWith('image/')) return;
    expect(imageSize(stored)).toMatchObject({ width: WIDTH, height: HEIGHT });
    if (!['image/jpeg', 'image/png'].includes(mimeType)) return;
    const written = await exifr.parse(stored, EVERYTHING_WRITTEN);
    expect(written).toEqual(orientation === 1 ? undefined : { Orientation: orientation });
  });
});

test('a photo loses its place, not which way up it is', async () => {
  expect(await exifr.gps(PHOTO_WITH_GPS)).toEqual({ latitude: 52.52, longitude: 13.405 });
  const { stored, width, height } = accepted(PHOTO_WITH_GPS);
  expect(await exifr.gps(stored)).toBeUndefined();
  expect(await exifr.orientation(stored)).toBe(6);
  expect([width, height]).toEqual([HEIGHT, WIDTH]);
});

test('a plain file is stored as it came', () => {
  for (const { bytes, mimeType } of MEDIA_FILES) {
    if (mimeType.startsWith('image/')) expect(accepted(bytes).stored).toEqual(bytes);
  }
});

describe('a declared type', () => {
  test.each([
    ['image/jpeg', 'image/jpeg', true],
    ['IMAGE/JPEG; charset=binary', 'image/jpeg', true],
    ['image/jpg', 'image/jpeg', true],
    ['image/apng', 'image/png', true],
    ['video/x-m4v', 'video/mp4', true],
    ['application/octet-stream', 'video/webm', true],
    ['image/png', 'image/jpeg', false],
    ['video/mp4', 'video/quicktime', false],
    ['image/*', 'image/jpeg', false],
    ['constructor', 'image/jpeg', false],
    ['', 'image/jpeg', false],
  ] as const)('%j for %s: %j', (declared, found, expected) => {
    expect(agrees(declared, found)).toBe(expected);
  });
});
