import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/** Of the HMAC: enough that nobody guesses one in the life of a list. */
const SIGNATURE_BYTES = 16;

/**
 * A place in a list as an opaque text, signed (HMAC-SHA-256) for that list alone.
 *
 * @param list names the list, so that a cursor of one is nothing in another
 * @param position what the next page begins after
 */
export async function sealCursor(secret: string, list: string, position: string): Promise<string> {
  const text = utf8(position);
  const signature = await sign(secret, list, position);
  const bytes = new Uint8Array(SIGNATURE_BYTES + text.length);
  bytes.set(signature);
  bytes.set(text, SIGNATURE_BYTES);
  return toBase64Url(bytes);
}

/** The place that {@link sealCursor} sealed for this list with one of these secrets; undefined for every other text. */
export async function openCursor(
  secrets: readonly string[],
  list: string,
  cursor: string,
): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = fromBase64Url(cursor);
  } catch {
    return undefined;
  }
  const position = new TextDecoder().decode(bytes.subarray(SIGNATURE_BYTES));
  // Compared in the caller's spelling: other base64 of the same bytes is not what we gave away.
  for (const secret of secrets) {
    if (cursor === (await sealCursor(secret, list, position))) return position;
  }
  return undefined;
}

async function sign(secret: string, list: string, position: string): Promise<Uint8Array> {
  const key = await crypto.subtle.importKey('raw', utf8(`cursor ${secret}`), HMAC, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, utf8(`${list}\n${position}`));
  return new Uint8Array(signature).subarray(0, SIGNATURE_BYTES);
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' };
