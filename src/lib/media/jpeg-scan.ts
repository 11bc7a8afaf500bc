import {
  Bits,
  type BlockReader,
  codesOf,
  firstCoefficients,
  otherCoefficients,
  type ScanPart,
  wholeBlocks,
} from './jpeg-blocks.ts';
import { DHT, DRI, SOF0, SOF1, SOF2, SOS, segmentsOf } from './jpeg-segments.ts';
import { MediaError, malformed, type Reader } from './reader.ts';

/** A scan has no more (B.2.3). */
const MAX_COMPONENTS = 4;

/** Real progressive pictures have about ten. Each costs the making of tables. */
const MAX_SCANS = 1_000;

interface Component {
  /** Blocks in a unit of the frame, side by side and one below the other. */
  readonly across: number;
  readonly down: number;
  /** Number of low bits of each coefficient that no scan had yet. */
  readonly missing: Uint8Array;
  /** Progressive pictures only: a bit for each coefficient of each block says that it is not zero. */
  nonzero?: Uint8Array;
}

interface Picture {
  width: number;
  height: number;
  isProgressive: boolean;
  readonly components: Map<number, Component>;
  /** Huffman tables by class and number; each with its counts first. */
  readonly tables: Map<number, Reader>;
  /** Units between two restart markers; 0 = no markers. */
  interval: number;
}

interface Scan {
  /** Each with the numbers of its tables, for the first coefficient and for the others. */
  readonly components: readonly { readonly component: Component; readonly dc: number; readonly ac: number }[];
  readonly part: ScanPart;
}

/**
 * Finds the end of a picture without an end marker: after the last block of the scan that completes it. Samsung's
 * panoramas are such pictures: a trailer follows their data, or nothing.
 *
 * @returns undefined if the picture needs more blocks, or more bits of them, than there are, and if they cannot be read
 */
export function findPictureEnd(file: Reader): number | undefined {
  try {
    return findEndOfScans(file);
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}

function findEndOfScans(file: Reader): number | undefined {
  const picture: Picture = {
    width: 0,
    height: 0,
    isProgressive: false,
    components: new Map(),
    tables: new Map(),
    interval: 0,
  };
  let scans = 0;
  for (const { marker, body } of segmentsOf(file)) {
    if (marker === SOF0 || marker === SOF1 || marker === SOF2) {
      picture.isProgressive = marker === SOF2;
      readFrame(body, picture);
    } else if (marker === DHT) readTables(body, picture);
    else if (marker === DRI) picture.interval = body.uint(2);
    else if (marker === SOS) {
      if (++scans > MAX_SCANS) return undefined;
      const scan = readScan(body, picture);
      const { first, last, missing } = scan.part;
      for (const { component } of scan.components) component.missing.fill(missing, first, last + 1);
      const all = [...picture.components.values()];
      const isComplete = all.every((component) => component.missing.every((count) => count === 0));
      // Progressive scans refine earlier ones, so each must be read.
      if (!isComplete && !picture.isProgressive) continue;
      const end = endOfScan(picture, scan, new Bits(file.bytes, body.end, file.end));
      if (isComplete || end === undefined) return end;
    }
  }
  return undefined;
}

function readFrame(body: Reader, picture: Picture): void {
  body.skip(1);
  picture.height = body.uint(2);
  picture.width = body.uint(2);
  for (let count = body.uint(1); count > 0; count--) {
    const id = body.uint(1);
    const sampling = body.uint(1);
    body.skip(1);
    const [across, down] = [sampling >> 4, sampling & 15];
    if (across === 0 || down === 0) malformed();
    picture.components.set(id, { across, down, missing: new Uint8Array(64).fill(0xff) });
  }
}

function readTables(body: Reader, { tables }: Picture): void {
  while (body.left > 0) {
    const id = body.uint(1);
    tables.set(id, body.again());
    let codes = 0;
    for (let length = 1; length <= 16; length++) codes += body.uint(1);
    body.skip(codes);
  }
}

function readScan(body: Reader, { components, isProgressive }: Picture): Scan {
  const count = body.uint(1);
  if (count === 0 || count > MAX_COMPONENTS) malformed();
  const scanned = Array.from({ length: count }, () => {
    const component = components.get(body.uint(1)) ?? malformed();
    const tables = body.uint(1);
    return { component, dc: tables >> 4, ac: 0x10 | (tables & 15) };
  });
  // Some sequential pictures have any value here, and decoders do not read it.
  if (!isProgressive) return { components: scanned, part: { first: 0, last: 63, isRefinement: false, missing: 0 } };
  const [first, last, approximation] = [body.uint(1), body.uint(1), body.uint(1)];
  if (last > 63 || first > last || (first === 0 ? last > 0 : count > 1)) malformed();
  return {
    components: scanned,
    part: { first, last, isRefinement: approximation >> 4 > 0, missing: approximation & 15 },
  };
}

function endOfScan(picture: Picture, scan: Scan, bits: Bits): number | undefined {
  const { width, height, components, interval } = picture;
  const across = Math.max(...Array.from(components.values(), (component) => component.across));
  const down = Math.max(...Array.from(components.values(), (component) => component.down));
  let columns = Math.ceil(width / (8 * across));
  let rows = Math.ceil(height / (8 * down));
  const [only, another] = scan.components;
  if (only && !another) {
    // Alone in its scan, a component has no blocks beyond its own edges, and a unit is one of them (A.2.2).
    columns = Math.ceil(Math.ceil((width * only.component.across) / across) / 8);
    rows = Math.ceil(Math.ceil((height * only.component.down) / down) / 8);
  }
  const unit = scan.components.flatMap(({ component, dc, ac }) => {
    const blocks = another ? component.across * component.down : 1;
    const reader = readerOf(picture, scan.part, { component, dc, ac }, columns * rows);
    return Array.from({ length: blocks }, () => reader);
  });
  for (let i = 0; i < columns * rows; i++) {
    if (interval > 0 && i > 0 && i % interval === 0) {
      if (!bits.restart()) return undefined;
      for (const reader of unit) reader.restart();
    }
    for (const reader of unit) if (!reader.skip(bits, i) || bits.isOver) return undefined;
  }
  return bits.end();
}

function readerOf(
  { isProgressive, tables }: Picture,
  part: ScanPart,
  { component, dc, ac }: Scan['components'][number],
  blocks: number,
): BlockReader {
  const codes = (id: number) => codesOf((tables.get(id) ?? malformed()).again());
  if (!isProgressive) return wholeBlocks(codes(dc), codes(ac));
  if (part.first === 0) return firstCoefficients(part.isRefinement ? undefined : codes(dc));
  component.nonzero ??= new Uint8Array(blocks * 8);
  return otherCoefficients(codes(ac), part, component.nonzero);
}
