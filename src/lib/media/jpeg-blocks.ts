import type { Reader } from './reader.ts';

/** For each 16 bits of a scan the code they begin with: its length above its symbol. Zero is no code. */
type Codes = Uint16Array;

/** The part of its blocks that a scan holds (G.1.1.1). */
export interface ScanPart {
  /** Coefficients. */
  readonly first: number;
  readonly last: number;
  /** Earlier scans had the higher bits of them. */
  readonly isRefinement: boolean;
  /** Number of low bits that it leaves to later scans. */
  readonly missing: number;
}

/** Steps over the blocks of a component, one after the other. */
export interface BlockReader {
  /** @returns false if there is no such block */
  skip(bits: Bits, index: number): boolean;
  /** A restart marker ends all runs. */
  restart(): void;
}

/**
 * Makes codes of ascending length, of one length in ascending order (C.2). @param table counts by length, then symbols
 */
export function codesOf(table: Reader): Codes {
  const codes = new Uint16Array(65_536);
  const counts = Array.from({ length: 16 }, () => table.uint(1));
  let from = 0;
  for (const [i, count] of counts.entries()) {
    const covered = 1 << (15 - i);
    for (let n = 0; n < count; n++, from += covered) codes.fill(((i + 1) << 8) | table.uint(1), from, from + covered);
  }
  return codes;
}

/** Whole blocks (F.2.2): the difference of the first coefficient, then runs of zeros and the coefficient after each. */
export function wholeBlocks(dc: Codes, ac: Codes): BlockReader {
  return {
    skip(bits) {
      if (!skipFirst(bits, dc)) return false;
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
      return k <= 64;
    },
    restart: () => undefined,
  };
}

/** The first coefficients of blocks, or one bit more of each (G.1.2.1). @param dc undefined = one bit more */
export function firstCoefficients(dc: Codes | undefined): BlockReader {
  return {
    skip(bits) {
      if (dc) return skipFirst(bits, dc);
      bits.skip(1);
      return true;
    },
    restart: () => undefined,
  };
}

function skipFirst(bits: Bits, dc: Codes): boolean {
  const size = bits.symbol(dc);
  if (size === undefined || size > 16) return false;
  bits.skip(size);
  return true;
}

/**
 * The other coefficients of blocks (G.1.2.2), or one bit more of each (G.1.2.3).
 *
 * @param nonzero a bit for each coefficient of each block, which says that it is not zero; kept from scan to scan
 */
export function otherCoefficients(
  ac: Codes,
  { first, last, isRefinement }: ScanPart,
  nonzero: Uint8Array,
): BlockReader {
  /** Blocks in which nothing new follows. */
  let emptyBlocks = 0;
  const isNonzero = (at: number) => ((nonzero[at >> 3] ?? 0) >> (at & 7)) & 1;
  const setNonzero = (at: number) => {
    nonzero[at >> 3] = (nonzero[at >> 3] ?? 0) | (1 << (at & 7));
  };
  return {
    skip(bits, index) {
      const block = index * 64;
      let k = first;
      for (; emptyBlocks === 0 && k <= last; k++) {
        const symbol = bits.symbol(ac);
        if (symbol === undefined) return false;
        const length = symbol & 15;
        let run = symbol >> 4;
        if (length === 0 && run < 15) {
          emptyBlocks = (1 << run) + bits.read(run);
          break;
        }
        bits.skip(isRefinement ? Math.min(length, 1) : length);
        // Coefficients that are not zero lie within a run; each gets its bit.
        for (; k <= last; k++) {
          if (isRefinement && isNonzero(block + k)) bits.skip(1);
          else if (run-- === 0) break;
        }
        if (length > 0) {
          if (k > last) return false;
          setNonzero(block + k);
        }
      }
      if (emptyBlocks === 0) return true;
      emptyBlocks--;
      for (; isRefinement && k <= last; k++) if (isNonzero(block + k)) bits.skip(1);
      return true;
    },
    restart() {
      emptyBlocks = 0;
    },
  };
}

/** The bits of a scan, in which a zero is stuffed behind 0xFF. Reads beyond its end return zeros. */
export class Bits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #buffer = 0;
  #count = 0;
  /** Number of made-up bits among them. */
  #missing = 0;
  /** Offsets of the bytes in the buffer, in a ring. */
  readonly #starts = [0, 0, 0, 0];
  #read = 0;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  /** More was read than there is. */
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

  /** @param count at most 16 */
  skip(count: number): void {
    this.#fill();
    this.#count -= count;
  }

  /** @param count at most 15 */
  read(count: number): number {
    this.skip(count);
    return (this.#buffer >>> this.#count) & ((1 << count) - 1);
  }

  /** Offset after the byte of the last bit. */
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
