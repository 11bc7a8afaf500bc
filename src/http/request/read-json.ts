import { JSON_BODY_MAX_BYTES } from '../../config/limits.ts';
import { ApiError } from '../../domain/api-error.ts';
import { isJson, isUtf8, parseContentType } from '../../lib/header-value.ts';
import { isEncoded, readBytes } from './read-bytes.ts';

/**
 * The body of a request as JSON. It is read no further than {@link JSON_BODY_MAX_BYTES}, independent of its
 * `Content-Length`, and bytes that are not UTF-8 are refused rather than replaced.
 *
 * @throws ApiError `unsupported_media_type`, `payload_too_large`, `invalid_json`, `invalid_request` if the body does
 * not arrive
 */
export async function readJson(request: Request): Promise<unknown> {
  requireJsonType(request);
  return parseJson(await readBytes(request, JSON_BODY_MAX_BYTES));
}

/**
 * @param accepts the content types of the path, for the refusal
 * @throws ApiError `unsupported_media_type` if the body does not claim to be JSON that we can read
 */
export function requireJsonType(request: Request, accepts: 'json' | 'json or form' = 'json'): void {
  const type = parseContentType(request.headers.get('Content-Type'));
  if (!type || !isJson(type) || !isUtf8(type) || isEncoded(request)) {
    throw new ApiError({ code: 'unsupported_media_type', accepts });
  }
}

/** @throws ApiError `invalid_json` */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    throw new ApiError({ code: 'invalid_json' });
  }
}
