import {
  MPEG1_FRAME,
  MPEG2_FRAME,
  VP8_FRAME,
  VP8_KEY_FRAME,
  VP9_FRAME,
  VP9_KEY_FRAME,
} from '../../fixtures/bitstreams.ts';
import { XMP } from './images.ts';
import { DURATION_MS, HEIGHT, join, type Part, uint, WIDTH } from './media-parts.ts';

export function box(name: string, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  return join(uint(body.length + 8, 4), name, body);
}

/** With a version and flags. */
export function fullBox(name: string, version: number, flags: number, ...content: readonly Part[]): Uint8Array {
  return box(name, [version], uint(flags, 3), ...content);
}

export interface Track {
  readonly handler: string;
  readonly samples: readonly Uint8Array[];
}

export interface Mp4 {
  /** `qt  ` for QuickTime, nothing for QuickTime from before there were brands. */
  readonly brand?: string;
  /** Further brands in its list. */
  readonly others?: readonly string[];
  /** Boxes before the one with the brands. */
  readonly atStart?: readonly Part[];
  readonly layout?: 'moov first' | 'mdat first' | 'fragmented';
  /** The form of the size of `mdat`; `open` makes it the last box, up to the end of the file. */
  readonly mdatSize?: 'short' | 'long' | 'open';
  readonly rotation?: 0 | 90 | 180 | 270;
  /** Seconds since 1904. */
  readonly createdAt?: number;
  /** Boxes at the end of the movie, of its first track, and of the file. */
  readonly inMoov?: readonly Part[];
  readonly inTrack?: readonly Part[];
  readonly atEnd?: readonly Part[];
  /** Beside the video. */
  readonly otherTracks?: readonly Track[];
}

const MATRICES: Record<number, readonly number[]> = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
};

const VIDEO_TRACK: Track = { handler: 'vide', samples: [VP9_KEY_FRAME, VP9_FRAME] };

function matrix(rotation: number): Uint8Array {
  const [a = 1, b = 0, c = 0, d = 1] = MATRICES[rotation] ?? [];
  const fixed = (value: number) => uint(value < 0 ? 2 ** 32 - 65_536 : value * 65_536, 4);
  return join(...[fixed(a), fixed(b), uint(0, 4)], ...[fixed(c), fixed(d), uint(0, 4)], uint(0, 8), uint(2 ** 30, 4));
}

function sampleEntry({ handler }: Track): Uint8Array {
  if (handler !== 'vide') return box('mett', uint(1, 8), 'text/plain\0');
  const sizes = [...uint(WIDTH, 2), ...uint(HEIGHT, 2)];
  const resolution = [...uint(0x480000, 4), ...uint(0x480000, 4)];
  const vp9 = fullBox('vpcC', 1, 0, [0, 10, 0x82, 2, 2, 2, 0, 0]);
  return box(
    'vp09',
    uint(1, 8),
    uint(0, 16),
    sizes,
    resolution,
    uint(0, 4),
    [0, 1],
    uint(0, 32),
    uint(24, 2),
    '\xff\xff',
    vp9,
  );
}

/** @param offset of the samples of the track, in one chunk; undefined when fragments hold them */
function trackBox(track: Track, id: number, offset: number | undefined, options: Mp4): Uint8Array {
  const isVideo = track.handler === 'vide';
  const times = uint(options.createdAt ?? 0, 4);
  const samples = offset === undefined ? [] : track.samples;
  const size = isVideo ? [...uint(WIDTH * 65_536, 4), ...uint(HEIGHT * 65_536, 4)] : uint(0, 8);
  return box(
    'trak',
    fullBox(
      ...(['tkhd', 0, 3] as const),
      ...[times, times, uint(id, 4), uint(0, 4), uint(DURATION_MS, 4), uint(0, 16)],
      ...[matrix(isVideo ? (options.rotation ?? 0) : 0), size],
    ),
    box(
      'mdia',
      fullBox('mdhd', 0, 0, times, times, uint(1_000, 4), uint(DURATION_MS, 4), uint(0x55c4, 2), uint(0, 2)),
      fullBox('hdlr', 0, 0, uint(0, 4), track.handler, uint(0, 12), "Anna's phone\0"),
      box(
        'minf',
        isVideo ? fullBox('vmhd', 0, 1, uint(0, 8)) : fullBox('nmhd', 0, 0),
        box('dinf', fullBox('dref', 0, 0, uint(1, 4), fullBox('url ', 0, 1))),
        box(
          'stbl',
          fullBox('stsd', 0, 0, uint(1, 4), sampleEntry(track)),
          fullBox(
            'stts',
            0,
            0,
            ...(samples.length ? [uint(1, 4), uint(samples.length, 4), uint(500, 4)] : [uint(0, 4)]),
          ),
          fullBox(
            'stsc',
            0,
            0,
            ...(samples.length ? [uint(1, 4), uint(1, 4), uint(samples.length, 4), uint(1, 4)] : [uint(0, 4)]),
          ),
          // Only the first sample can be played without another.
          isVideo ? fullBox('stss', 0, 0, uint(samples.length ? 1 : 0, 4), samples.length ? uint(1, 4) : '') : '',
          fullBox('stsz', 0, 0, uint(0, 4), uint(samples.length, 4), ...samples.map(({ length }) => uint(length, 4))),
          fullBox('stco', 0, 0, ...(samples.length ? [uint(1, 4), uint(offset ?? 0, 4)] : [uint(0, 4)])),
        ),
      ),
    ),
    ...(isVideo ? (options.inTrack ?? []) : []),
  );
}

function movie(options: Mp4, samplesAt: number | undefined): Uint8Array {
  const times = uint(options.createdAt ?? 0, 4);
  const tracks = [VIDEO_TRACK, ...(options.otherTracks ?? [])];
  let at = samplesAt;
  const boxes = tracks.map((track, i) => {
    const made = trackBox(track, i + 1, at, options);
    if (at !== undefined) at += join(...track.samples).length;
    return made;
  });
  const defaults = tracks.map((_, i) =>
    fullBox('trex', 0, 0, uint(i + 1, 4), uint(1, 4), uint(0, 8), uint(0x01010000, 4)),
  );
  return box(
    'moov',
    fullBox(
      ...(['mvhd', 0, 0] as const),
      ...[times, times, uint(1_000, 4), uint(samplesAt === undefined ? 0 : DURATION_MS, 4)],
      ...[uint(0x10000, 4), uint(0x100, 2), uint(0, 10), matrix(0), uint(0, 24), uint(tracks.length + 1, 4)],
    ),
    ...boxes,
    samplesAt === undefined ? box('mvex', fullBox('mehd', 0, 0, uint(DURATION_MS, 4)), ...defaults) : '',
    ...(options.inMoov ?? []),
  );
}

/** A fragment with all samples of a track. */
function fragment({ samples }: Track, id: number): Uint8Array {
  const moof = (offset: number) =>
    box(
      'moof',
      fullBox('mfhd', 0, 0, uint(id, 4)),
      box(
        'traf',
        fullBox('tfhd', 0, 0x20000, uint(id, 4)),
        fullBox('tfdt', 0, 0, uint(0, 4)),
        fullBox(
          ...(['trun', 0, 0x305] as const),
          ...[uint(samples.length, 4), uint(offset, 4), uint(0x02000000, 4)],
          ...samples.flatMap(({ length }) => [uint(500, 4), uint(length, 4)]),
        ),
      ),
    );
  return join(moof(moof(0).length + 8), box('mdat', ...samples));
}

/** VP9 in MP4 or QuickTime, which a Chromium without licensed codecs plays. */
export function mp4(options: Mp4 = {}): Uint8Array<ArrayBuffer> {
  const { brand = 'isom', others = [], layout = 'mdat first', mdatSize = 'short', atStart = [], atEnd = [] } = options;
  const start = join(...atStart, brand === '' ? '' : box('ftyp', brand, uint(512, 4), brand, ...others));
  const tracks = [VIDEO_TRACK, ...(options.otherTracks ?? [])];
  if (layout === 'fragmented') {
    return join(start, movie(options, undefined), ...tracks.map((track, i) => fragment(track, i + 1)), ...atEnd);
  }
  const samples = join(...tracks.flatMap((track) => track.samples));
  const header = {
    short: join(uint(samples.length + 8, 4), 'mdat'),
    long: join(uint(1, 4), 'mdat', uint(samples.length + 16, 8)),
    open: join(uint(0, 4), 'mdat'),
  }[mdatSize];
  const media = join(header, samples);
  if (layout === 'mdat first') {
    return join(start, media, movie(options, start.length + header.length), ...atEnd);
  }
  const { length } = movie(options, 0);
  return join(start, movie(options, start.length + length + header.length), media, ...atEnd);
}

/** The place and the title, as phones and players write them. */
export const USER_DATA = box(
  'udta',
  box('\xa9xyz', uint(18, 2), uint(0x15c7, 2), '+52.5200+013.4050/'),
  box('\xa9nam', uint(6, 2), uint(0, 2), 'Secret'),
  fullBox('loci', 0, 0, uint(0, 2), 'Secret place\0', [0], uint(0, 12), 'earth\0\0'),
);

/** Apple's way of saying the same. */
export const KEYED_METADATA = box(
  'meta',
  fullBox('hdlr', 0, 0, uint(0, 4), 'mdta', uint(0, 12), [0]),
  fullBox('keys', 0, 0, uint(1, 4), box('mdta', 'com.apple.quicktime.location.ISO6709')),
  box('ilst', box('\0\0\0\x01', box('data', uint(1, 4), uint(0, 4), '+52.5200+013.4050/'))),
);

export const UUID_XMP = box('uuid', '\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac', XMP);

// WebM

/** An element with its size in as few bytes as it needs. */
export function element(id: number, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  return join(ebmlId(id), ebmlSize(body.length), body);
}

/** An element that ends with its parent, or before an element that cannot be its child. */
export function openElement(id: number, ...content: readonly Part[]): Uint8Array {
  return join(ebmlId(id), [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], ...content);
}

export function ebmlId(id: number): number[] {
  return uint(id, Math.ceil((32 - Math.clz32(id)) / 8));
}

export function ebmlSize(size: number): number[] {
  let length = 1;
  while (size >= 2 ** (7 * length) - 1) length++;
  return uint(size + 2 ** (7 * length), length);
}

export const MATROSKA = {
  segment: 0x18538067,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  cluster: 0x1f43b675,
  simpleBlock: 0xa3,
  title: 0x7ba9,
  dateUtc: 0x4461,
  name: 0x536e,
  tags: 0x1254c367,
  attachments: 0x1941a469,
  chapters: 0x1043a770,
  void: 0xec,
  crc32: 0xbf,
} as const;

export interface Webm {
  readonly docType?: string;
  /** Segment and clusters without a size, no duration: as browsers record. */
  readonly isLive?: boolean;
  readonly inInfo?: readonly Part[];
  readonly inTrack?: readonly Part[];
  /** Track entries beside the video's. */
  readonly otherTracks?: readonly Part[];
  /** Elements of the segment before the first cluster, in the first cluster, and after the last. */
  readonly beforeClusters?: readonly Part[];
  readonly inCluster?: readonly Part[];
  readonly atEnd?: readonly Part[];
}

export function webm(options: Webm = {}): Uint8Array<ArrayBuffer> {
  const { docType = 'webm', isLive = false } = options;
  const made = isLive ? openElement : element;
  const head = element(
    0x1a45dfa3,
    ...[element(0x4286, [1]), element(0x42f7, [1]), element(0x42f2, [4]), element(0x42f3, [8])],
    ...[element(0x4282, docType), element(0x4287, [2]), element(0x4285, [2])],
  );
  const info = element(
    MATROSKA.info,
    element(0x2ad7b1, uint(1_000_000, 3)),
    element(0x4d80, 'Secret muxer'),
    element(0x5741, 'Secret writer'),
    isLive ? '' : element(0x4489, new Uint8Array(float64(DURATION_MS))),
    ...(options.inInfo ?? []),
  );
  const video = element(0xe0, element(0xb0, [WIDTH]), element(0xba, [HEIGHT]));
  const track = element(
    MATROSKA.trackEntry,
    ...[element(0xd7, [1]), element(0x73c5, [1]), element(0x83, [1]), element(0x86, 'V_VP8'), video],
    ...(options.inTrack ?? []),
  );
  const cluster = (timestamp: number, flags: number, frame: Uint8Array, ...more: readonly Part[]) =>
    made(
      MATROSKA.cluster,
      element(0xe7, uint(timestamp, 2)),
      ...more,
      element(MATROSKA.simpleBlock, [0x81, 0, 0, flags], frame),
    );
  return join(
    head,
    made(
      MATROSKA.segment,
      ...[info, element(MATROSKA.tracks, track, ...(options.otherTracks ?? [])), ...(options.beforeClusters ?? [])],
      cluster(0, 0x80, VP8_KEY_FRAME, ...(options.inCluster ?? [])),
      cluster(500, 0, VP8_FRAME),
      ...(options.atEnd ?? []),
    ),
  );
}

function float64(value: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.buffer;
}

// MPEG

export interface Mpeg {
  readonly version?: 1 | 2;
  /** User data after the first sequence header's picture. */
  readonly userData?: Part;
  /** Packets before the end. */
  readonly packets?: readonly Part[];
  readonly hasEnd?: boolean;
  /** The video is cut into packets of at most this size. */
  readonly packetSize?: number;
}

export function mpegPacket(stream: number, ...content: readonly Part[]): Uint8Array {
  const body = join(...content);
  return join([0, 0, 1, stream], uint(body.length, 2), body);
}

/** Two pictures. */
export function mpegVideo({ version = 1, userData = '', hasEnd = true }: Mpeg = {}): Uint8Array<ArrayBuffer> {
  const frame = version === 1 ? MPEG1_FRAME : MPEG2_FRAME;
  const marked = join(userData).length > 0 ? join([0, 0, 1, 0xb2], userData) : '';
  return join(frame, marked, frame, hasEnd ? [0, 0, 1, 0xb7] : []);
}

/** A program stream. */
export function mpeg(options: Mpeg = {}): Uint8Array<ArrayBuffer> {
  const { version = 1, packets = [], hasEnd = true, packetSize = 1_000 } = options;
  const pack =
    version === 1 ? [0, 0, 1, 0xba, 0x21, 0, 1, 0, 1, 0x80, 0, 1] : [0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8];
  const system = mpegPacket(0xbb, [0x80, 0, 1, 0x04, 0xe1, 0x7f, 0xe0, 0xe0, 0x2e]);
  const header = (isFirst: boolean) => {
    if (version === 1) return isFirst ? [0x60, 0x2e, 0x21, 0, 1, 0, 1] : [0x0f];
    return isFirst ? [0x81, 0x80, 5, 0x21, 0, 1, 0, 1] : [0x81, 0, 0];
  };
  const video = mpegVideo({ ...options, hasEnd: true });
  const pieces = Array.from({ length: Math.ceil(video.length / packetSize) }, (_, i) =>
    mpegPacket(0xe0, header(i === 0), video.subarray(i * packetSize, (i + 1) * packetSize)),
  );
  return join(pack, system, ...pieces, ...packets, hasEnd ? [0, 0, 1, 0xb9] : []);
}
