import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  FILE_BUFFER_MIN_BYTES,
  UPLOAD_MEMORY_BYTES,
  UPLOAD_MEMORY_PER_ACCOUNT_BYTES,
  UPLOAD_WAIT_MS,
} from '../../src/config/limits.ts';
import { ApiError } from '../../src/domain/api-error.ts';
import { beginUpload, type FileBuffer, type Upload } from '../../src/domain/media/index.ts';

const MIB = 1_048_576;
const FILE = 8 * MIB;
const CHUNK = new Uint8Array(64 * 1_024).fill(7);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
const open: { upload: Upload; files: FileBuffer[] }[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const { upload, files } of open.splice(0)) {
    for (const file of files) file.release();
    upload.end();
  }
});

/** An upload with one file, by default of an account of its own. */
async function begin(maxBytes: number, account: string = crypto.randomUUID()): Promise<FileBuffer> {
  const upload = await beginUpload(account);
  const file = upload.openFile(maxBytes);
  open.push({ upload, files: [file] });
  return file;
}

function end(file: FileBuffer): void {
  const at = open.findIndex(({ files }) => files.includes(file));
  const [ended] = open.splice(at, 1);
  file.release();
  ended?.upload.end();
}

/** Appends a number of bytes in chunks; returns true if all of them found memory without a wait. */
async function fill(file: FileBuffer, bytes: number): Promise<boolean> {
  let isDone = false;
  const filling = (async () => {
    for (let sent = 0; sent < bytes; sent += CHUNK.length) await file.append(CHUNK);
    isDone = true;
  })();
  filling.catch(() => undefined);
  // Without timers only microtasks are pending.
  for (let turn = 0; turn < 2_000; turn++) await Promise.resolve();
  return isDone;
}

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof ApiError ? error.reason : error),
  );

test('a file holds memory for its bytes so far, and frees it at once', async () => {
  const file = await begin(FILE);
  expect(file.reservedBytes).toBe(0);
  await file.append(CHUNK.subarray(0, 616));
  expect(file.reservedBytes).toBe(FILE_BUFFER_MIN_BYTES);
  expect(file.bytes).toEqual(CHUNK.slice(0, 616));
  expect(await fill(file, 3 * MIB)).toBe(true);
  expect(file.reservedBytes).toBeLessThanOrEqual(2 * file.length);
  file.release();
  expect(file.reservedBytes).toBe(0);
});

test('hundreds of uploads that have sent next to nothing leave room for a whole file', async () => {
  for (let i = 0; i < 200; i++) await (await begin(FILE)).append(CHUNK.subarray(0, 616));
  expect(await fill(await begin(FILE), FILE)).toBe(true);
});

test('uploads that cannot all end wait for each other, one after the other, and never for ever', async () => {
  const files = await Promise.all(Array.from({ length: 20 }, () => begin(FILE)));
  const done = await Promise.all(files.map((file) => fill(file, FILE)));
  const ended = files.filter((_, i) => done[i]);
  expect(ended.length).toBeGreaterThan(0);
  expect(files.reduce((sum, file) => sum + file.reservedBytes, 0)).toBeLessThanOrEqual(UPLOAD_MEMORY_BYTES);
  // Each that ends lets others end, until all have.
  let left = files;
  while (left.length > 0) {
    const whole = left.filter((file) => file.length === FILE);
    expect(whole).not.toEqual([]);
    for (const file of whole) end(file);
    left = left.filter((file) => !whole.includes(file));
    for (let turn = 0; turn < 20_000; turn++) await Promise.resolve();
  }
});

test('an account has two uploads under way; the third waits for one of them', async () => {
  const account = crypto.randomUUID();
  const [first] = [await begin(FILE, account), await begin(FILE, account)];
  let third: FileBuffer | undefined;
  const waiting = begin(FILE, account).then((file) => {
    third = file;
  });
  await begin(FILE);
  expect(third).toBeUndefined();
  end(first);
  await waiting;
  expect(third).toBeDefined();
});

test('an upload that waits too long is 503, and later ones keep waiting', async () => {
  const account = crypto.randomUUID();
  const [first] = [await begin(FILE, account), await begin(FILE, account)];
  const late = refusalOf(beginUpload(account));
  vi.advanceTimersByTime(UPLOAD_WAIT_MS - 1);
  const next = begin(FILE, account);
  vi.advanceTimersByTime(1);
  expect(await late).toEqual({ code: 'service_unavailable', why: 'uploads' });
  end(first);
  await next;
});

test('an account holds a quarter of the memory, but for one account with a larger file', async () => {
  const [ada, bob] = [await begin(50 * MIB), await begin(50 * MIB)];
  expect(await fill(ada, UPLOAD_MEMORY_PER_ACCOUNT_BYTES + MIB)).toBe(true);
  expect(await fill(bob, UPLOAD_MEMORY_PER_ACCOUNT_BYTES + MIB)).toBe(false);
  expect(bob.reservedBytes).toBeLessThanOrEqual(UPLOAD_MEMORY_PER_ACCOUNT_BYTES);
  expect(await fill(await begin(FILE), FILE)).toBe(true);
  end(ada);
  for (let turn = 0; turn < 2_000; turn++) await Promise.resolve();
  expect(bob.length).toBe(UPLOAD_MEMORY_PER_ACCOUNT_BYTES + MIB);
});
