import { concat, fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/** The bytes of an HMAC-SHA-256 that a cursor carries. */
const SIGNATURE_BYTES = 32;

/**
 * A place in a list as an opaque text, signed (HMAC-SHA-256) for that list alone.
 *
 * @param list names the list, so that a cursor of one is invalid in another
 * @param position the item after which the next page begins
 */
export async function sealCursor(secret: string, list: string, position: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret), signed(list, position));
  return toBase64Url(concat([new Uint8Array(signature), utf8(position)]));
}

/** The place that {@link sealCursor} sealed for this list with one of these secrets; undefined for every other text. */
export async function openCursor(
  secrets: readonly string[],
  list: string,
  cursor: string,
): Promise<string | undefined> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = fromBase64Url(cursor);
  } catch {
    return undefined;
  }
  // Other base64 of the same bytes is not what we gave away.
  if (toBase64Url(bytes) !== cursor) return undefined;
  const position = new TextDecoder().decode(bytes.subarray(SIGNATURE_BYTES));
  const signature = bytes.subarray(0, SIGNATURE_BYTES);
  for (const secret of secrets) {
    // In constant time, as the runtime does it.
    const isOurs = await crypto.subtle.verify('HMAC', await keyOf(secret), signature, signed(list, position));
    if (isOurs) return position;
  }
  return undefined;
}

const signed = (list: string, position: string) => utf8(`${list}\n${position}`);

function keyOf(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', utf8(`cursor ${secret}`), HMAC, false, ['sign', 'verify']);
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
