import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InspectedMedia, inspectMedia } from '../../src/lib/media/inspect.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { PHOTO_WITH_GPS } from '../support/media/media-files.ts';
import { COLOURS, HEIGHT, join as joined, WIDTH } from '../support/media/media-parts.ts';
import { VARIANTS, type Variant } from '../support/media/media-variants.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

/** A file as a browser shows it. */
interface Shown {
  readonly width: number;
  readonly height: number;
  /** Seconds, of a video. */
  readonly duration?: number;
  /** RGBA of frames. */
  readonly frames: readonly string[];
}

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  // ImageDecoder is for secure contexts.
  await page.route('https://media.test/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
  );
  await page.goto('https://media.test/');
  await page.addScriptTag({ path: join(import.meta.dirname, '../support/media/showing.js') });
});
afterAll(async () => {
  await browser.close();
});

function inspected(bytes: Uint8Array): InspectedMedia & { readonly stored: Uint8Array } {
  const inspection = inspectMedia(bytes, BOUNDS);
  if (inspection.outcome === 'refused') throw new Error(inspection.message);
  return { ...inspection.media, stored: joined(...inspection.media.pieces) };
}

async function showImage(bytes: Uint8Array, type: string): Promise<Shown> {
  return await page.evaluate(`showImage('${Buffer.from(bytes).toString('base64')}', '${type}')`);
}

async function showVideo(bytes: Uint8Array): Promise<Shown> {
  return await page.evaluate(`showVideo('${Buffer.from(bytes).toString('base64')}')`);
}

async function made(how: 'makeImage' | 'makeVideo', type: string): Promise<Uint8Array> {
  return Buffer.from(await page.evaluate<string>(`${how}('${type}')`), 'base64');
}

/** The colour of the pixel in the middle of a quarter. */
function quarter({ width, height, frames }: Shown, column: 0 | 1, row: 0 | 1): number[] {
  const at = (Math.floor(height * (row + 0.5) * 0.5) * width + Math.floor(width * (column + 0.5) * 0.5)) * 4;
  return (frames[0] ?? '')
    .split(',', at + 3)
    .slice(at)
    .map(Number);
}

function expectColour(actual: readonly number[], expected: readonly number[] | undefined): void {
  for (const [i, value] of actual.entries()) expect(Math.abs(value - (expected?.[i] ?? -1))).toBeLessThan(40);
}

const images = VARIANTS.filter(({ mimeType }) => mimeType.startsWith('image/'));
// No Chromium plays MPEG-1 and MPEG-2.
const videos = VARIANTS.filter(({ mimeType }) => mimeType.startsWith('video/') && mimeType !== 'video/mpeg');
/** A browser plays it, but does not find a frame of it again. */
const isLive = ({ name }: Variant) => name.includes('live');

describe('inspection keeps every pixel of every frame', () => {
  test.each(images)('$name', async ({ bytes, withEnd = bytes, mimeType, width, height }) => {
    const before = await showImage(withEnd, mimeType);
    expect(await showImage(inspected(bytes).stored, mimeType)).toEqual(before);
    expect([before.width, before.height]).toEqual([width, height]);
  });

  test.each(videos.filter((video) => !isLive(video)))('$name', async ({ bytes, width, height }) => {
    const before = await showVideo(bytes);
    expect(await showVideo(inspected(bytes).stored)).toEqual(before);
    expect([before.width, before.height]).toEqual([width, height]);
    // Nor is it that there was none.
    expect(before.frames.at(-1)).toMatch(/\b25[0-5],/);
  });
});

test.each(videos.filter(isLive))('inspection keeps a live recording playable: $name', async ({ bytes }) => {
  const shown = await showVideo(inspected(bytes).stored);
  expect([shown.width, shown.height]).toEqual([WIDTH, HEIGHT]);
  expectColour(quarter(shown, 0, 0), COLOURS[0]);
  expectColour(quarter(shown, 1, 0), COLOURS[1]);
  expectColour(quarter(shown, 0, 1), COLOURS[2]);
  expectColour(quarter(shown, 1, 1), COLOURS[3]);
});

test('a photo taken upright is shown upright', async () => {
  const shown = await showImage(inspected(PHOTO_WITH_GPS).stored, 'image/jpeg');
  expect([shown.width, shown.height]).toEqual([HEIGHT, WIDTH]);
  // Rotated clockwise by a quarter: the lower left quarter moves to the upper left.
  expectColour(quarter(shown, 0, 0), COLOURS[2]);
  expectColour(quarter(shown, 1, 0), COLOURS[0]);
  expectColour(quarter(shown, 0, 1), COLOURS[3]);
  expectColour(quarter(shown, 1, 1), COLOURS[1]);
});

describe('files of real encoders are accepted, and lose their metadata', () => {
  test.each([
    ['x264.mp4', 'video/mp4', 64, 48, 1_000],
    ['x264-fragmented.mp4', 'video/mp4', 64, 48, null],
    ['x264.mov', 'video/quicktime', 64, 48, 1_000],
    ['vp8.webm', 'video/webm', 64, 48, 1_008],
    ['vp9-live.webm', 'video/webm', 64, 48, null],
    ['mpeg1.mpg', 'video/mpeg', 32, 32, null],
    ['animated.gif', 'image/gif', 32, 24, null],
    ['animated.png', 'image/png', 32, 24, null],
    ['exiftool.jpg', 'image/jpeg', 24, 32, null],
    ['exiftool.png', 'image/png', 24, 32, null],
    ['exiftool.webp', 'image/webp', 32, 24, null],
  ] as const)('%s', async (name, mimeType, width, height, durationMs) => {
    const bytes = readFileSync(join(import.meta.dirname, '../fixtures', name));
    const { stored, pieces, size, ...found } = inspected(bytes);
    expect(found).toEqual({ mimeType, type: mimeType.split('/')[0], width, height, durationMs });
    expect(Buffer.from(stored).toString('latin1')).not.toMatch(/Secret|52\.52|TIMECODE|xmpmeta|8BIM/);
    expect(Buffer.concat(inspected(stored).pieces)).toEqual(Buffer.from(stored));
    if (mimeType.startsWith('image/')) {
      expect(await showImage(stored, mimeType)).toEqual(await showImage(bytes, mimeType));
    }
    if (name === 'vp8.webm') expect(await showVideo(stored)).toEqual(await showVideo(bytes));
  });
});

describe('files that a browser makes are accepted', () => {
  test.each(['image/jpeg', 'image/png', 'image/webp'])('%s of a canvas', async (type) => {
    const bytes = await made('makeImage', type);
    const { stored, ...found } = inspected(bytes);
    expect(found).toMatchObject({ mimeType: type, width: 40, height: 30 });
    expect(await showImage(stored, type)).toEqual(await showImage(bytes, type));
  });

  test('a JPEG of a canvas that lost its end marker', async () => {
    const bytes = await made('makeImage', 'image/jpeg');
    const { stored, ...found } = inspected(bytes.subarray(0, -2));
    expect(found).toMatchObject({ mimeType: 'image/jpeg', width: 40, height: 30 });
    expect(stored).toEqual(inspected(bytes).stored);
    expect(inspectMedia(bytes.subarray(0, -3), BOUNDS)).toMatchObject({ outcome: 'refused', why: 'truncated' });
  });

  test.each(['video/webm', 'video/mp4'])('%s of a recording', async (type) => {
    const bytes = await made('makeVideo', type);
    const { stored, ...found } = inspected(bytes);
    expect(found).toMatchObject({ mimeType: type, width: 64, height: 48 });
    const shown = await showVideo(stored);
    expect([shown.width, shown.height]).toEqual([64, 48]);
    expectColour(quarter(shown, 0, 0), COLOURS[1]);
  });
});
