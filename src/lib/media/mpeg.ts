import { type Bounds, displayedProperties, type MediaProperties, noVideo, requireDrawable } from './properties.ts';
import { type Edits, malformed, type Reader, truncated } from './reader.ts';

/** A pack of a program stream, or the sequence header of video alone. */
export function isMpegStart(start: string): boolean {
  return start.startsWith('\0\0\x01\xba') || start.startsWith('\0\0\x01\xb3');
}

/** A part of a picture. */
const isSlice = (code: number) => code >= 0x01 && code <= 0xaf;

const USER_DATA = 0xb2;
const SEQUENCE_HEADER = 0xb3;
const SEQUENCE_END = 0xb7;
const PROGRAM_END = 0xb9;
const PACK_HEADER = 0xba;
const SYSTEM_HEADER = 0xbb;
const PRIVATE_STREAM = 0xbd;
const PADDING = 0xbe;

/** The facts read of a video stream, whose start codes may lie across packets. */
interface Video {
  /** The last four bytes. */
  recent: number;
  /** The last start code, and its end. */
  code: number;
  codeEnd: number;
  width: number;
  height: number;
}

/**
 * Walks an MPEG-1 or MPEG-2 program stream packet by packet, or a bare video stream. User data (dates and positions of
 * camcorders; captions too) becomes zeros, which may stand before any start code; packets of neither picture nor sound
 * become padding. Neither stream needs its end code. So a program stream that is cut between two packets passes for
 * whole, and bare video that is cut within a picture, but not within the headers before one.
 */
export function inspectMpeg(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  const videos = new Map<number, Video>();
  const scan = (stream: number, from: number, to: number) => {
    const video = videos.get(stream) ?? { recent: 0xffffffff, code: 0, codeEnd: 0, width: 0, height: 0 };
    videos.set(stream, video);
    scanVideo(video, file.bytes, from, to, edits);
    return video;
  };
  if (file.bytes[file.at + 3] === SEQUENCE_HEADER) {
    const video = scan(0, file.at, file.end);
    const isEnded = video.code === SEQUENCE_END;
    if (!isEnded && !isSlice(video.code)) truncated();
    file.at = isEnded ? video.codeEnd : file.end;
  } else walkPackets(file, edits, scan);
  file.close(edits);

  const { width, height } = [...videos.values()].find((video) => video.width > 0) ?? noVideo();
  requireDrawable(width, height, 1, bounds);
  return displayedProperties(width, height);
}

function walkPackets(file: Reader, edits: Edits, scan: (stream: number, from: number, to: number) => void): void {
  while (file.left > 0) {
    const { at } = file;
    if (file.uint(3) !== 1) {
      file.at = at;
      return;
    }
    const stream = file.uint(1);
    if (stream === PROGRAM_END) return;
    if (stream === PACK_HEADER) {
      const isMpeg2 = (file.uint(1) & 0xc0) === 0x40;
      file.skip(isMpeg2 ? 8 : 7);
      if (isMpeg2) file.skip(file.uint(1) & 7);
      continue;
    }
    if (stream < SYSTEM_HEADER) malformed();
    const packet = file.part(file.uint(2));
    if (stream >= 0xe0 && stream <= 0xef) {
      skipPacketHeader(packet);
      scan(stream, packet.at, packet.end);
    } else if (stream === PADDING) {
      const { bytes, at: start, end } = packet;
      if (bytes.subarray(start, end).some((byte) => byte !== 0 && byte !== 0xff)) edits.blank(start, end);
    } else if (stream !== SYSTEM_HEADER && stream !== PRIVATE_STREAM && !(stream >= 0xc0 && stream <= 0xdf)) {
      edits.replace(at + 3, at + 4, Uint8Array.of(PADDING));
      edits.blank(packet.at, packet.end);
    }
  }
}

/** Skips the header of a packet of MPEG-2, whose header says its length, or of MPEG-1, whose header does not. */
function skipPacketHeader(packet: Reader): void {
  let byte = packet.uint(1);
  while (byte === 0xff) byte = packet.uint(1);
  if (byte >> 6 === 2) {
    packet.skip(1);
    packet.skip(packet.uint(1));
    return;
  }
  if (byte >> 6 === 1) {
    packet.skip(1);
    byte = packet.uint(1);
  }
  if (byte >> 4 === 2) packet.skip(4);
  else if (byte >> 4 === 3) packet.skip(9);
  else if (byte !== 0x0f) malformed();
}

/** Reads on in a video stream: takes its dimensions from a sequence header and blanks its user data. */
function scanVideo(video: Video, bytes: Uint8Array, from: number, to: number, edits: Edits): void {
  let { recent, code, codeEnd } = video;
  for (let at = from; at < to; at++) {
    recent = (recent << 8) | (bytes[at] ?? 0);
    if (recent >>> 8 === 1) {
      // The 1 before the code is the last byte of user data that must stay.
      if (code === USER_DATA) edits.blank(Math.max(from, codeEnd), at - 1);
      if (code === SEQUENCE_END && (recent & 0xff) !== SEQUENCE_HEADER) malformed();
      code = recent & 0xff;
      codeEnd = at + 1;
    } else if (code === SEQUENCE_HEADER && at === codeEnd + 2) {
      video.width ||= (recent >>> 12) & 0xfff;
      video.height ||= recent & 0xfff;
    }
  }
  if (code === USER_DATA) edits.blank(Math.max(from, codeEnd), (recent & 0xffffff) === 1 ? to - 1 : to);
  Object.assign(video, { recent, code, codeEnd });
}
