import { FORM_BODY_MAX_BYTES } from '../../config/limits.ts';
import { ApiError } from '../../domain/api-error.ts';
import { isUtf8, parseContentType } from '../../lib/header-value.ts';
import { isEncoded, readBytes } from '../request/read-bytes.ts';

/**
 * The fields of a posted form.
 *
 * @throws ApiError `unsupported_media_type`, `payload_too_large`, `invalid_request` if the body does not arrive
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = parseContentType(request.headers.get('Content-Type'));
  if (type?.type !== 'application/x-www-form-urlencoded' || !isUtf8(type) || isEncoded(request)) {
    throw new ApiError({ code: 'unsupported_media_type', accepts: 'page form' });
  }
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request, FORM_BODY_MAX_BYTES)));
}

/** A text field; a missing one is empty. */
export function textOf(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}

/**
 * The value of a `datetime-local` field as a time of UTC; any other text stays as it is. Browsers leave out seconds
 * that are 0.
 */
export function utcTimeOf(text: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(?:\.\d{1,3})?)?$/.exec(text);
  return parts ? `${parts[1]}${parts[2] ?? ':00'}Z` : text;
}
