import { describe, expect, test } from 'vitest';
import { inspectMedia } from '../../../src/lib/media/inspect.ts';
import { JPEG_PROGRESSIVE, JPEG_RESTARTS, JPEG_SCANS } from '../../fixtures/bitstreams.ts';
import {
  GIF_LOOP,
  gif,
  gifExtension,
  gifImage,
  JFIF,
  jpeg,
  jpegSegment,
  PNG_END,
  PNG_PIXELS,
  PNG_START,
  png,
  pngChunk,
  pngHeader,
  riff,
  riffChunk,
  WEBP_LOSSY,
  webp,
  webpFrame,
  webpHeader,
} from '../../support/media/images.ts';
import { join, type Part, uint, uintLe } from '../../support/media/media-parts.ts';
import { samsungTrailer } from '../../support/media/media-variants.ts';
import {
  box,
  element,
  fullBox,
  MATROSKA,
  mp4,
  mpeg,
  mpegPacket,
  mpegVideo,
  openElement,
  webm,
} from '../../support/media/videos.ts';

const BOUNDS = { maxPixels: 1_000_000, maxDrawnPixels: 10_000_000 };

/** Refusals with a constant message. */
const NOTHING = ['empty', 'is empty'] as const;
const UNKNOWN = [
  'unknown_type',
  'is none of image/jpeg, image/png, image/gif, image/webp, video/mp4, video/mpeg, video/quicktime, video/webm',
] as const;
const NO_VIDEO = ['unknown_type', 'has no video in it'] as const;
const DAMAGED = ['malformed', 'is damaged: its parts do not fit together'] as const;
const CUT = ['truncated', 'is truncated'] as const;
const MORE = ['trailing_data', 'has data behind its end'] as const;
const UNCLEANABLE = ['metadata', 'holds metadata that cannot be taken out'] as const;

type Case = readonly [name: string, bytes: Uint8Array, refusal: readonly [why: string, message: string]];

const ZIP = join('PK\x03\x04', new Uint8Array(26), 'PK\x05\x06', new Uint8Array(18));
const HTML = join('<!doctype html><script>alert(1)</script>');

/** With `by` written over it, `offset` bytes from where `name` stands. */
function patched(bytes: Uint8Array, name: string, offset: number, by: Part): Uint8Array {
  const copy = bytes.slice();
  copy.set(join(by), new TextDecoder('latin1').decode(bytes).indexOf(name) + offset);
  return copy;
}

/** Its last scan taken away, and its end. */
function withoutLastScan(picture: Uint8Array): Uint8Array {
  return picture.subarray(0, new TextDecoder('latin1').decode(picture).lastIndexOf('\xff\xda'));
}

function nested(depth: number): Uint8Array {
  let inner: Uint8Array = box('free');
  for (let i = 0; i < depth; i++) inner = box('moov', inner);
  return inner;
}

const OTHERS: readonly Case[] = [
  ['no bytes', join(), NOTHING],
  ['one byte', join([0xff]), UNKNOWN],
  ['zeros', new Uint8Array(1_000), UNKNOWN],
  ['text', join('a photo'), UNKNOWN],
  ['HTML', HTML, UNKNOWN],
  ['SVG', join('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), UNKNOWN],
  ['SVG behind a byte order mark', join('\xef\xbb\xbf<?xml version="1.0"?><svg/>'), UNKNOWN],
  ['a zip', ZIP, UNKNOWN],
  ['PDF', join('%PDF-1.7\n'), UNKNOWN],
  ['HEIC', join(box('ftyp', 'heic', uint(0, 4), 'mif1heic'), box('meta')), UNKNOWN],
  ['AVIF', join(box('ftyp', 'avif', uint(0, 4), 'mif1avif'), box('meta')), UNKNOWN],
  ['JPEG XL', join(box('JXL ', [13, 10, 0x87, 10]), box('ftyp', 'jxl ', uint(0, 4))), UNKNOWN],
  ['JPEG XL without a container', join([0xff, 0x0a, 0, 0]), UNKNOWN],
  ['JPEG 2000', join(box('jP  ', [13, 10, 0x87, 10])), UNKNOWN],
  ['ICNS whose entries have no length', join('icns', uint(100, 4), 'ic07', uint(0, 4), new Uint8Array(84)), UNKNOWN],
  ['TIFF', join('II*\0', uintLe(8, 4)), UNKNOWN],
  ['BMP', join('BM', uintLe(54, 4), new Uint8Array(48)), UNKNOWN],
  ['ICO', join([0, 0, 1, 0, 1, 0]), UNKNOWN],
  ['WAV', join('RIFF', uintLe(4, 4), 'WAVE'), UNKNOWN],
  ['M4A', mp4({ brand: 'M4A ' }), UNKNOWN],
  ...['M4A ', 'M4B ', 'heic', 'mif1', 'msf1', 'hevc', 'avif', 'avis', 'crx ', 'jp2 '].map(
    (brand): Case => [`${brand}, which lists MP4`, mp4({ brand, others: ['isom', 'mp42', 'qt  '] }), UNKNOWN],
  ),
  ['a box that says no brand', join(uint(8, 4), 'ftyp', mp4()), UNKNOWN],
  ['free space alone', box('free', 'a film'), UNKNOWN],
  ['text behind free space', join(box('free'), 'a film, or so it says'), UNKNOWN],
  ['3GPP alone', mp4({ brand: '3gp4' }), UNKNOWN],
  ['an unknown brand', mp4({ brand: 'evil' }), UNKNOWN],
  ['Matroska', webm({ docType: 'matroska' }), ['unknown_type', 'is Matroska, but not WebM']],
];

const JPEGS: readonly Case[] = [
  ['only its head', join([0xff, 0xd8, 0xff]), CUT],
  ['no picture', join([0xff, 0xd8], JFIF, [0xff, 0xd9]), DAMAGED],
  ['a zip with its head', join([0xff, 0xd8, 0xff, 0xe0], ZIP), CUT],
  ['its scan cut', jpeg({ hasEnd: false }).subarray(0, -1), CUT],
  ['its scan cut before a restart marker', jpeg({ picture: JPEG_RESTARTS, hasEnd: false }).subarray(0, -20), CUT],
  ['the last of its scans cut', jpeg({ picture: JPEG_SCANS, hasEnd: false }).subarray(0, -1), CUT],
  ["its scan cut before Samsung's trailer", join(jpeg().subarray(0, -3), samsungTrailer('time')), CUT],
  ['its scan cut, progressive', jpeg({ picture: JPEG_PROGRESSIVE, hasEnd: false }).subarray(0, -1), CUT],
  ['no end, and too few scans', join([0xff, 0xd8], withoutLastScan(JPEG_PROGRESSIVE)), CUT],
  ['no end, and too few components', join([0xff, 0xd8], withoutLastScan(JPEG_SCANS)), CUT],
  ['no end, and no Huffman tables', patched(jpeg({ hasEnd: false }), '\xff\xc4', 1, [0xfe]), CUT],
  ['a segment of no length', jpeg({ head: [[0xff, 0xe1, 0, 0]] }), DAMAGED],
  ['a segment longer than the file', jpeg({ head: [[0xff, 0xe1, 0xff, 0xff]] }), CUT],
  ['bytes behind a segment, and no marker', join([0xff, 0xd8], JFIF, ZIP), DAMAGED],
  ['two frames', jpeg({ head: [jpegSegment(0xc0, [8], uint(16, 2), uint(32, 2), [0])] }), DAMAGED],
  [
    'lossless, which browsers do not show',
    jpeg({ head: [jpegSegment(0xc3, [8], uint(16, 2), uint(32, 2), [0])] }),
    DAMAGED,
  ],
  ['a scan before its frame', jpeg({ head: [jpegSegment(0xda, [0])] }), DAMAGED],
  [
    'a side of no pixels',
    join([0xff, 0xd8], jpegSegment(0xc0, [8], uint(0, 2), uint(32, 2), [0]), jpegSegment(0xda, [0]), [1, 0xff, 0xd9]),
    DAMAGED,
  ],
  [
    'too many pixels',
    join(
      [0xff, 0xd8],
      jpegSegment(0xc0, [8], uint(65_535, 2), uint(65_535, 2), [0]),
      jpegSegment(0xda, [0]),
      [1, 0xff, 0xd9],
    ),
    ['too_many_pixels', 'has 65535 × 65535 pixels; at most 1000000 are accepted'],
  ],
  [
    'thousands of scans',
    join(
      [0xff, 0xd8],
      jpegSegment(0xc2, [8], uint(1_000, 2), uint(1_000, 2), [0]),
      ...Array.from({ length: 1_000 }, () => join(jpegSegment(0xda, [0]), [1])),
      [0xff, 0xd9],
    ),
    ['too_many_pixels', 'has too many frames for its 1000 × 1000 pixels'],
  ],
  [
    'more metadata than is worth its while',
    jpeg({ head: Array.from({ length: 10_001 }, () => jpegSegment(0xfe)) }),
    UNCLEANABLE,
  ],
];

const PNGS: readonly Case[] = [
  ['only its signature', PNG_START, CUT],
  ['no header', join(PNG_START, pngChunk('IDAT', PNG_PIXELS), PNG_END), DAMAGED],
  ['no pixels', join(PNG_START, pngHeader(), PNG_END), DAMAGED],
  ['no end', join(PNG_START, pngHeader(), pngChunk('IDAT', PNG_PIXELS)), CUT],
  ['a zip behind its end', png({ behind: ZIP }), MORE],
  ['HTML behind its end', png({ behind: HTML }), MORE],
  ['what a cropped screenshot left behind its end', png({ behind: pngChunk('IDAT', PNG_PIXELS) }), MORE],
  ['a wrong checksum', join(PNG_START, pngHeader(), uint(0, 4), 'IDAT', uint(0, 4)), DAMAGED],
  ['a chunk longer than the file', join(PNG_START, pngHeader(), uint(2 ** 31 - 1, 4), 'IDAT'), CUT],
  ['two headers', png({ before: [pngHeader()] }), DAMAGED],
  ['pixels in two places', png({ after: [pngChunk('tEXt'), pngChunk('IDAT', PNG_PIXELS)] }), DAMAGED],
  ["Apple's own kind of PNG", png({ before: [pngChunk('CgBI', uint(0, 4))] }), DAMAGED],
  ['a chunk whose name is none', png({ before: [pngChunk('a<b>')] }), DAMAGED],
  [
    'a depth that its colours do not have',
    join(PNG_START, pngChunk('IHDR', uint(1, 4), uint(1, 4), [1, 2, 0, 0, 0])),
    DAMAGED,
  ],
  ['an animation of fewer frames than it says', png({ before: [pngChunk('acTL', uint(2, 4), uint(0, 4))] }), DAMAGED],
  [
    'a frame beyond its canvas',
    png({
      before: [
        pngChunk('acTL', uint(1, 4), uint(0, 4)),
        pngChunk('fcTL', uint(0, 4), uint(32, 4), uint(16, 4), uint(1, 4), uint(0, 10), [0, 0]),
      ],
    }),
    DAMAGED,
  ],
  [
    'too many pixels',
    join(PNG_START, pngHeader(100_000, 100_000), pngChunk('IDAT', PNG_PIXELS), PNG_END),
    ['too_many_pixels', 'has 100000 × 100000 pixels; at most 1000000 are accepted'],
  ],
];

const GIFS: readonly Case[] = [
  ['only its head', join('GIF89a'), CUT],
  ['no image', gif({ blocks: [GIF_LOOP] }), DAMAGED],
  ['a zip behind its end', gif({ behind: ZIP }), MORE],
  ['a script that begins like it', join('GIF89a/*', HTML, '*/=1;'), DAMAGED],
  ['an image beyond its screen', gif({ blocks: [gifImage(1, 0)] }), DAMAGED],
  ['a block that is none', gif({ blocks: [gifImage(), [0x99]] }), DAMAGED],
  ['an extension without an end', join(gif().subarray(0, 25), [0x21, 0xfe, 0xff]), CUT],
  ['a screen without an area', gif({ width: 0, height: 0, blocks: [gifImage(0, 0, 0, 0)] }), DAMAGED],
  [
    'a screen of too many pixels',
    gif({ width: 65_535, height: 65_535 }),
    ['too_many_pixels', 'has 65535 × 65535 pixels; at most 1000000 are accepted'],
  ],
  [
    'thousands of tiny images on a large screen',
    gif({ width: 1_000, height: 1_000, blocks: Array.from({ length: 1_000 }, () => gifImage(0, 0, 1, 1)) }),
    ['too_many_pixels', 'has too many frames for its 1000 × 1000 pixels'],
  ],
  [
    'comments between all images',
    gif({ width: 32, height: 16, blocks: [...Array.from({ length: 10_001 }, () => gifExtension(0xfe)), gifImage()] }),
    UNCLEANABLE,
  ],
];

const WEBPS: readonly Case[] = [
  ['only its head', riff(), DAMAGED],
  ['a zip behind its end', join(webp(), ZIP), MORE],
  ['less than its length', webp().subarray(0, -2), CUT],
  ['a chunk longer than the file', riff('VP8 ', uintLe(1_000, 4), new Uint8Array(20)), CUT],
  ['a picture of another size than its canvas', riff(webpHeader(0, 100, 100), WEBP_LOSSY), DAMAGED],
  ['two pictures', riff(webpHeader(0), WEBP_LOSSY, WEBP_LOSSY), DAMAGED],
  ['no picture', riff(webpHeader(0)), DAMAGED],
  [
    'a canvas of too many pixels',
    riff(webpHeader(2, 10_000, 10_000), webpFrame(WEBP_LOSSY)),
    ['too_many_pixels', 'has 10000 × 10000 pixels; at most 1000000 are accepted'],
  ],
  ['a frame beyond its canvas', riff(webpHeader(2, 31, 16), webpFrame(WEBP_LOSSY)), DAMAGED],
  [
    'a frame that holds more than a picture',
    riff(webpHeader(2), webpFrame(WEBP_LOSSY, riffChunk('XMP ', 'Secret'))),
    UNCLEANABLE,
  ],
  ['VP8 that is no key frame', riff(riffChunk('VP8 ', [1, 0, 0, 0x9d, 1, 0x2a, 32, 0, 16, 0])), DAMAGED],
];

const VIDEOS: readonly Case[] = [
  ['MP4, only its head', box('ftyp', 'isom', uint(0, 4)), CUT],
  ['MP4, no film', join(box('ftyp', 'isom', uint(0, 4)), box('mdat', 'film')), CUT],
  ['MP4, no samples', join(box('ftyp', 'isom', uint(0, 4)), box('moov', fullBox('mvhd', 0, 0, uint(1, 40)))), CUT],
  ['MP4, a zip behind its end', join(mp4(), ZIP), MORE],
  ['MP4, a zip in an mdat without a length', join(mp4({ layout: 'moov first', mdatSize: 'open' }), ZIP), MORE],
  ['MP4, samples beyond its end', mp4({ layout: 'moov first', mdatSize: 'open' }).subarray(0, -1), CUT],
  ['MP4, a box of size 0 in another', patched(mp4(), 'tkhd', -4, uint(0, 4)), DAMAGED],
  ['MP4, a box smaller than its header', patched(mp4(), 'tkhd', -4, uint(7, 4)), DAMAGED],
  ['MP4, a box larger than the one it stands in', patched(mp4(), 'tkhd', -4, uint(2 ** 31, 4)), CUT],
  ['MP4, a size of 64 bits beyond any file', join(mp4(), uint(1, 4), 'moof', uint(2 ** 60, 8)), CUT],
  ['MP4, a size of 64 bits that is too small', join(mp4(), uint(1, 4), 'free', uint(8, 8)), DAMAGED],
  ['MP4, two films', join(mp4(), box('moov')), DAMAGED],
  ['MP4, films in films', join(mp4(), nested(10_000)), DAMAGED],
  ['MP4, thousands of tracks', mp4({ inMoov: Array.from({ length: 101 }, () => box('trak')) }), DAMAGED],
  [
    'WebM, thousands of tracks',
    webm({ otherTracks: Array.from({ length: 101 }, () => element(MATROSKA.trackEntry)) }),
    DAMAGED,
  ],
  ['MP4, sound alone', patched(mp4(), 'vide', 0, 'soun'), NO_VIDEO],
  [
    'MP4, positions in fragments',
    mp4({ layout: 'fragmented', otherTracks: [{ handler: 'meta', samples: [join('+52')] }] }),
    UNCLEANABLE,
  ],
  [
    'MP4, frames of too many pixels',
    patched(mp4(), 'tkhd', 80, [0x7f, 0xff, 0, 0, 0x40, 0, 0, 0]),
    ['too_many_pixels', 'has 32767 × 16384 pixels; at most 1000000 are accepted'],
  ],
  ['QuickTime, samples in another file', patched(mp4({ brand: 'qt  ' }), 'url ', 7, [0]), UNCLEANABLE],
  ['WebM, only its head', webm().subarray(0, 30), CUT],
  ['WebM, no segment', join(webm().subarray(0, 36), element(MATROSKA.tags)), DAMAGED],
  ['WebM, a zip behind its end', join(webm(), ZIP), MORE],
  ['WebM, a second one behind its end', join(webm(), webm()), MORE],
  ['WebM, a zip behind a segment without a size', join(webm({ isLive: true }), ZIP), CUT],
  ['WebM, subtitles', webm({ otherTracks: [element(MATROSKA.trackEntry, element(0x83, [17]))] }), UNCLEANABLE],
  ['WebM, no tracks', join(webm().subarray(0, 36), element(MATROSKA.segment, element(MATROSKA.info))), CUT],
  ['WebM, an id of five bytes', webm({ beforeClusters: [[0x08, 0, 0, 0, 0, 0x80]] }), DAMAGED],
  ['WebM, a size of nine bytes', webm({ beforeClusters: [[0xec, 0]] }), DAMAGED],
  ['WebM, tags without a size', webm({ atEnd: [openElement(MATROSKA.tags)] }), DAMAGED],
  [
    'WebM, clusters in clusters',
    webm({ inCluster: [join(...Array.from({ length: 10_001 }, () => element(MATROSKA.cluster)))] }),
    UNCLEANABLE,
  ],
  ['MPEG, only its head', join([0, 0, 1, 0xba]), CUT],
  ['MPEG, sound alone', join(mpeg({ hasEnd: false }).subarray(0, 12), mpegPacket(0xc0, 'sound')), NO_VIDEO],
  ['MPEG, a zip behind its end', join(mpeg(), ZIP), MORE],
  ['MPEG, a zip behind its last packet', join(mpeg({ hasEnd: false }), ZIP), MORE],
  ['MPEG, a packet longer than the file', mpeg({ hasEnd: false }).subarray(0, -1), CUT],
  ['MPEG, headers without a picture', mpegVideo().subarray(0, 30), CUT],
  ['MPEG, headers of a second picture', join(mpegVideo({ hasEnd: false }), mpegVideo().subarray(0, 28)), CUT],
  ['MPEG, a zip behind the end of video', join(mpegVideo(), ZIP), MORE],
];

describe.each([
  ['not on the list', OTHERS],
  ['JPEG', JPEGS],
  ['PNG', PNGS],
  ['GIF', GIFS],
  ['WebP', WEBPS],
  ['videos', VIDEOS],
] as const)('%s', (_, cases) => {
  test.each(cases)('%s', (_, bytes, [why, message]) => {
    expect(inspectMedia(bytes, BOUNDS)).toEqual({ outcome: 'refused', why, message });
  });
});
