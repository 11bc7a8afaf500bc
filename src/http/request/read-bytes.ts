import { BODY_DEADLINE_MS, BODY_GRACE_MS, BODY_MIN_BYTES_PER_S, BODY_STALL_MS } from '../../config/limits.ts';
import { inTime } from '../../data/in-time.ts';
import { ApiError, invalidField } from '../../domain/api-error.ts';
import { concat } from '../../lib/bytes.ts';

/**
 * The body of a request, read no further than `maxBytes`, independent of its `Content-Length`.
 *
 * @throws ApiError `payload_too_large`, and `invalid_request` as {@link readChunks}
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new ApiError({ code: 'payload_too_large', maxBytes });
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(request.body?.getReader())) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return concat(chunks);
}

/** Undefined = the request has no body. */
type ChunkReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'> | undefined;

/**
 * Yields the chunks of a body. It gives up a body that stalls or arrives too slowly, and blames the sender for one that
 * breaks off.
 *
 * @throws ApiError `invalid_request`
 */
export async function* readChunks(reader: ChunkReader): AsyncGenerator<Uint8Array> {
  if (!reader) return;
  const started = performance.now();
  let bytes = 0;
  // The time in which we waited for the sender, and not the sender for us.
  let waitedMs = 0;
  try {
    for (;;) {
      const asked = performance.now();
      const left = Math.max(0, started + BODY_DEADLINE_MS - asked);
      const { ms, message } = patience(bytes, waitedMs);
      const { done, value } = await inTime(reader.read().catch(brokenOff), Math.min(ms, left), () =>
        invalidField('body', message),
      );
      if (done) return;
      waitedMs += performance.now() - asked;
      bytes += value.byteLength;
      yield value;
    }
  } finally {
    // Also if the caller has stopped early. A body that broke off cannot be cancelled.
    reader.cancel().catch(() => undefined);
  }
}

/**
 * The longest wait for the next chunk of a body: not beyond a pause of {@link BODY_STALL_MS}, nor beyond the time at
 * which the average since the beginning falls below {@link BODY_MIN_BYTES_PER_S}. The first {@link BODY_GRACE_MS} are
 * free.
 *
 * @param bytes that have come
 * @param waitedMs the time in which they came
 */
export function patience(bytes: number, waitedMs: number): { readonly ms: number; readonly message: string } {
  const averageEndsMs = Math.max(BODY_GRACE_MS, (bytes / BODY_MIN_BYTES_PER_S) * 1_000) - waitedMs;
  if (averageEndsMs >= BODY_STALL_MS) return { ms: BODY_STALL_MS, message: 'stopped arriving' };
  return {
    ms: Math.max(0, averageEndsMs),
    message: `arrived at less than ${BODY_MIN_BYTES_PER_S / 1_024} KiB a second`,
  };
}

/** A read fails if the connection broke, or if the body is shorter than its Content-Length. */
function brokenOff(): never {
  throw invalidField('body', 'broke off');
}

/** True if the body claims a content coding, such as gzip. */
export function isEncoded({ headers }: Request): boolean {
  const coding = headers.get('Content-Encoding')?.trim().toLowerCase() ?? '';
  return coding !== '' && coding !== 'identity';
}
