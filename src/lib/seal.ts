import { fromBase64Url, toBase64Url } from './bytes.ts';

const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/**
 * Encrypts a text under a new key of its own (AES-256-GCM): who has only one of the two answers knows nothing of it.
 *
 * @param bound what the sealed text belongs to; opening it demands the same (additional authenticated data)
 * @returns both in base64url
 */
export async function seal(text: string, bound: string): Promise<{ sealed: string; opener: string }> {
  const opener = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = await crypto.subtle.importKey('raw', opener, 'AES-GCM', false, ['encrypt']);
  const encoder = new TextEncoder();
  const additionalData = encoder.encode(bound);
  const encrypted = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData },
    key,
    encoder.encode(text),
  );
  const sealed = new Uint8Array(NONCE_BYTES + encrypted.byteLength);
  sealed.set(nonce);
  sealed.set(new Uint8Array(encrypted), NONCE_BYTES);
  return { sealed: toBase64Url(sealed), opener: toBase64Url(opener) };
}

/** The text that {@link seal} sealed, or undefined where opener, bound or text are not the ones that belong together. */
export async function unseal(sealed: string, opener: string, bound: string): Promise<string | undefined> {
  try {
    const bytes = fromBase64Url(sealed);
    const key = await crypto.subtle.importKey('raw', fromBase64Url(opener), 'AES-GCM', false, ['decrypt']);
    const additionalData = new TextEncoder().encode(bound);
    const iv = bytes.subarray(0, NONCE_BYTES);
    const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, bytes.subarray(NONCE_BYTES));
    return new TextDecoder().decode(text);
  } catch {
    return undefined;
  }
}
