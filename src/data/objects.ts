import { OBJECTS_TIMEOUT_MS } from '../config/limits.ts';
import { inTime } from './in-time.ts';
import type { Meter } from './meter.ts';

/** The bytes of images and videos: what we ask of R2. @throws ObjectsUnavailable from each */
export interface ObjectsPort {
  /** @param pieces the bytes in their order @param size of all of them together */
  put(name: string, contentType: string, pieces: readonly Uint8Array[], size: number): Promise<void>;
  head(name: string): Promise<R2Object | null>;
  /** @param range which must lie within the object */
  get(name: string, range?: { readonly offset: number; readonly length: number }): Promise<R2ObjectBody | null>;
  /** At most 1,000 at once. A missing object is no error. */
  delete(names: readonly string[]): Promise<void>;
  /** Names after `after`, in their order. */
  list(after: string, limit: number): Promise<string[]>;
}

/** The bucket failed. It is unknown if it stored something. */
export class ObjectsUnavailable extends Error {
  override readonly name = 'ObjectsUnavailable';
}

/** A bucket for one request. Its own calls have no time-out; here each waits at most {@link OBJECTS_TIMEOUT_MS}. */
export function connectObjects(bucket: R2Bucket, meter: Meter): ObjectsPort {
  const ask = <T>(call: () => Promise<T>) => meter.measure('objects', () => orUnavailable(call()));
  return {
    put: (name, contentType, pieces, size) => ask(() => putPieces(bucket, name, contentType, pieces, size)),
    head: (name) => ask(() => bucket.head(name)),
    get: (name, range) => ask(() => bucket.get(name, range && { range })),
    delete: (names) => ask(() => bucket.delete([...names])),
    list: (after, limit) =>
      ask(async () => {
        const { objects } = await bucket.list({ startAfter: after, limit });
        return objects.map(({ key }) => key);
      }),
  };
}

/** Streams an object into the bucket: R2 must know its length, and a buffer would hold its bytes twice. */
async function putPieces(
  bucket: R2Bucket,
  name: string,
  contentType: string,
  pieces: readonly Uint8Array[],
  size: number,
): Promise<void> {
  const { readable, writable } = new FixedLengthStream(size);
  const write = async () => {
    const writer = writable.getWriter();
    for (const piece of pieces) await writer.write(piece);
    await writer.close();
  };
  await Promise.all([bucket.put(name, readable, { httpMetadata: { contentType } }), write()]);
}

async function orUnavailable<T>(call: Promise<T>): Promise<T> {
  try {
    return await inTime(call, OBJECTS_TIMEOUT_MS, () => new ObjectsUnavailable());
  } catch {
    throw new ObjectsUnavailable();
  }
}
