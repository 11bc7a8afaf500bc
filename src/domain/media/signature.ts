import { SIGNED_URL_TTL_MS } from '../../config/limits.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../../lib/bytes.ts';

const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const;

/** The query that opens a file to whoever has it, until it expires. @param at unix milliseconds from which it counts */
export async function signedQuery(secret: string, object: string, at: number): Promise<string> {
  const expires = String(Math.floor((at + SIGNED_URL_TTL_MS) / 1_000));
  const signature = await crypto.subtle.sign('HMAC', await keyFrom(secret), signed(object, expires));
  return `?expires=${expires}&signature=${toBase64Url(new Uint8Array(signature))}`;
}

/** When a query of {@link signedQuery} expires, in unix milliseconds; undefined where it is none, or has expired. */
export async function expiryOf(
  secrets: readonly string[],
  object: string,
  query: { readonly expires: string; readonly signature: string },
  now: number,
): Promise<number | undefined> {
  const { expires, signature } = query;
  if (!/^\d{1,12}$/.test(expires) || !/^[\w-]{43}$/.test(signature)) return undefined;
  const expiresAt = Number(expires) * 1_000;
  if (expiresAt <= now) return undefined;
  // The runtime compares in constant time.
  for (const secret of secrets) {
    const key = await keyFrom(secret);
    if (await crypto.subtle.verify('HMAC', key, fromBase64Url(signature), signed(object, expires))) return expiresAt;
  }
  return undefined;
}

const signed = (object: string, expires: string) => utf8(`${object}\n${expires}`);

/** A key for this alone: nothing else that the secret signs can be mistaken for it. */
async function keyFrom(secret: string): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', utf8(`media ${secret}`), HMAC, false, ['sign', 'verify']);
}
