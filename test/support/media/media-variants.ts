import type { MediaType } from '../../../src/lib/media/inspect.ts';
import {
  JPEG_BASELINE,
  JPEG_PROGRESSIVE,
  JPEG_PROGRESSIVE_RESTARTS,
  JPEG_RESTARTS,
  JPEG_SCANS,
} from '../../fixtures/bitstreams.ts';
import {
  exif,
  GIF_CONTROL,
  GIF_LOOP,
  gif,
  gifExtension,
  gifImage,
  ICC_PROFILE,
  JFIF,
  jpeg,
  jpegExif,
  jpegSegment,
  png,
  pngChunk,
  riff,
  riffChunk,
  WEBP_LOSSY,
  webp,
  XMP,
  zlib,
} from './images.ts';
import { DURATION_MS, HEIGHT, join, type Part, uint, uintLe, WIDTH } from './media-parts.ts';
import {
  box,
  element,
  fullBox,
  KEYED_METADATA,
  MATROSKA,
  mp4,
  mpeg,
  mpegPacket,
  mpegVideo,
  USER_DATA,
  UUID_XMP,
  webm,
} from './videos.ts';

/** A file that is accepted, with its facts. Its parts that must not be stored contain "Secret" or {@link PLACE}. */
export interface Variant {
  readonly name: string;
  readonly mimeType: MediaType;
  /** By a reader that looks at the first bytes only. */
  readonly calledElsewhere?: MediaType;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same picture with its end marker, without which a browser leaves the last rows empty. */
  readonly withEnd?: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly durationMs: number | null;
  /** The orientation in the file as it is stored. */
  readonly orientation?: number;
}

export const PLACE = '+52.5200+013.4050';

const upright = { width: WIDTH, height: HEIGHT, durationMs: null };
const onItsSide = { width: HEIGHT, height: WIDTH, durationMs: null };
const film = { width: WIDTH, height: HEIGHT, durationMs: DURATION_MS };

const SECRETS = { make: 'Secret phone', gps: [52.52, 13.405] } as const;
const JPEG_XMP = jpegSegment(0xe1, `http://ns.adobe.com/xap/1.0/\0${XMP}`);
const ADOBE = jpegSegment(0xee, 'Adobe', uint(100, 2), uint(0, 4), [1]);
const MPF = jpegSegment(0xe2, 'MPF\0', 'MM\0*', uint(8, 4), uint(0, 6));

function iptc(text: string): Uint8Array {
  return jpegSegment(0xed, 'Photoshop 3.0\0', '8BIM', [4, 4, 0, 0], uint(text.length, 4), text);
}

/** Samsung's blocks, their list and its end. */
export function samsungTrailer(...texts: readonly string[]): Uint8Array {
  const blocks = texts.map((text) => join([0, 0], uintLe(0x0a01, 2), uintLe(4, 4), 'Name', text));
  const entries = blocks.map((block, i) => {
    const before = join(...blocks.slice(i)).length;
    return join([0, 0], uintLe(0x0a01, 2), uintLe(before, 4), uintLe(block.length, 4));
  });
  const list = join('SEFH', uintLe(107, 4), uintLe(blocks.length, 4), ...entries);
  return join(...blocks, list, uintLe(list.length, 4), 'SEFT');
}

function jpegWith(name: string, bytes: Uint8Array<ArrayBuffer>, more: Partial<Variant> = {}): Variant {
  return { name: `JPEG, ${name}`, mimeType: 'image/jpeg', bytes, ...upright, ...more };
}

const MOTION_XMP = jpegSegment(0xe1, 'http://ns.adobe.com/xap/1.0/\0<rdf GCamera:MotionPhoto="1"/>');

const JPEGS: readonly Variant[] = [
  jpegWith('plain', jpeg()),
  jpegWith('progressive', jpeg({ picture: JPEG_PROGRESSIVE })),
  jpegWith('restart markers', jpeg({ picture: JPEG_RESTARTS })),
  jpegWith('a scan for each component', jpeg({ picture: JPEG_SCANS })),
  jpegWith('no JFIF', jpeg({ head: [] })),
  jpegWith(
    'all metadata',
    jpeg({ head: [JFIF, jpegExif(SECRETS), JPEG_XMP, iptc('Secret'), jpegSegment(0xfe, 'Secret')] }),
  ),
  jpegWith(
    'JFIF with a thumbnail',
    jpeg({ head: [jpegSegment(0xe0, 'JFIF\0', uint(0x0101, 2), [0, 0, 1, 0, 1, 1, 2], 'Secret')] }),
  ),
  jpegWith(
    'colour profile in two segments, colour transform',
    jpeg({
      head: [
        jpegSegment(0xe2, 'ICC_PROFILE\0', [1, 2], ICC_PROFILE.subarray(0, 64)),
        jpegSegment(0xe2, 'ICC_PROFILE\0', [2, 2], ICC_PROFILE.subarray(64)),
        ADOBE,
      ],
    }),
  ),
  jpegWith(
    'longer Adobe segment',
    jpeg({ head: [jpegSegment(0xee, 'Adobe', uint(100, 2), uint(0, 4), [1], 'Secret')] }),
  ),
  jpegWith('fill bytes', jpeg({ head: [[0xff, 0xff], JFIF, [0xff], jpegSegment(0xfe, 'Secret')] })),
  jpegWith('bytes between segments', jpeg({ head: [JFIF, 'Secret', [0xff, 0, 0], jpegSegment(0xfe, 'Secret'), [0]] })),
  jpegWith('markers that stand alone', jpeg({ head: [[0xff, 1], JFIF, [0xff, 0xd0], 'Secret', [0xff, 0xd7]] })),
  jpegWith('its height again', jpeg({ hasEnd: false, behind: [0xff, 0xdc, 0, 4, 0, HEIGHT, 0xff, 0xd9] })),
  jpegWith(
    'more pictures',
    jpeg({ head: [JFIF, MPF], behind: join(jpeg(), [0, 0], jpeg({ head: [jpegExif(SECRETS)] })) }),
  ),
  ...[0, 0x20, 0xa5, 0xff].map((byte) =>
    jpegWith(`padded with ${byte}`, jpeg({ behind: new Uint8Array(100).fill(byte) })),
  ),
  jpegWith('a web page behind its end', jpeg({ behind: '<!doctype html><script>Secret</script>' })),
  jpegWith('an archive behind zeros', jpeg({ behind: join(new Uint8Array(30), 'PK\x03\x04Secret') })),
  jpegWith('a picture that it does not declare', jpeg({ behind: jpeg({ head: [jpegExif(SECRETS)] }) })),
  jpegWith('a picture cut short behind its end', jpeg({ head: [MPF], behind: jpeg().subarray(0, 200) })),
  jpegWith("Samsung's trailer", jpeg({ behind: samsungTrailer('Secret time', 'Secret number') })),
  jpegWith('more pictures and the trailer', jpeg({ head: [MPF], behind: join(jpeg(), samsungTrailer('Secret')) })),
  jpegWith('Motion Photo', jpeg({ head: [MOTION_XMP], behind: mp4({ inMoov: [USER_DATA] }) })),
  jpegWith('a film that it does not declare', jpeg({ behind: mp4({ inMoov: [USER_DATA] }) })),
  ...Object.entries({
    baseline: JPEG_BASELINE,
    'restart markers': JPEG_RESTARTS,
    'three scans': JPEG_SCANS,
    progressive: JPEG_PROGRESSIVE,
    'progressive with restart markers': JPEG_PROGRESSIVE_RESTARTS,
  }).flatMap(([name, picture]) =>
    Object.entries({
      'no end': '',
      'half an end': [0xff],
      'zeros for an end': new Uint8Array(100),
      panorama: samsungTrailer('Secret'),
      'panorama with a film': samsungTrailer('Secret', '\xff\x08\xff\xe1\xff\xda\xff\xc0Secret'),
      'panorama with pictures': samsungTrailer('Secret\xff\xd9Secret', '\xff\xd8\xff\xd9'),
    }).map(([end, behind]) =>
      jpegWith(`${end}, ${name}`, jpeg({ picture, hasEnd: false, behind }), { withEnd: jpeg({ picture }) }),
    ),
  ),
  ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((orientation) =>
    (['II', 'MM'] as const).map((order) =>
      jpegWith(`orientation ${orientation} ${order}`, jpeg({ head: [jpegExif({ ...SECRETS, orientation, order })] }), {
        ...(orientation > 4 ? onItsSide : {}),
        orientation,
      }),
    ),
  ),
  jpegWith('orientation 9', jpeg({ head: [jpegExif({ orientation: 9 })] })),
  jpegWith('two orientations', jpeg({ head: [jpegExif({ orientation: 3 }), jpegExif({ orientation: 6 })] }), {
    orientation: 3,
  }),
  jpegWith('EXIF that is none', jpeg({ head: [jpegSegment(0xe1, 'Exif\0\0', 'MM\0*', uint(2 ** 32 - 1, 4))] })),
];

function pngWith(name: string, bytes: Uint8Array<ArrayBuffer>, more: Partial<Variant> = {}): Variant {
  return { name: `PNG, ${name}`, mimeType: 'image/png', bytes, ...upright, ...more };
}

const PNG_TEXTS = [
  pngChunk('tEXt', 'Author\0Secret'),
  pngChunk('zTXt', 'Comment\0\0', zlib(join('Secret'))),
  pngChunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', XMP),
  pngChunk('tIME', uint(2026, 2), [1, 2, 3, 4, 5]),
  pngChunk('prVt', 'Secret'),
];

const PNGS: readonly Variant[] = [
  pngWith('plain', png()),
  pngWith('all metadata', png({ before: PNG_TEXTS, after: PNG_TEXTS })),
  pngWith(
    'colours and resolution',
    png({ before: [pngChunk('gAMA', uint(45_455, 4)), pngChunk('pHYs', uint(1, 4), uint(1, 4), [0])] }),
  ),
  pngWith('animated', png({ frames: 3, after: [pngChunk('tEXt', 'Author\0Secret')] })),
  pngWith('turned', png({ before: [pngChunk('eXIf', exif({ ...SECRETS, orientation: 6 }))] }), {
    ...onItsSide,
    orientation: 6,
  }),
  pngWith('turned behind the pixels', png({ after: [pngChunk('eXIf', exif({ ...SECRETS, orientation: 3 }))] }), {
    orientation: 3,
  }),
  pngWith('not turned', png({ before: [pngChunk('eXIf', exif({ ...SECRETS, orientation: 1 }))] })),
  pngWith('zeros at the end', png({ behind: [0, 0, 0] })),
];

function gifWith(name: string, ...blocks: readonly Part[]): Variant {
  return { name: `GIF, ${name}`, mimeType: 'image/gif', bytes: gif({ blocks }), ...upright };
}

const GIFS: readonly Variant[] = [
  gifWith('plain', gifImage()),
  gifWith('animated', GIF_LOOP, GIF_CONTROL, gifImage(), GIF_CONTROL, gifImage()),
  gifWith(
    'all metadata',
    gifExtension(0xfe, 'Secret', 'Secret'),
    gifExtension(0xff, 'XMP DataXMP', XMP),
    gifExtension(0xff, 'NETSCAPE2.0', [2, 0, 0, 0, 1], 'Secret'),
    GIF_LOOP,
    GIF_CONTROL,
    gifExtension(0x01, new Uint8Array(12), 'Secret'),
    gifImage(),
    gifExtension(0x77, 'Secret'),
  ),
];

function webpWith(name: string, bytes: Uint8Array<ArrayBuffer>, more: Partial<Variant> = {}): Variant {
  return { name: `WebP, ${name}`, mimeType: 'image/webp', bytes, ...upright, ...more };
}

const WEBPS: readonly Variant[] = [
  webpWith('lossy', webp()),
  webpWith('lossless', webp({ isLossless: true })),
  webpWith('all metadata', webp({ exif: SECRETS, xmp: XMP, icc: ICC_PROFILE })),
  webpWith('turned', webp({ exif: { ...SECRETS, orientation: 8 }, xmp: XMP }), { orientation: 8 }),
  webpWith('animated', webp({ frames: 2, isLossless: true, exif: { ...SECRETS, orientation: 2 } }), { orientation: 2 }),
  webpWith('unknown chunk', riff(WEBP_LOSSY, riffChunk('abcd', 'Secret!'))),
];

function videoWith(
  mimeType: MediaType,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  more: Partial<Variant> = {},
): Variant {
  return { name: `${mimeType}, ${name}`, mimeType, bytes, ...film, ...more };
}

const ALL_BOXES = {
  inMoov: [USER_DATA, KEYED_METADATA, UUID_XMP],
  inTrack: [USER_DATA, KEYED_METADATA, box('free', 'Secret')],
  atEnd: [UUID_XMP, KEYED_METADATA, box('free', 'Secret'), fullBox('emsg', 0, 0, 'Secret')],
} as const;

/** A track of positions, as an action camera writes it; its samples lie between those of the film. */
const POSITIONS = { handler: 'meta', samples: [join(PLACE), join('Secret speed')] };

const VIDEOS: readonly Variant[] = [
  videoWith('video/mp4', 'plain', mp4()),
  videoWith('video/mp4', 'moov first', mp4({ layout: 'moov first' })),
  videoWith('video/mp4', 'size of 64 bits', mp4({ mdatSize: 'long' })),
  videoWith('video/mp4', 'no size', mp4({ layout: 'moov first', mdatSize: 'open' })),
  videoWith(
    'video/mp4',
    'no size, positions at the end',
    mp4({ layout: 'moov first', mdatSize: 'open', otherTracks: [POSITIONS] }),
  ),
  videoWith('video/mp4', 'fragmented', mp4({ layout: 'fragmented' })),
  ...([90, 180, 270] as const).map((rotation) =>
    videoWith(
      'video/mp4',
      `turned by ${rotation}`,
      mp4({ rotation }),
      rotation === 180 ? {} : { width: HEIGHT, height: WIDTH },
    ),
  ),
  videoWith('video/mp4', 'all metadata', mp4(ALL_BOXES)),
  videoWith('video/mp4', 'all metadata, moov first', mp4({ ...ALL_BOXES, layout: 'moov first' })),
  videoWith('video/mp4', 'all metadata, fragmented', mp4({ ...ALL_BOXES, layout: 'fragmented' })),
  videoWith('video/mp4', 'positions', mp4({ otherTracks: [POSITIONS] })),
  ...(
    [
      ['3gp4', 'isom'],
      ['3gp5', '3gp4', 'mp42'],
      ['3g2a', 'isom'],
      ['f4v ', 'isom', 'mp42', 'm4v '],
      ['M4VP', 'M4V ', 'isom'],
      ['MSNV', 'MSNV', 'isom'],
      ['ndas', 'mp41'],
      ['dash', 'iso6'],
      ['iso5', 'dash', 'cmfc'],
      ['avc1', 'isom'],
      ['mp42', 'qt  ', 'M4A '],
      ['evil', 'evil', 'isom'],
    ] as const
  ).map(([brand, ...others]) => videoWith('video/mp4', `${brand} and ${others}`, mp4({ brand, others }))),
  videoWith('video/mp4', 'free space before its brand', mp4({ atStart: [box('free', 'Secret'), UUID_XMP] }), {
    calledElsewhere: 'video/quicktime',
  }),
  videoWith(
    'video/mp4',
    '3GPP, fragmented, positions at the end',
    mp4({ ...ALL_BOXES, brand: '3gp5', others: ['isom'], layout: 'fragmented' }),
  ),
  videoWith('video/quicktime', 'of a camera', mp4({ brand: 'niko', others: ['qt  '] }), {
    calledElsewhere: 'video/mp4',
  }),
  videoWith('video/quicktime', 'lists MP4', mp4({ brand: 'qt  ', others: ['mp42', 'isom'] })),
  videoWith('video/quicktime', 'no brand, wide', mp4({ brand: '', atStart: [box('wide')], mdatSize: 'long' })),
  videoWith(
    'video/quicktime',
    'no brand, a preview',
    mp4({ brand: '', atStart: [box('pnot', 'Secret'), box('skip')] }),
  ),
  videoWith('video/quicktime', 'plain', mp4({ brand: 'qt  ' })),
  videoWith('video/quicktime', 'all metadata', mp4({ ...ALL_BOXES, brand: 'qt  ', otherTracks: [POSITIONS] })),
  videoWith('video/quicktime', 'no brand', mp4({ brand: '', atEnd: [USER_DATA] })),
  videoWith('video/webm', 'plain', webm()),
  videoWith('video/webm', 'live', webm({ isLive: true }), { durationMs: null }),
  ...[false, true].map((isLive) =>
    videoWith(
      'video/webm',
      `all metadata${isLive ? ', live' : ''}`,
      webm({
        isLive,
        inInfo: [
          element(MATROSKA.title, 'Secret'),
          element(MATROSKA.dateUtc, uint(1, 8)),
          element(MATROSKA.crc32, uint(7, 4)),
        ],
        inTrack: [element(MATROSKA.name, 'Secret')],
        beforeClusters: [
          element(MATROSKA.tags, element(0x7373, 'Secret '.repeat(30))),
          element(MATROSKA.void, 'Secret '.repeat(18), 's'),
          element(MATROSKA.void),
        ],
        inCluster: [element(MATROSKA.void, 'Secret')],
        atEnd: [element(MATROSKA.attachments, 'Secret'), element(MATROSKA.chapters, 'Secret')],
      }),
      isLive ? { durationMs: null } : {},
    ),
  ),
  ...([1, 2] as const).flatMap((version) => [
    videoWith('video/mpeg', `MPEG-${version}`, mpeg({ version }), { durationMs: null }),
    videoWith('video/mpeg', `MPEG-${version}, video alone`, mpegVideo({ version, userData: 'Secret' }), {
      durationMs: null,
    }),
    videoWith('video/mpeg', `MPEG-${version}, video without an end`, mpegVideo({ version, hasEnd: false }), {
      durationMs: null,
    }),
    videoWith(
      'video/mpeg',
      `MPEG-${version}, all metadata`,
      mpeg({
        version,
        userData: 'Secret date',
        packets: [
          mpegPacket(0xbf, 'Secret'),
          mpegPacket(0xbe, 'Secret'),
          mpegPacket(0xfc, 'Secret'),
          mpegPacket(0xc0, 'Sound'),
        ],
      }),
      { durationMs: null },
    ),
  ]),
];

export const VARIANTS: readonly Variant[] = [...JPEGS, ...PNGS, ...GIFS, ...WEBPS, ...VIDEOS];
