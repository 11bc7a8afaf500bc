import { FORM_BODY_MAX_BYTES } from '../../config/limits.ts';
import { Refused } from '../../domain/refusal.ts';
import { readBytes } from '../read-bytes.ts';

/**
 * The fields of a posted form.
 *
 * @throws Refused `unsupported_media_type`, `payload_too_large`
 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('Content-Type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
    throw new Refused({ code: 'unsupported_media_type', accepts: 'json' });
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request, FORM_BODY_MAX_BYTES)));
}

/** A text field; what was not sent is empty. */
export function textOf(form: URLSearchParams, name: string): string {
  return form.get(name) ?? '';
}
