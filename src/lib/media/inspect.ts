import { parseContentType } from '../header-value.ts';
import { inspectGif } from './gif.ts';
import { inspectJpeg } from './jpeg.ts';
import { filmTypeOf, inspectMp4 } from './mp4.ts';
import { inspectMpeg, isMpegStart } from './mpeg.ts';
import { inspectPng, PNG_SIGNATURE } from './png.ts';
import type { Bounds, MediaProperties } from './properties.ts';
import { Edits, MediaError, type MediaErrorReason, Reader } from './reader.ts';
import { EBML_SIGNATURE, inspectWebm } from './webm.ts';
import { inspectWebp } from './webp.ts';

/** The types of files that may be uploaded (contract, section 6). */
export const MEDIA_TYPES = [
  'image/jpeg',
  'image/png',
  'image/gif',
  'image/webp',
  'video/mp4',
  'video/mpeg',
  'video/quicktime',
  'video/webm',
] as const;

/** A type that the walk of a file found, never the one that its sender declared. */
export type MediaType = (typeof MEDIA_TYPES)[number];

export type { Bounds } from './properties.ts';

/** An accepted file without its metadata. */
export interface InspectedMedia {
  readonly mimeType: MediaType;
  readonly type: 'image' | 'video';
  /** As displayed, so after an image's or a video's rotation. Null only for a video whose container does not say it. */
  readonly width: number | null;
  readonly height: number | null;
  /** Null for images, and for videos whose container does not say it. */
  readonly durationMs: number | null;
  /**
   * The file as it is to be stored, in order: views of the input, and small new pieces where something was taken out.
   */
  readonly pieces: readonly Uint8Array[];
  /** Total size of the pieces, in bytes. */
  readonly size: number;
}

/** The outcome of a walk: the file to store, or the reason for its refusal. */
export type Inspection =
  | { readonly outcome: 'accepted'; readonly media: InspectedMedia }
  /** `message` continues a sentence that begins with the file: "is truncated". */
  | { readonly outcome: 'refused'; readonly why: MediaErrorReason; readonly message: string };

interface Container {
  readonly mimeType: MediaType;
  /** @param start the first twelve bytes, in Latin-1 */
  readonly isLikely: (start: string, file: Reader) => boolean;
  readonly walk: (file: Reader, edits: Edits, bounds: Bounds) => MediaProperties;
}

/** The first bytes select a container; its walk decides if the file is one. */
const CONTAINERS: readonly Container[] = [
  { mimeType: 'image/jpeg', isLikely: (start) => start.startsWith('\xff\xd8\xff'), walk: inspectJpeg },
  { mimeType: 'image/png', isLikely: (start) => start.startsWith(PNG_SIGNATURE), walk: inspectPng },
  { mimeType: 'image/gif', isLikely: (start) => /^GIF8[79]a/.test(start), walk: inspectGif },
  { mimeType: 'image/webp', isLikely: (start) => /^RIFF.{4}WEBP/s.test(start), walk: inspectWebp },
  { mimeType: 'video/mp4', isLikely: (_, file) => filmTypeOf(file) === 'video/mp4', walk: inspectMp4 },
  { mimeType: 'video/quicktime', isLikely: (_, file) => filmTypeOf(file) === 'video/quicktime', walk: inspectMp4 },
  { mimeType: 'video/webm', isLikely: (start) => start.startsWith(EBML_SIGNATURE), walk: inspectWebm },
  { mimeType: 'video/mpeg', isLikely: isMpegStart, walk: inspectMpeg },
];

/**
 * Decides the type of an uploaded file, by walking all of it, and removes its metadata: time, place and device, texts,
 * thumbnails. No picture, sound or frame of video is decoded or changed. Takes linear time, never throws.
 */
export function inspectMedia(bytes: Uint8Array, bounds: Bounds): Inspection {
  try {
    return { outcome: 'accepted', media: inspect(bytes, bounds) };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return { outcome: 'refused', why: error.why, message: error.message };
  }
}

function inspect(bytes: Uint8Array, bounds: Bounds): InspectedMedia {
  if (bytes.length === 0) throw new MediaError('empty', 'is empty');
  const start = new Reader(bytes).text(Math.min(bytes.length, 12));
  const container = CONTAINERS.find(({ isLikely }) => isLikely(start, new Reader(bytes)));
  if (!container) throw new MediaError('unknown_type', `is none of ${MEDIA_TYPES.join(', ')}`);

  const { mimeType, walk } = container;
  const edits = new Edits();
  const found = walk(new Reader(bytes), edits, bounds);
  const pieces = edits.apply(bytes);
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { mimeType, type: mimeType.startsWith('image/') ? 'image' : 'video', ...found, pieces, size };
}

/** Senders declare these if they do not know the type. `x-` is left out. */
const UNKNOWN_TYPES = new Set([
  '*/*',
  'application/binary',
  'application/download',
  'application/force-download',
  'application/forcedownload',
  'application/octet',
  'application/octet-stream',
  'application/octetstream',
  'application/unknown',
  'application/unknown-content-type',
  'binary/octet-stream',
  'content/unknown',
  'multipart/form-data',
  'octet/stream',
  'unknown/unknown',
]);

/** Old and vendor names of the types above. `x-` is left out. 3GPP, as phones record it, is a profile of MP4. */
const SYNONYMS: ReadonlyMap<string, MediaType> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/jpe', 'image/jpeg'],
  ['image/jfif', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/pjpg', 'image/jpeg'],
  ['image/citrix-jpeg', 'image/jpeg'],
  ['application/jpg', 'image/jpeg'],
  ['application/jpeg', 'image/jpeg'],
  ['image/apng', 'image/png'],
  ['image/vnd.mozilla.apng', 'image/png'],
  ['image/citrix-png', 'image/png'],
  ['application/png', 'image/png'],
  ['image/citrix-gif', 'image/gif'],
  ['video/m4v', 'video/mp4'],
  ['video/mpeg4', 'video/mp4'],
  ['video/mpeg-4', 'video/mp4'],
  ['video/mp4v-es', 'video/mp4'],
  ['video/h264', 'video/mp4'],
  ['video/f4v', 'video/mp4'],
  ['video/3gpp', 'video/mp4'],
  ['video/3gpp2', 'video/mp4'],
  ['video/3gp', 'video/mp4'],
  ['application/mp4', 'video/mp4'],
  ['video/mpg', 'video/mpeg'],
  ['video/mpeg1', 'video/mpeg'],
  ['video/mpeg2', 'video/mpeg'],
  ['video/mpeg-2', 'video/mpeg'],
  ['video/mpeg-system', 'video/mpeg'],
  ['video/mp1s', 'video/mpeg'],
  ['video/mp2p', 'video/mpeg'],
  ['application/mpeg', 'video/mpeg'],
  ['video/mov', 'video/quicktime'],
  ['video/qt', 'video/quicktime'],
  ['image/mov', 'video/quicktime'],
  ['application/quicktime', 'video/quicktime'],
  ['video/matroska', 'video/webm'],
  ['application/webm', 'video/webm'],
]);

/**
 * Compares a declared Content-Type with the type that the bytes have. A word for "unknown" and a text that is no media
 * type agree with every type, `image/*` with every image.
 */
export function agrees(declared: string, found: MediaType): boolean {
  const type = parseContentType(declared)?.type ?? '*/*';
  const plain = type.replace('/x-', '/');
  return (
    UNKNOWN_TYPES.has(plain) || plain === found || SYNONYMS.get(plain) === found || type === found.replace(/\/.*/, '/*')
  );
}
