import { fileTypeFromBuffer } from 'file-type';
import { imageSize } from 'image-size';
import { describe, expect, test } from 'vitest';
import { inspectMedia } from '../../../src/lib/media/inspect.ts';
import { MEDIA_FILES } from '../../support/media-files.ts';
import { HEIGHT, WIDTH } from '../../support/media-parts.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

describe.each(MEDIA_FILES)('$name', ({ bytes, mimeType }) => {
  test('is accepted as what it is', () => {
    expect(inspectMedia(bytes, BOUNDS)).toMatchObject({
      outcome: 'accepted',
      media: { mimeType, type: mimeType.split('/')[0], width: WIDTH, height: HEIGHT, size: bytes.length },
    });
  });

  test('is that to file-type and image-size too', async () => {
    // file-type's own name for a program stream of MPEG-1.
    const expected = mimeType === 'video/mpeg' ? 'video/MP1S' : mimeType;
    expect((await fileTypeFromBuffer(bytes))?.mime).toBe(expected);
    if (mimeType.startsWith('image/')) expect(imageSize(bytes)).toMatchObject({ width: WIDTH, height: HEIGHT });
  });
});
