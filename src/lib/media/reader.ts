/** The kind of a refusal; `metadata` means that something personal would stay in the file. */
export type MediaErrorReason =
  | 'empty'
  | 'unknown_type'
  | 'malformed'
  | 'truncated'
  | 'trailing_data'
  | 'too_many_pixels'
  | 'metadata';

/** The reason for which a file is refused. Thrown from deep inside a walk; `inspectMedia` catches and returns it. */
export class MediaError {
  readonly why: MediaErrorReason;
  readonly message: string;

  constructor(why: MediaErrorReason, message: string) {
    this.why = why;
    this.message = message;
  }
}

/** Refuses a file whose parts contradict each other. @throws MediaError */
export function malformed(): never {
  throw new MediaError('malformed', 'is damaged: its parts do not fit together');
}

/** Refuses a file that ends before a part of it does. @throws MediaError */
export function truncated(): never {
  throw new MediaError('truncated', 'is truncated');
}

/** Refuses bytes after the end: another file could hide there. @throws MediaError `trailing_data` */
export function trailing(): never {
  throw new MediaError('trailing_data', 'has data behind its end');
}

/** Refuses a file that would keep metadata, rather than store it with them. @throws MediaError `metadata` */
export function uncleanable(): never {
  throw new MediaError('metadata', 'holds metadata that cannot be taken out');
}

/**
 * A cursor over a stretch of the file, with offsets of the file. It never passes `end`: what would is a truncated file,
 * since walkers open a narrower stretch for each part whose length was found to fit.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  skip(count: number): void {
    if (count > this.left) truncated();
    this.at += count;
  }

  /** Big-endian, up to 2^53; larger values are inexact, and longer than any file. */
  uint(size: number): number {
    this.skip(size);
    let value = 0;
    for (let i = this.at - size; i < this.at; i++) value = value * 256 + (this.bytes[i] ?? 0);
    return value;
  }

  /** Little-endian. */
  uintLe(size: number): number {
    this.skip(size);
    let value = 0;
    for (let i = this.at - 1; i >= this.at - size; i--) value = value * 256 + (this.bytes[i] ?? 0);
    return value;
  }

  /** Bytes as Latin-1, for the names that formats have for their parts. */
  text(size: number): string {
    this.skip(size);
    let text = '';
    for (let i = this.at - size; i < this.at; i++) text += String.fromCharCode(this.bytes[i] ?? 0);
    return text;
  }

  /** The next `size` bytes, and steps over them. */
  part(size: number): Reader {
    this.skip(size);
    return new Reader(this.bytes, this.at - size, this.at);
  }

  /** Another cursor over the remaining bytes. */
  again(): Reader {
    return new Reader(this.bytes, this.at, this.end);
  }

  skipZeros(): void {
    while (this.at < this.end && this.bytes[this.at] === 0) this.at++;
  }

  /** Only zeros may follow, which some devices leave; they are dropped, as is all from `end` on. */
  close(edits: Edits, end = this.at): void {
    this.skipZeros();
    if (this.left > 0) trailing();
    edits.replace(end, this.end);
  }
}

/** Four bytes, big-endian. */
export function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}

/**
 * The most changes that a file may need. Real files need dozens; each costs memory, which a hostile file could
 * multiply.
 */
const MAX_EDITS = 10_000;

/** Zeros are handed out as views of a page of this size, so that blanking 50 MB costs no 50 MB. */
const ZEROS = 65_536;

interface Edit {
  readonly from: number;
  readonly to: number;
  /** The bytes that replace the range; without it, as many zeros. */
  readonly by?: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The removals from a file and insertions into it, collected in any order. */
export class Edits {
  #edits: Edit[] = [];

  replace(from: number, to: number, by: Uint8Array = NOTHING): void {
    if (to > from || by.length > 0) this.#add({ from, to, by });
  }

  blank(from: number, to: number): void {
    if (to > from) this.#add({ from, to });
  }

  /**
   * Ends the file at `at`, and drops all changes after it.
   *
   * @param end the previous end
   */
  endAt(at: number, end: number, by: Uint8Array = NOTHING): void {
    this.#edits = this.#edits.filter(({ from }) => from < at);
    this.replace(at, end, by);
  }

  #add(edit: Edit): void {
    if (this.#edits.push(edit) > MAX_EDITS) uncleanable();
  }

  /**
   * The edited file: views of `bytes` and of the replacements. An edit that lies within an earlier one has no effect.
   */
  apply(bytes: Uint8Array): Uint8Array[] {
    let zeros: Uint8Array | undefined;
    const pieces: Uint8Array[] = [];
    let done = 0;
    for (const { from, to, by } of this.#edits.sort((a, b) => a.from - b.from)) {
      if (from < done && to <= done) continue;
      if (from > done) pieces.push(bytes.subarray(done, from));
      if (by) pieces.push(by);
      else {
        zeros ??= new Uint8Array(ZEROS);
        for (let at = Math.max(from, done); at < to; at += ZEROS) pieces.push(zeros.subarray(0, to - at));
      }
      done = to;
    }
    if (done < bytes.length) pieces.push(bytes.subarray(done));
    return pieces.filter(({ length }) => length > 0);
  }
}
