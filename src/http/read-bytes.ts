import { BODY_DEADLINE_MS, BODY_STALL_MS } from '../config/limits.ts';
import { inTime } from '../data/in-time.ts';
import { invalidField, Refused } from '../domain/refusal.ts';

/**
 * The body of a request, read no further than `maxBytes`, whatever its length claims to be.
 *
 * @throws Refused `payload_too_large`, and `invalid_request` as {@link readChunks}
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Refused({ code: 'payload_too_large', maxBytes });
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(request.body?.getReader())) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Undefined = the request has no body. */
type ChunkReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'> | undefined;

/**
 * Yields the chunks of a body. It gives up a body that stalls, and blames the sender for one that breaks off.
 *
 * @throws Refused `invalid_request`
 */
export async function* readChunks(reader: ChunkReader): AsyncGenerator<Uint8Array> {
  if (!reader) return;
  const started = performance.now();
  try {
    for (;;) {
      const left = Math.max(0, started + BODY_DEADLINE_MS - performance.now());
      const { done, value } = await inTime(reader.read().catch(brokenOff), Math.min(BODY_STALL_MS, left), () =>
        invalidField('body', 'stopped arriving'),
      );
      if (done) return;
      yield value;
    }
  } finally {
    // Also if the caller has stopped early. A body that broke off cannot be cancelled.
    reader.cancel().catch(() => undefined);
  }
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
