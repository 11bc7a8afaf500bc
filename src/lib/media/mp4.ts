import {
  type Bounds,
  MAX_TRACKS,
  type MediaProperties,
  noVideo,
  requireDrawable,
  toMilliseconds,
} from './properties.ts';
import { type Edits, malformed, type Reader, trailing, truncated, uint32, uncleanable } from './reader.ts';

/** Brands of ISO base media files that players of MP4 read; one of them in the list of a file is enough. */
const MP4_BRANDS = /^(iso[m2-9abc]|mp4[12v]|avc1|dash|cmf[2cs]|M4V[ HP]|MSNV|XAVC|hvc1|av01)$/;

/**
 * Major brands of files that are not video, even if they list video brands too: sound, HEIF's and AVIF's pictures,
 * JPEG's successors, and Canon's raw pictures, which have video tracks.
 */
const OTHER_BRANDS = [
  ...['M4A ', 'M4B ', 'M4P ', 'F4A ', 'F4B ', 'f4a ', 'f4b ', 'aax ', 'aaxc'],
  ...['heic', 'heix', 'heim', 'heis', 'heio', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1', 'miaf'],
  ...['avif', 'avis', 'avio', 'avci', 'avcs', 'vvic', 'vvis', 'jpeg', 'jpgs', 'jp2 ', 'jpx ', 'jpm ', 'jxl ', 'jxs '],
  'crx ',
];

const QUICKTIME_BRAND = 'qt  ';

/** Boxes that may precede the one with the brands. */
const BEFORE_BRANDS = ['free', 'skip', 'wide', 'pnot', 'uuid'];

/**
 * Tells an MP4 and a QuickTime file by their brands. The first brand, the major one, decides if it is QuickTime's or
 * one of no video; otherwise any brand does. A file without brands is QuickTime from before there were any.
 */
export function filmTypeOf(file: Reader): 'video/mp4' | 'video/quicktime' | undefined {
  while (file.left >= 8) {
    const { at } = file;
    const size = file.uint(4);
    const name = file.text(4);
    if (name === 'ftyp') return typeOfBrands(file.part(Math.min(Math.max(size - 8, 0), file.left)));
    if (name === 'moov' || name === 'mdat') return 'video/quicktime';
    if (!BEFORE_BRANDS.includes(name) || size < 8 || size > file.end - at) return undefined;
    file.at = at + size;
  }
  return undefined;
}

function typeOfBrands(ftyp: Reader): 'video/mp4' | 'video/quicktime' | undefined {
  if (ftyp.left < 4) return undefined;
  const major = ftyp.text(4);
  if (major === QUICKTIME_BRAND) return 'video/quicktime';
  if (OTHER_BRANDS.includes(major)) return undefined;
  if (MP4_BRANDS.test(major)) return 'video/mp4';
  let isQuickTime = false;
  // Over the version of the major brand.
  for (ftyp.skip(Math.min(4, ftyp.left)); ftyp.left >= 4; ) {
    const brand = ftyp.text(4);
    if (MP4_BRANDS.test(brand)) return 'video/mp4';
    isQuickTime ||= brand === QUICKTIME_BRAND;
  }
  return isQuickTime ? 'video/quicktime' : undefined;
}

const FILE = '';

/**
 * The boxes that play a film, by their parent box (ISO/IEC 14496-12; `tapt` and `stps` are QuickTime's). A box with a
 * line of its own is walked. All others become free space, among them every `udta`, `meta`, `uuid` and `tref`.
 */
const KEPT: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    [FILE]: 'ftyp moov mdat moof mfra sidx ssix styp',
    moov: 'mvhd trak mvex iods',
    trak: 'tkhd mdia edts tapt',
    edts: 'elst',
    tapt: 'clef prof enof',
    mdia: 'mdhd hdlr minf elng',
    minf: 'vmhd smhd hdlr dinf stbl',
    dinf: 'dref',
    stbl: 'stsd stts ctts cslg stsc stsz stco co64 stss stps stsh sdtp sbgp sgpd subs padb',
    mvex: 'mehd trex leva',
    moof: 'mfhd traf',
    traf: 'tfhd tfdt trun sdtp sbgp sgpd subs',
    mfra: 'tfra mfro',
  }).map(([parent, children]) => [parent, children.split(' ')]),
);

/**
 * The boxes that may occur more than once in their parent. Players differ in which one they read of a second box of any
 * other name.
 */
const REPEATED = 'trak mdat moof traf trun tfra trex sidx ssix styp sbgp sgpd subs'.split(' ');

const FREE = Uint8Array.of(0x66, 0x72, 0x65, 0x65);

/** Samples of a track that is taken out may lie in this many `mdat` boxes; real files have one or two. */
const MAX_CLEANED_MDATS = 100;

type Span = readonly [from: number, to: number];

interface Track {
  /** Offset of its box, and the content. */
  readonly at: number;
  readonly box: Reader;
  id: number;
  handler: string;
  width: number;
  height: number;
  /** `stsz`, `stsc`, and `stco` or `co64`: how large samples are, how many a chunk has, where chunks are. */
  tables: Map<string, Reader>;
}

interface Film {
  readonly edits: Edits;
  readonly tracks: Track[];
  readonly mdats: Span[];
  readonly fragmented: Set<number>;
  timescale: number;
  duration: number;
  lastFragment: number;
  lastMdat: number;
  /** The last box of the file is an `mdat` without a length. */
  isOpen: boolean;
}

/**
 * Walks the boxes of an MP4 or QuickTime file. Sound and pictures stay at their offsets. Removed boxes become zeros
 * under the name `free`, since the tables of samples hold absolute offsets. Other tracks (positions, timecodes,
 * subtitles, in which drones write positions too) go with their samples; times of creation become zero.
 */
export function inspectMp4(file: Reader, edits: Edits, bounds: Bounds): MediaProperties {
  const film: Film = {
    edits,
    tracks: [],
    mdats: [],
    fragmented: new Set(),
    timescale: 0,
    duration: 0,
    lastFragment: 0,
    lastMdat: 0,
    isOpen: false,
  };
  const base = file.at;
  walkBoxes(FILE, file, film);
  if (film.timescale === 0 || film.lastMdat === 0) truncated();

  let reached = base;
  let isPlayable = film.lastFragment > 0;
  for (const track of film.tracks) {
    const isPlayed = track.handler === 'vide' || track.handler === 'soun';
    for (const [from, to] of chunksOf(track)) {
      const chunk: Span = [base + from, base + to];
      if (chunk[1] > file.end) truncated();
      reached = Math.max(reached, chunk[1]);
      if (isPlayed) isPlayable = true;
      else blankSamples(chunk, film);
    }
    if (isPlayed) continue;
    if (film.fragmented.has(track.id)) uncleanable();
    becomeFree(edits, track.at, track.box);
  }
  if (film.lastFragment > film.lastMdat) truncated();
  if (!isPlayable) malformed();
  if (film.isOpen && reached < file.end) trailing();

  const video = film.tracks.find(({ handler }) => handler === 'vide') ?? noVideo();
  const durationMs = toMilliseconds(film.duration / film.timescale);
  const { width, height } = video;
  if (width === 0 || height === 0) return { width: null, height: null, durationMs };
  requireDrawable(width, height, 1, bounds);
  return { width, height, durationMs };
}

function walkBoxes(parent: string, boxes: Reader, film: Film): void {
  const kept = KEPT.get(parent);
  const seen = new Set<string>();
  while (boxes.left > 0) {
    const { at } = boxes;
    let size = boxes.uint(4);
    const name = boxes.text(4);
    const isOpen = size === 0 && parent === FILE;
    if (size === 1) size = boxes.uint(8);
    else if (isOpen) size = boxes.end - at;
    const header = boxes.at - at;
    if (size < header) malformed();
    // A second file is no box; its first bytes, read as a size, exceed the rest.
    if (parent === FILE && film.lastMdat > 0 && !kept?.includes(name) && size > boxes.end - at) trailing();
    const box = boxes.part(size - header);

    if (!kept?.includes(name)) {
      becomeFree(film.edits, at, box);
      continue;
    }
    if (seen.has(name) && !REPEATED.includes(name)) malformed();
    seen.add(name);
    if (name === 'trak') {
      const track = { at, box: box.again(), id: 0, handler: '', width: 0, height: 0, tables: new Map() };
      if (film.tracks.push(track) > MAX_TRACKS) malformed();
    } else if (name === 'mdat') {
      film.lastMdat = box.end;
      if (film.mdats.length <= MAX_CLEANED_MDATS) film.mdats.push([box.at, box.end]);
      film.isOpen = isOpen;
      // The box gets an explicit length: blanked bytes at its end would otherwise pass for data after it.
      if (isOpen) film.edits.replace(at, at + 4, Uint8Array.from(uint32(size)));
    } else if (name === 'moof') film.lastFragment = box.end;
    if (KEPT.has(name)) walkBoxes(name, box, film);
    else readBox(name, parent, box, film);
  }
}

function readBox(name: string, parent: string, box: Reader, film: Film): void {
  const track = film.tracks.at(-1);
  switch (name) {
    case 'mvhd': {
      const wide = blankTimes(box, film.edits);
      film.timescale = box.uint(4);
      film.duration ||= readDuration(box, wide);
      break;
    }
    case 'mehd':
      film.duration = readDuration(box, readVersion(box)) || film.duration;
      break;
    case 'mdhd':
      blankTimes(box, film.edits);
      break;
    case 'tkhd': {
      const wide = blankTimes(box, film.edits);
      if (!track) return;
      track.id = box.uint(4);
      box.skip(4 + wide + 16);
      const matrix = Array.from({ length: 9 }, () => box.uint(4));
      const width = Math.round(box.uint(4) / 65_536);
      const height = Math.round(box.uint(4) / 65_536);
      const isTurned = matrix[0] === 0 && matrix[4] === 0;
      Object.assign(track, isTurned ? { width: height, height: width } : { width, height });
      break;
    }
    case 'hdlr':
      box.skip(8);
      if (parent === 'mdia' && track) track.handler = box.text(4);
      else box.skip(4);
      box.skip(12);
      film.edits.blank(box.at, box.end);
      break;
    case 'dref':
      requireSelfContained(box);
      break;
    case 'stsz':
    case 'stsc':
    case 'stco':
    case 'co64':
      track?.tables.set(name, box);
      break;
    case 'tfhd':
      box.skip(4);
      if (film.fragmented.add(box.uint(4)).size > MAX_TRACKS) malformed();
  }
}

function becomeFree(edits: Edits, at: number, content: Reader): void {
  edits.replace(at + 4, at + 8, FREE);
  edits.blank(content.at, content.end);
}

/** Steps over version and flags; the size of times in such a box. */
function readVersion(box: Reader): number {
  const version = box.uint(1);
  box.skip(3);
  return version === 1 ? 8 : 4;
}

/** Steps over version, flags and the times of creation and modification, which become zero. */
function blankTimes(box: Reader, edits: Edits): number {
  const wide = readVersion(box);
  edits.blank(box.at, box.at + 2 * wide);
  box.skip(2 * wide);
  return wide;
}

/** All bits set means that it is not known. */
function readDuration(box: Reader, wide: number): number {
  const duration = box.uint(wide);
  return duration < 256 ** wide - 1 ? duration : 0;
}

/** Samples are in this file. A path or URL of another file would make players request it. */
function requireSelfContained(dref: Reader): void {
  dref.skip(4);
  for (let count = dref.uint(4); count > 0; count--) {
    const entry = dref.part(dref.uint(4) - 4);
    entry.skip(4);
    if ((entry.uint(4) & 1) === 0) uncleanable();
  }
}

/** The chunks of a track, as offsets from the start of its file. */
function* chunksOf({ tables }: Track): Generator<Span> {
  const sizes = tables.get('stsz');
  const runs = tables.get('stsc');
  const offsets = tables.get('stco') ?? tables.get('co64');
  if (!sizes || !runs || !offsets) return malformed();
  const offsetSize = tables.has('stco') ? 4 : 8;
  for (const table of [sizes, runs, offsets]) table.skip(4);
  const uniform = sizes.uint(4);
  let samples = sizes.uint(4);
  let moreRuns = runs.uint(4);
  let perChunk = 0;
  let nextRun = moreRuns > 0 ? runs.uint(4) : 0;
  const chunks = offsets.uint(4);
  for (let chunk = 1; chunk <= chunks; chunk++) {
    if (chunk === nextRun) {
      perChunk = runs.uint(4);
      runs.skip(4);
      if (--moreRuns > 0) nextRun = runs.uint(4);
    }
    const from = offsets.uint(offsetSize);
    const count = Math.min(perChunk, samples);
    samples -= count;
    let to = from + count * uniform;
    if (uniform === 0) for (let i = 0; i < count; i++) to += sizes.uint(4);
    yield [from, to];
  }
}

function blankSamples([from, to]: Span, { mdats, edits }: Film): void {
  const isContained = ([start, end]: Span) => from >= start && to <= end;
  if (mdats.length > MAX_CLEANED_MDATS || !mdats.some(isContained)) uncleanable();
  edits.blank(from, to);
}
