import { JSON_BODY_MAX_BYTES } from '../config/limits.ts';
import { Refused } from '../domain/refusal.ts';
import { readBytes } from './read-bytes.ts';

const JSON_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * The body of a request as JSON. It is read no further than {@link JSON_BODY_MAX_BYTES}, whatever its length claims to
 * be, and bytes that are not UTF-8 are refused rather than replaced.
 *
 * @throws Refused `unsupported_media_type`, `payload_too_large`, `invalid_json`
 */
export async function readJson(request: Request): Promise<unknown> {
  requireJsonType(request);
  return parseJson(await readBytes(request, JSON_BODY_MAX_BYTES));
}

/**
 * @param accepts what the path takes beside it, for the answer
 * @throws Refused `unsupported_media_type` where the body does not claim to be JSON that we can read
 */
export function requireJsonType({ headers }: Request, accepts: 'json' | 'json or form' = 'json'): void {
  const encoding = headers.get('Content-Encoding') ?? 'identity';
  if (!JSON_TYPE.test(headers.get('Content-Type') ?? '') || encoding !== 'identity') {
    throw new Refused({ code: 'unsupported_media_type', accepts });
  }
}

/** @throws Refused `invalid_json` */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new Refused({ code: 'invalid_json' });
  }
}
