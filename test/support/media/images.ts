import { JPEG_BASELINE, VP8_LOSSLESS, VP8_PICTURE } from '../../fixtures/bitstreams.ts';
import { COLOURS, HEIGHT, join, latin1, type Part, uint, uintLe, WIDTH } from './media-parts.ts';

function pixelAt(x: number, y: number): number {
  return (y < HEIGHT / 2 ? 0 : 2) + (x < WIDTH / 2 ? 0 : 1);
}

export interface Exif {
  readonly orientation?: number;
  /** Degrees north and east. */
  readonly gps?: readonly [latitude: number, longitude: number];
  readonly make?: string;
  readonly order?: 'II' | 'MM';
}

/** A TIFF block as EXIF has it, without the prefix that JPEG demands. */
export function exif({ orientation, gps, make, order = 'MM' }: Exif): Uint8Array {
  const int = order === 'MM' ? uint : uintLe;
  const entry = (tag: number, type: number, count: number, value: readonly number[]) =>
    join(int(tag, 2), int(type, 2), int(count, 4), [...value, 0, 0, 0, 0].slice(0, 4));
  const count = [orientation, gps, make].filter((field) => field !== undefined).length;
  const makeAt = 8 + 2 + 12 * count + 4;
  const makeText = make === undefined ? '' : `${make}\0`.padEnd(64, '\0');
  const gpsAt = makeAt + makeText.length;
  const rationals = (degrees: number) =>
    join(int(Math.round(degrees * 10_000), 4), int(10_000, 4), int(0, 4), int(1, 4), int(0, 4), int(1, 4));
  const valuesAt = gpsAt + 2 + 12 * 4 + 4;
  return join(
    ...[order, int(42, 2), int(8, 4), int(count, 2)],
    make === undefined ? '' : entry(0x010f, 2, makeText.length, int(makeAt, 4)),
    orientation === undefined ? '' : entry(0x0112, 3, 1, int(orientation, 2)),
    gps === undefined ? '' : entry(0x8825, 4, 1, int(gpsAt, 4)),
    ...[int(0, 4), makeText],
    gps === undefined
      ? ''
      : join(
          int(4, 2),
          entry(1, 2, 2, latin1('N\0')),
          entry(2, 5, 3, int(valuesAt, 4)),
          entry(3, 2, 2, latin1('E\0')),
          entry(4, 5, 3, int(valuesAt + 24, 4)),
          int(0, 4),
          ...gps.map(rationals),
        ),
  );
}

export const XMP = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>Secret place</rdf:RDF></x:xmpmeta>';

/** Long enough to be a colour profile to a reader that does not read it. */
export const ICC_PROFILE = new Uint8Array(128);

// JPEG

export function jpegSegment(marker: number, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  return join([0xff, marker], uint(body.length + 2, 2), body);
}

export function jpegExif(fields: Exif): Uint8Array {
  return jpegSegment(0xe1, 'Exif\0\0', exif(fields));
}

export const JFIF = jpegSegment(0xe0, 'JFIF\0', [1, 1, 0, 0, 1, 0, 1, 0, 0]);

export interface Jpeg {
  /** Segments between SOI and the tables; JFIF's header by default. */
  readonly head?: readonly Part[];
  /** From the first table to EOI. */
  readonly picture?: Uint8Array;
  readonly hasEnd?: boolean;
  /** Bytes after EOI, or in its place. */
  readonly behind?: Part;
}

export function jpeg(options: Jpeg = {}): Uint8Array<ArrayBuffer> {
  const { head = [JFIF], picture = JPEG_BASELINE, hasEnd = true, behind = '' } = options;
  return join([0xff, 0xd8], ...head, hasEnd ? picture : picture.subarray(0, -2), behind);
}

// PNG

/** Bit by bit, independent of the table that the inspection has. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

export function pngChunk(name: string, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  const named = join(name, body);
  return join(uint(body.length, 4), named, uint(crc32(named), 4));
}

/** A zlib stream of stored blocks. */
export function zlib(data: Uint8Array): Uint8Array {
  let a = 1;
  let b = 0;
  for (const byte of data) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return join([0x78, 1, 1], uintLe(data.length, 2), uintLe(~data.length & 0xffff, 2), data, uint(b * 65_536 + a, 4));
}

export const PNG_START = join('\x89PNG\r\n\x1a\n');
export const PNG_END = pngChunk('IEND');

export function pngHeader(width = WIDTH, height = HEIGHT): Uint8Array {
  return pngChunk('IHDR', uint(width, 4), uint(height, 4), [8, 2, 0, 0, 0]);
}

export const PNG_PIXELS = zlib(
  join(
    ...Array.from({ length: HEIGHT }, (_, y) =>
      join([0], ...Array.from({ length: WIDTH }, (_, x) => COLOURS[pixelAt(x, y)] ?? [])),
    ),
  ),
);

export interface Png {
  /** Chunks before and after the pixels. */
  readonly before?: readonly Part[];
  readonly after?: readonly Part[];
  /** Frames of an animation. */
  readonly frames?: number;
  readonly behind?: Part;
}

export function png({ before = [], after = [], frames = 0, behind = '' }: Png = {}): Uint8Array<ArrayBuffer> {
  const control = (sequence: number) =>
    pngChunk('fcTL', uint(sequence, 4), uint(WIDTH, 4), uint(HEIGHT, 4), uint(0, 8), uint(1, 2), uint(2, 2), [0, 0]);
  const animation = frames === 0 ? [] : [pngChunk('acTL', uint(frames, 4), uint(0, 4)), control(0)];
  const others = Array.from({ length: Math.max(frames - 1, 0) }, (_, i) =>
    join(control(2 * i + 1), pngChunk('fdAT', uint(2 * i + 2, 4), PNG_PIXELS)),
  );
  return join(
    PNG_START,
    ...[pngHeader(), ...animation, ...before, pngChunk('IDAT', PNG_PIXELS)],
    ...[...others, ...after, PNG_END, behind],
  );
}

// GIF

/** Data in the blocks of at most 255 bytes that GIF has, with the empty one that ends them. */
export function gifBlocks(data: Uint8Array): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255);
    blocks.push(join([block.length], block));
  }
  return join(...blocks, [0]);
}

export function gifExtension(label: number, ...blocks: readonly Part[]): Uint8Array {
  return join([0x21, label], ...blocks.map((block) => join([join(block).length], block)), [0]);
}

export const GIF_LOOP = gifExtension(0xff, 'NETSCAPE2.0', [1, 0, 0]);
export const GIF_CONTROL = gifExtension(0xf9, [0, 10, 0, 0]);

/** Codes of three bits; the table is cleared before it would need four. */
function lzw(): Uint8Array {
  const CLEAR = 4;
  const END = 5;
  const codes: number[] = [];
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    if (i % 2 === 0) codes.push(CLEAR);
    codes.push(pixelAt(i % WIDTH, Math.floor(i / WIDTH)));
  }
  codes.push(END);
  const data = new Uint8Array(Math.ceil((codes.length * 3) / 8));
  for (const [i, code] of codes.entries()) {
    for (let bit = 0; bit < 3; bit++) {
      const at = i * 3 + bit;
      data[at >> 3] = (data[at >> 3] ?? 0) | (((code >> bit) & 1) << (at & 7));
    }
  }
  return data;
}

export function gifImage(left = 0, top = 0, width = WIDTH, height = HEIGHT): Uint8Array {
  const sizes = [left, top, width, height].flatMap((value) => uintLe(value, 2));
  return join([0x2c], sizes, [0, 2], gifBlocks(lzw()));
}

export interface Gif {
  readonly width?: number;
  readonly height?: number;
  /** The blocks between the colours and the trailer; one image by default. */
  readonly blocks?: readonly Part[];
  readonly behind?: Part;
}

export function gif({
  width = WIDTH,
  height = HEIGHT,
  blocks = [gifImage()],
  behind = '',
}: Gif = {}): Uint8Array<ArrayBuffer> {
  const screen = [...uintLe(width, 2), ...uintLe(height, 2), 0x81, 0, 0];
  return join('GIF89a', screen, ...COLOURS, ...blocks, [0x3b], behind);
}

// WebP

export function riffChunk(name: string, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  return join(name, uintLe(body.length, 4), body, body.length % 2 ? [0] : []);
}

export function riff(...chunks: readonly Part[]): Uint8Array<ArrayBuffer> {
  const body = join('WEBP', ...chunks);
  return join('RIFF', uintLe(body.length, 4), body);
}

export const WEBP_LOSSY = riffChunk('VP8 ', VP8_PICTURE);
export const WEBP_LOSSLESS = riffChunk('VP8L', VP8_LOSSLESS);

export function webpHeader(flags: number, width = WIDTH, height = HEIGHT): Uint8Array {
  return riffChunk('VP8X', [flags, 0, 0, 0], uintLe(width - 1, 3), uintLe(height - 1, 3));
}

export function webpFrame(...chunks: readonly Part[]): Uint8Array {
  return riffChunk('ANMF', uint(0, 6), uintLe(WIDTH - 1, 3), uintLe(HEIGHT - 1, 3), uintLe(100, 3), [0], ...chunks);
}

export interface Webp {
  readonly isLossless?: boolean;
  readonly exif?: Exif;
  readonly xmp?: string;
  readonly icc?: Uint8Array;
  /** Frames of an animation. */
  readonly frames?: number;
}

export function webp(options: Webp = {}): Uint8Array<ArrayBuffer> {
  const { xmp, icc, frames = 0 } = options;
  const picture = options.isLossless ? WEBP_LOSSLESS : WEBP_LOSSY;
  const flags = (icc ? 0x20 : 0) | (options.exif ? 0x08 : 0) | (xmp ? 0x04 : 0) | (frames > 0 ? 0x02 : 0);
  if (flags === 0) return riff(picture);
  return riff(
    webpHeader(flags),
    icc ? riffChunk('ICCP', icc) : '',
    frames > 0 ? riffChunk('ANIM', uint(0, 4), uint(0, 2)) : picture,
    ...Array.from({ length: frames }, () => webpFrame(picture)),
    options.exif ? riffChunk('EXIF', exif(options.exif)) : '',
    xmp ? riffChunk('XMP ', xmp) : '',
  );
}
