import {
  ACCOUNT_UPLOADS_MAX,
  FILE_BUFFER_MIN_BYTES,
  FILE_BUFFER_STEP_BYTES,
  UPLOAD_MEMORY_BYTES,
  UPLOAD_MEMORY_PER_ACCOUNT_BYTES,
  UPLOAD_WAIT_MS,
} from '../../config/limits.ts';
import { ApiError } from '../api-error.ts';

/**
 * The memory that the uploads of this isolate hold. A file holds what has come of it, so a sender who sends nothing
 * takes nothing from others. Two uploads that each wait for the other's memory would wait for ever, so memory is
 * granted only where all files could still come to their end one after the other (the banker's algorithm).
 */
const files = new Set<FileBuffer>();

/** Uploads under way, by account. */
const uploads = new Map<string, number>();

/** The account that holds more than {@link UPLOAD_MEMORY_PER_ACCOUNT_BYTES}, with a file that is larger than that. */
let largeAccount: string | undefined;

/** Something that waits until it can be done, in the order of asking. */
interface Waiting {
  /** Does it if that is possible now. */
  readonly attempt: () => boolean;
  readonly resolve: () => void;
}
const queue: Waiting[] = [];

/** An upload under way. */
export interface Upload {
  /** @param maxBytes the most that the file can have */
  openFile(maxBytes: number): FileBuffer;
  /** Must be called once all of its files are released. */
  end(): void;
}

/**
 * Begins an upload. An account has at most {@link ACCOUNT_UPLOADS_MAX} under way in an isolate; a further one waits.
 *
 * @throws ApiError `service_unavailable` after {@link UPLOAD_WAIT_MS}
 */
export async function beginUpload(accountId: string): Promise<Upload> {
  await until(() => {
    const count = uploads.get(accountId) ?? 0;
    if (count >= ACCOUNT_UPLOADS_MAX) return false;
    uploads.set(accountId, count + 1);
    return true;
  });
  return {
    openFile: (maxBytes) => new FileBuffer(accountId, maxBytes),
    end() {
      const count = uploads.get(accountId) ?? 0;
      if (count > 1) uploads.set(accountId, count - 1);
      else uploads.delete(accountId);
      attemptWaiting();
    },
  };
}

/** The bytes of a file that have come. */
export class FileBuffer {
  readonly accountId: string;
  readonly maxBytes: number;
  #buffer = new ArrayBuffer(0);
  #length = 0;

  constructor(accountId: string, maxBytes: number) {
    this.accountId = accountId;
    this.maxBytes = maxBytes;
    files.add(this);
  }

  /** What it holds of the budget. */
  get reservedBytes(): number {
    return this.#buffer.byteLength;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#length);
  }

  /**
   * Adds bytes, which must fit into `maxBytes`; waits for memory.
   *
   * @throws ApiError `service_unavailable` after {@link UPLOAD_WAIT_MS}
   */
  async append(bytes: Uint8Array): Promise<void> {
    const needed = this.#length + bytes.byteLength;
    if (needed > this.reservedBytes) {
      // Twice as large each time, so that a small file is copied once in all; a large one grows by a fixed step.
      const next = Math.min(2 * this.reservedBytes, this.reservedBytes + FILE_BUFFER_STEP_BYTES);
      const size = Math.min(this.maxBytes, Math.max(needed, next, FILE_BUFFER_MIN_BYTES));
      await until(() => this.#grow(size));
    }
    new Uint8Array(this.#buffer).set(bytes, this.#length);
    this.#length = needed;
  }

  /** Gives the memory back at once; the garbage collector would take its time. */
  release(): void {
    this.#buffer.transfer(0);
    this.#buffer = new ArrayBuffer(0);
    files.delete(this);
    attemptWaiting();
  }

  #grow(size: number): boolean {
    const isLarge = heldBy(this.accountId) - this.reservedBytes + size > UPLOAD_MEMORY_PER_ACCOUNT_BYTES;
    if (isLarge && largeAccount !== undefined && largeAccount !== this.accountId) return false;
    if (!isSafe(this, size)) return false;
    if (isLarge) largeAccount = this.accountId;
    this.#buffer = this.#buffer.transfer(size);
    return true;
  }
}

function heldBy(accountId: string): number {
  let bytes = 0;
  for (const file of files) if (file.accountId === accountId) bytes += file.reservedBytes;
  return bytes;
}

/** Tells if all files can still come to their end, one after the other, once this one has the size. */
function isSafe(growing: FileBuffer, size: number): boolean {
  const held = (file: FileBuffer) => (file === growing ? size : file.reservedBytes);
  const missing = (file: FileBuffer) => file.maxBytes - held(file);
  let free = UPLOAD_MEMORY_BYTES - [...files].reduce((sum, file) => sum + held(file), 0);
  if (free < 0) return false;
  for (const file of [...files].sort((a, b) => missing(a) - missing(b))) {
    if (missing(file) > free) return false;
    free += held(file);
  }
  return true;
}

async function until(attempt: () => boolean): Promise<void> {
  if (attempt()) return;
  let timer: ReturnType<typeof setTimeout> | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      const waiting: Waiting = { attempt, resolve };
      queue.push(waiting);
      timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(new ApiError({ code: 'service_unavailable', why: 'uploads' }));
      }, UPLOAD_WAIT_MS);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Something was given back: does what waits and is possible now, in the order of asking. */
function attemptWaiting(): void {
  if (largeAccount !== undefined && heldBy(largeAccount) <= UPLOAD_MEMORY_PER_ACCOUNT_BYTES) largeAccount = undefined;
  for (const waiting of [...queue]) {
    if (!waiting.attempt()) continue;
    queue.splice(queue.indexOf(waiting), 1);
    waiting.resolve();
  }
}
