import { JSON_BODY_MAX_BYTES } from '../config/limits.ts';
import { Refused } from '../domain/refusal.ts';

const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The body of a request as JSON. It is read no further than {@link JSON_BODY_MAX_BYTES}, whatever its length claims to
 * be, and bytes that are not UTF-8 are refused rather than replaced.
 *
 * @throws Refused `unsupported_media_type`, `payload_too_large`, `invalid_json`
 */
export async function readJson(request: Request): Promise<unknown> {
  const encoding = request.headers.get('Content-Encoding') ?? 'identity';
  if (!JSON_TYPE.test(request.headers.get('Content-Type') ?? '') || encoding !== 'identity') {
    throw new Refused({ code: 'unsupported_media_type' });
  }
  const bytes = await readBytes(request, JSON_BODY_MAX_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new Refused({ code: 'invalid_json' });
  }
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new Refused({ code: 'payload_too_large', maxBytes });
  if (Number(request.headers.get('Content-Length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
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
