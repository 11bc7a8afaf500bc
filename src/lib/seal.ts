import { concat, fromBase64Url, toBase64Url, toHex, utf8 } from './bytes.ts';

const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/**
 * Encrypts a text under a new key of its own (AES-256-GCM): one of the two results alone reveals nothing of it.
 *
 * @param bound names the owner of the sealed text; opening it demands the same (additional authenticated data)
 * @returns both in base64url
 */
export async function seal(text: string, bound: string): Promise<{ sealed: string; unsealKey: string }> {
  const unsealKey = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  return { sealed: await encrypt(unsealKey, text, bound), unsealKey: toBase64Url(unsealKey) };
}

/**
 * The text that {@link seal} sealed, or undefined where unsealKey, bound or text are not the ones that belong together.
 */
export async function unseal(sealed: string, unsealKey: string, bound: string): Promise<string | undefined> {
  try {
    return await decrypt(fromBase64Url(unsealKey), sealed, bound);
  } catch {
    return undefined;
  }
}

/**
 * Encrypts a text under a secret of the deployment (AES-256-GCM). The result begins with the name of the secret, so
 * that {@link sealPrefix} can find the texts to encrypt again after a rotation.
 *
 * @param bound as in {@link seal}
 */
export async function sealUnder(secret: string, text: string, bound: string): Promise<string> {
  const key = await keyFrom(secret);
  return `${nameOf(key)}.${await encrypt(key, text, bound)}`;
}

/** The text that {@link sealUnder} sealed under one of these secrets; undefined for any other text or bound. */
export async function unsealUnder(
  secrets: readonly string[],
  sealed: string,
  bound: string,
): Promise<string | undefined> {
  const [name, text = ''] = sealed.split('.');
  for (const secret of secrets) {
    const key = await keyFrom(secret);
    if (nameOf(key) === name) return await decrypt(key, text, bound).catch(() => undefined);
  }
  return undefined;
}

/** The prefix of texts sealed under a secret. It tells nothing of the secret. */
export async function sealPrefix(secret: string): Promise<string> {
  return `${nameOf(await keyFrom(secret))}.`;
}

/** A key for sealing alone: no other key derived from the secret equals it. */
async function keyFrom(secret: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-512', utf8(`seal ${secret}`)));
}

/** Encryption uses the first half of the digest, the name comes from the second. */
const nameOf = (key: Uint8Array) => toHex(key.subarray(KEY_BYTES, KEY_BYTES + 4));

async function encrypt(key: Uint8Array<ArrayBuffer>, text: string, bound: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: utf8(bound) };
  const encrypted = await crypto.subtle.encrypt(algorithm, await importKey(key), utf8(text));
  return toBase64Url(concat([nonce, new Uint8Array(encrypted)]));
}

/** @throws DOMException unless key, text and bound belong together */
async function decrypt(key: Uint8Array<ArrayBuffer>, sealed: string, bound: string): Promise<string> {
  const bytes = fromBase64Url(sealed);
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, NONCE_BYTES), additionalData: utf8(bound) };
  const text = await crypto.subtle.decrypt(algorithm, await importKey(key), bytes.subarray(NONCE_BYTES));
  return new TextDecoder().decode(text);
}

function importKey(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key.subarray(0, KEY_BYTES), 'AES-GCM', false, ['encrypt', 'decrypt']);
}
