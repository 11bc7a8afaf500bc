import { IDEMPOTENCY_KEY_MAX_CHARACTERS } from '../../config/limits.ts';
import { invalidField } from '../api-error.ts';

const VISIBLE_ASCII = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_MAX_CHARACTERS}}$`);

/**
 * The key in an `Idempotency-Key` header, bare or as a quoted string; both spellings are one key.
 *
 * @throws ApiError `invalid_request`
 */
export function parseIdempotencyKey(header: string): string {
  const isQuoted = header.length >= 2 && header.startsWith('"') && header.endsWith('"');
  const key = isQuoted ? header.slice(1, -1) : header;
  if (VISIBLE_ASCII.test(key)) return key;
  throw invalidField('Idempotency-Key', `must be 1 to ${IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters`);
}
