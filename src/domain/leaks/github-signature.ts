import * as z from 'zod';
import { GITHUB_KEYS_KEPT_MS, GITHUB_TIMEOUT_MS, GITHUB_UNKNOWN_KEY_KEPT_MS } from '../../config/limits.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { ApiError } from '../api-error.ts';
import type { Ctx } from '../context.ts';

const KEYS_URL = 'https://api.github.com/meta/public_keys/secret_scanning';

const keysSchema = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })),
});

/** GitHub's public keys that this isolate has fetched, in PEM, and when. */
let fetched: { readonly at: number; readonly keys: ReadonlyMap<string, string> } | undefined;
/**
 * Identifiers that GitHub did not name, and until when (unix ms) that is believed: a stranger makes us ask once a
 * minute.
 */
const unknownUntil = new BoundedMap<string, number>(100);

/**
 * Refuses what GitHub has not signed. It comes before anything else is looked at (contract section 11).
 *
 * @throws ApiError `authentication_required`, `service_unavailable` where GitHub's keys cannot be fetched
 */
export async function requireGithubSignature(...report: Parameters<typeof isSignedByGithub>): Promise<void> {
  if (!(await isSignedByGithub(...report))) throw new ApiError({ code: 'authentication_required', by: 'github' });
}

/**
 * Tells if GitHub has signed these bytes: ECDSA over P-256 and SHA-256 in ASN.1 DER, base64, by a key that GitHub
 * publishes.
 *
 * @throws ApiError `service_unavailable` where GitHub's keys cannot be fetched
 */
async function isSignedByGithub(
  ctx: Ctx,
  body: Uint8Array<ArrayBuffer>,
  { keyId, signature }: { readonly keyId: string | null; readonly signature: string | null },
): Promise<boolean> {
  if (keyId === null || signature === null || !/^[0-9a-zA-Z]{1,128}$/.test(keyId)) return false;
  const raw = rawSignature(signature);
  if (!raw) return false;
  const pem = await publicKey(ctx, keyId);
  if (pem === undefined) return false;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const key = await crypto.subtle.importKey('spki', spkiOf(pem), algorithm, false, ['verify']);
  return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, body);
}

async function publicKey(ctx: Ctx, keyId: string): Promise<string | undefined> {
  const { now } = ctx;
  const isFresh = fetched !== undefined && now - fetched.at < GITHUB_KEYS_KEPT_MS && now >= fetched.at;
  const known = isFresh ? fetched?.keys.get(keyId) : undefined;
  if (known !== undefined) return known;
  if (isFresh && (unknownUntil.get(keyId) ?? 0) > now) return undefined;
  fetched = { at: now, keys: await fetchKeys(ctx) };
  const key = fetched.keys.get(keyId);
  if (key === undefined) unknownUntil.set(keyId, now + GITHUB_UNKNOWN_KEY_KEPT_MS);
  return key;
}

async function fetchKeys({ ports }: Ctx): Promise<ReadonlyMap<string, string>> {
  try {
    const response = await ports.fetchPage(KEYS_URL, {
      headers: { Accept: 'application/json', 'User-Agent': 'Jestha' },
      signal: AbortSignal.timeout(GITHUB_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`GitHub answered ${response.status}`);
    const { public_keys: keys } = keysSchema.parse(await response.json());
    return new Map(keys.map(({ key_identifier: id, key }) => [id, key]));
  } catch {
    throw new ApiError({ code: 'service_unavailable', why: 'github' });
  }
}

function spkiOf(pem: string): Uint8Array<ArrayBuffer> {
  return fromBase64(pem.replaceAll(/-----[^-]+-----|\s/g, '')) ?? new Uint8Array();
}

/** Bytes of r, and of s. */
const SCALAR_BYTES = 32;

/**
 * r and s side by side, as WebCrypto needs them, from ASN.1 DER, in which either may be short or have a leading zero.
 */
function rawSignature(base64: string): Uint8Array<ArrayBuffer> | undefined {
  const der = fromBase64(base64);
  if (!der || der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const raw = new Uint8Array(2 * SCALAR_BYTES);
  let at = 2;
  for (const end of [SCALAR_BYTES, 2 * SCALAR_BYTES]) {
    const length = der[at + 1] ?? 0;
    if (der[at] !== 0x02 || length === 0 || at + 2 + length > der.length) return undefined;
    let integer = der.subarray(at + 2, at + 2 + length);
    while (integer.length > SCALAR_BYTES && integer[0] === 0) integer = integer.subarray(1);
    if (integer.length > SCALAR_BYTES) return undefined;
    raw.set(integer, end - integer.length);
    at += 2 + length;
  }
  return at === der.length ? raw : undefined;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
