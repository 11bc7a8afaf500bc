import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** The form of a signature of {@link sign}. */
const SIGNATURE = /^[\w-]{43}$/;

/**
 * HMAC-SHA-256 of a text, in base64url.
 *
 * @param purpose of the signature: a signature for one purpose is invalid for another
 */
export async function sign(secret: string, purpose: string, text: string): Promise<string> {
  const signature = await crypto.subtle.sign('HMAC', await keyFor(secret, purpose), utf8(text));
  return toBase64Url(new Uint8Array(signature));
}

/** True if {@link sign} made the signature of this text with one of these secrets. */
export async function isSigned(
  secrets: readonly string[],
  purpose: string,
  text: string,
  signature: string,
): Promise<boolean> {
  if (!SIGNATURE.test(signature)) return false;
  const bytes = fromBase64Url(signature);
  for (const secret of secrets) {
    // The runtime compares in constant time.
    if (await crypto.subtle.verify('HMAC', await keyFor(secret, purpose), bytes, utf8(text))) return true;
  }
  return false;
}

function keyFor(secret: string, purpose: string): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', utf8(`${purpose} ${secret}`), HMAC, false, ['sign', 'verify']);
}
