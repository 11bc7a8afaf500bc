import { DHT, DRI, SOF0, SOF1, SOS, segmentsOf } from './jpeg-segments.ts';
import { type Reader, Refusal } from './reader.ts';

/** Of a scan (B.2.3). */
const MAX_COMPONENTS = 4;

/** For each 16 bits of a scan the code they begin with: its length above its symbol. Zero is no code. */
type Codes = Uint16Array;

/** How often a component is sampled, in the unit of the frame. */
interface Component {
  readonly across: number;
  readonly down: number;
}

interface Block {
  readonly dc: Codes;
  readonly ac: Codes;
}

/** What a sequential picture says of itself before the scan that completes it. */
interface Picture {
  readonly width: number;
  readonly height: number;
  readonly components: ReadonlyMap<number, Component>;
  /** Huffman tables by class and number; each with its counts first. */
  readonly tables: ReadonlyMap<number, Reader>;
  /** Units between two restart markers; 0 = there are none. */
  readonly interval: number;
}

/**
 * Finds where a picture without an end marker ends: behind the last block of the scan that completes it. Samsung's panoramas are
 * such pictures: a trailer follows their data, or nothing.
 *
 * Sequential pictures only. A progressive one without its last scans is drawn too, so what is missing cannot be known.
 *
 * @returns undefined where the picture has more blocks than there are, and where they cannot be read
 */
export function findPictureEnd(file: Reader): number | undefined {
  try {
    return findEndOfScans(file);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function findEndOfScans(file: Reader): number | undefined {
  const components = new Map<number, Component>();
  const tables = new Map<number, Reader>();
  const scanned = new Set<number>();
  let size = { width: 0, height: 0 };
  let interval = 0;
  for (const { marker, body } of segmentsOf(file)) {
    if (marker === SOF0 || marker === SOF1) {
      body.skip(1);
      const height = body.uint(2);
      size = { height, width: body.uint(2) };
      for (let count = body.uint(1); count > 0; count--) {
        const id = body.uint(1);
        const sampling = body.uint(1);
        components.set(id, { across: sampling >> 4, down: sampling & 15 });
        body.skip(1);
      }
    } else if (marker === DHT) {
      while (body.left > 0) {
        const id = body.uint(1);
        tables.set(id, body.again());
        let codes = 0;
        for (let length = 1; length <= 16; length++) codes += body.uint(1);
        body.skip(codes);
      }
    } else if (marker === DRI) {
      interval = body.uint(2);
    } else if (marker === SOS) {
      const scan = body.again();
      for (let count = body.uint(1); count > 0; count--) {
        scanned.add(body.uint(1));
        body.skip(1);
      }
      const isComplete = components.size > 0 && [...components.keys()].every((id) => scanned.has(id));
      const data = new Bits(file.bytes, body.end, file.end);
      if (isComplete) return endOfScan({ ...size, components, tables, interval }, scan, data);
    }
  }
  return undefined;
}

function endOfScan({ width, height, components, tables, interval }: Picture, scan: Reader, bits: Bits) {
  const all = [...components.values()];
  const across = Math.max(...all.map((component) => component.across));
  const down = Math.max(...all.map((component) => component.down));
  const count = scan.uint(1);
  if (count > MAX_COMPONENTS || all.some((component) => component.across === 0 || component.down === 0))
    return undefined;

  let columns = Math.ceil(width / (8 * across));
  let rows = Math.ceil(height / (8 * down));
  const unit: Block[] = [];
  for (let i = 0; i < count; i++) {
    const component = components.get(scan.uint(1));
    const numbers = scan.uint(1);
    const dc = tables.get(numbers >> 4);
    const ac = tables.get(0x10 | (numbers & 15));
    if (!component || !dc || !ac) return undefined;
    const block = { dc: codesOf(dc.again()), ac: codesOf(ac.again()) };
    let blocks = component.across * component.down;
    if (count === 1) {
      // Alone in its scan, a component has no blocks beyond its own edges, and a unit is one of them (A.2.2).
      columns = Math.ceil(Math.ceil((width * component.across) / across) / 8);
      rows = Math.ceil(Math.ceil((height * component.down) / down) / 8);
      blocks = 1;
    }
    for (; blocks > 0; blocks--) unit.push(block);
  }
  for (let i = 0; i < columns * rows; i++) {
    if (interval > 0 && i > 0 && i % interval === 0 && !bits.restart()) return undefined;
    for (const block of unit) if (!skipBlock(bits, block)) return undefined;
  }
  return bits.end();
}

/** F.2.2: the difference of the first coefficient, then runs of zeros and the coefficient behind each. */
function skipBlock(bits: Bits, { dc, ac }: Block): boolean {
  const size = bits.symbol(dc);
  if (size === undefined || size > 16) return false;
  bits.skip(size);
  let k = 1;
  while (k < 64) {
    const symbol = bits.symbol(ac);
    if (symbol === undefined) return false;
    const length = symbol & 15;
    const run = symbol >> 4;
    if (length === 0 && run < 15) break;
    bits.skip(length);
    k += run + 1;
  }
  return k <= 64 && !bits.isOver;
}

/** Codes of ascending length, of one length in ascending order (C.2). @param table counts by length, then symbols */
function codesOf(table: Reader): Codes {
  const codes = new Uint16Array(65_536);
  const counts = Array.from({ length: 16 }, () => table.uint(1));
  let from = 0;
  for (const [i, count] of counts.entries()) {
    const covered = 1 << (15 - i);
    for (let n = 0; n < count; n++, from += covered) codes.fill(((i + 1) << 8) | table.uint(1), from, from + covered);
  }
  return codes;
}

/** The bits of a scan, in which a zero is stuffed behind 0xFF. What is read behind its end are zeros. */
class Bits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #buffer = 0;
  #count = 0;
  /** How many of them are made up. */
  #missing = 0;
  /** Where the bytes of the buffer begin, in a ring. */
  readonly #starts = [0, 0, 0, 0];
  #read = 0;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** Whether more was read than there is. */
  get isOver(): boolean {
    return this.#count < this.#missing;
  }

  symbol(codes: Codes): number | undefined {
    this.#fill();
    const code = codes[(this.#buffer >>> (this.#count - 16)) & 0xffff] ?? 0;
    if (code === 0) return undefined;
    this.#count -= code >> 8;
    return code & 0xff;
  }

  skip(count: number): void {
    this.#fill();
    this.#count -= count;
  }

  /** Where the byte of the last bit ends. */
  end(): number {
    const unread = (this.#count - this.#missing) >> 3;
    return unread === 0 ? this.#at : (this.#starts[(this.#read - unread) & 3] ?? 0);
  }

  /** Steps over a restart marker, before which the rest of a byte is unused. */
  restart(): boolean {
    this.#at = this.end();
    while (this.#at < this.#end && this.#bytes[this.#at] === 0xff) this.#at++;
    const marker = this.#bytes[this.#at] ?? 0;
    if (this.#bytes[this.#at - 1] !== 0xff || marker < 0xd0 || marker > 0xd7) return false;
    this.#at++;
    this.#count = 0;
    this.#missing = 0;
    return true;
  }

  /** To at least 16 bits, so at most 23. */
  #fill(): void {
    for (; this.#count < 16; this.#count += 8) this.#buffer = (this.#buffer << 8) | this.#byte();
  }

  #byte(): number {
    const start = this.#at;
    const byte = start < this.#end ? (this.#bytes[start] ?? 0) : undefined;
    let next = start + 1;
    if (byte === 0xff) {
      while (next < this.#end && this.#bytes[next] === 0xff) next++;
      if (next < this.#end && this.#bytes[next] === 0) next++;
      else next = start;
    }
    if (byte === undefined || next === start) {
      this.#missing += 8;
      return 0;
    }
    this.#starts[this.#read++ & 3] = start;
    this.#at = next;
    return byte;
  }
}
