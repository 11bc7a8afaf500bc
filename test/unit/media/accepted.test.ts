import exifr from 'exifr';
import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import { describe, expect, test } from 'vitest';
import { agrees, inspectMedia, MEDIA_TYPES, type MediaType } from '../../../src/lib/media/inspect.ts';
import { MEDIA_FILES, PHOTO_WITH_GPS } from '../../support/media/media-files.ts';
import { HEIGHT, join, WIDTH } from '../../support/media/media-parts.ts';
import { PLACE, VARIANTS } from '../../support/media/media-variants.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

/** Options that make exifr read all metadata of a file but its dimensions and colours. */
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
  test('is recognized with its type, size and length', () => {
    const { pieces, stored, ...found } = accepted(bytes);
    const type = mimeType.startsWith('image/') ? 'image' : 'video';
    expect(found).toEqual({ mimeType, type, width, height, durationMs, size: stored.length });
  });

  test('is stored without its metadata', () => {
    const { stored } = accepted(bytes);
    const text = new TextDecoder('latin1').decode(stored);
    for (const secret of ['Secret', PLACE, 'GPS', "Anna's"]) expect(text).not.toContain(secret);
    if (mimeType.startsWith('video/')) expect(stored.length).toBe(bytes.length);
  });

  test('is unchanged by a second inspection', () => {
    const once = accepted(bytes);
    const twice = accepted(once.stored);
    expect(twice.stored).toEqual(once.stored);
    expect({ ...twice, pieces: [] }).toEqual({ ...once, pieces: [] });
  });

  test('is the same file to other readers', async () => {
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

test('a stored photo keeps its orientation and loses its place', async () => {
  expect(await exifr.gps(PHOTO_WITH_GPS)).toEqual({ latitude: 52.52, longitude: 13.405 });
  const { stored, width, height } = accepted(PHOTO_WITH_GPS);
  expect(await exifr.gps(stored)).toBeUndefined();
  expect(await exifr.orientation(stored)).toBe(6);
  expect([width, height]).toEqual([HEIGHT, WIDTH]);
});

test('an image without metadata is stored unchanged', () => {
  for (const { bytes, mimeType } of MEDIA_FILES) {
    if (mimeType.startsWith('image/')) expect(accepted(bytes).stored).toEqual(bytes);
  }
});

describe('a declared type', () => {
  /** Names that clients were seen to send, by the type that they mean. */
  const NAMES: Record<MediaType, readonly string[]> = {
    'image/jpeg': [
      ...['image/jpeg', 'IMAGE/JPEG; charset=binary', 'image/jpg', 'image/jpe', 'image/jfif', 'image/pjpeg'],
      ...['image/pjpg', 'image/x-jpeg', 'image/x-jpg', 'image/x-citrix-jpeg', 'application/jpg', 'application/x-jpg'],
    ],
    'image/png': [
      ...['image/png', 'image/x-png', 'image/apng', 'image/vnd.mozilla.apng', 'image/x-citrix-png'],
      ...['application/png', 'application/x-png'],
    ],
    'image/gif': ['image/gif', 'image/x-gif', 'image/x-citrix-gif'],
    'image/webp': ['image/webp', 'image/x-webp', 'image/webp;'],
    'video/mp4': [
      ...['video/mp4', 'video/mp4; codecs="avc1.42E01E"', 'video/x-mp4', 'video/x-m4v', 'video/m4v', 'video/mpeg4'],
      ...[
        'video/x-mpeg4',
        'video/mp4v-es',
        'video/h264',
        'video/x-f4v',
        'video/3gpp',
        'video/3gpp2',
        'application/mp4',
      ],
    ],
    'video/mpeg': [
      ...[
        'video/mpeg',
        'video/mpg',
        'video/x-mpeg',
        'video/x-mpg',
        'video/mpeg2',
        'video/x-mpeg2',
        'video/x-mpeg-system',
      ],
      ...['video/MP1S', 'video/MP2P', 'application/x-mpeg'],
    ],
    'video/quicktime': ['video/quicktime', 'video/x-quicktime', 'video/mov', 'video/x-mov', 'image/mov', 'video/qt'],
    'video/webm': ['video/webm', 'video/webm;codecs=vp9,opus', 'video/x-webm', 'video/x-matroska', 'application/webm'],
  };
  const all = Object.entries(NAMES).flatMap(([type, names]) => names.map((name) => [name, type] as const));

  test.each(all)('%j is %s, and nothing else', (name, type) => {
    expect(MEDIA_TYPES.filter((found) => agrees(name, found))).toEqual([type]);
  });

  test.each([
    'application/octet-stream',
    'Application/Octet-Stream; charset=binary',
    'binary/octet-stream',
    'application/x-octet-stream',
    'application/octetstream',
    'application/octet',
    'octet/stream',
    'application/binary',
    'application/x-binary',
    'application/unknown',
    'application/x-unknown',
    'unknown/unknown',
    'content/unknown',
    'application/x-unknown-content-type',
    'application/download',
    'application/x-download',
    'application/force-download',
    'application/x-forcedownload',
    'multipart/form-data',
    '*/*',
    '',
    ';',
    'image',
    'unknown',
    'constructor',
    'image/png, image/jpeg',
  ])('%j says nothing', (name) => {
    expect(MEDIA_TYPES.filter((found) => agrees(name, found))).toEqual(MEDIA_TYPES);
  });

  test('with a wildcard says what it says', () => {
    const [images, videos] = [MEDIA_TYPES.slice(0, 4), MEDIA_TYPES.slice(4)];
    expect(MEDIA_TYPES.filter((found) => agrees('image/*', found))).toEqual(images);
    expect(MEDIA_TYPES.filter((found) => agrees('Video/*', found))).toEqual(videos);
  });

  test.each([
    'text/plain',
    'text/html',
    'application/json',
    'image/svg+xml',
    'image/heic',
    'image/avif',
    'image/bmp',
    'audio/mp4',
    'video/x-msvideo',
    'video/mp2t',
  ])('%s agrees with no type', (name) => {
    expect(MEDIA_TYPES.filter((found) => agrees(name, found))).toEqual([]);
  });
});
