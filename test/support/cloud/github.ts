import { onTestFinished } from 'vitest';
import { toBase64 } from '../../../src/lib/bytes.ts';

const KEYS_URL = 'https://api.github.com/meta/public_keys/secret_scanning';

/** The requests for GitHub's public keys so far. */
export const github = { asked: 0 };

let isAway = false;

/** Until the end of the test nobody reaches GitHub. All suites share this isolate. */
export function takeGithubAway(): void {
  isAway = true;
  onTestFinished(() => {
    isAway = false;
  });
}

const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
  'sign',
  'verify',
])) as CryptoKeyPair;
const spki = toBase64(new Uint8Array((await crypto.subtle.exportKey('spki', pair.publicKey)) as ArrayBuffer));
export const GITHUB_KEY_ID = 'f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d';
const pem = `-----BEGIN PUBLIC KEY-----\n${spki.replaceAll(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`;

const realFetch = globalThis.fetch;

// The app runs in this very isolate, so its `fetch` is replaced here; other requests go out as before.
globalThis.fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
  if (String(input) !== KEYS_URL) return await realFetch(input, init);
  github.asked += 1;
  if (isAway) throw new TypeError('no such host');
  return Response.json({ public_keys: [{ key_identifier: GITHUB_KEY_ID, key: pem, is_current: true }] });
};

/** The headers with which GitHub sends these bytes. */
export async function signedByGithub(body: string, keyId = GITHUB_KEY_ID): Promise<Record<string, string>> {
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, new TextEncoder().encode(body)));
  return {
    'Content-Type': 'application/json',
    'Github-Public-Key-Identifier': keyId,
    'Github-Public-Key-Signature': toBase64(derOf(raw)),
  };
}

/** ASN.1 DER of a signature's r and s: no leading zeros but one before a set sign bit. */
export function derOf(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((scalar) => {
    const first = scalar.findIndex((byte) => byte !== 0);
    const short = scalar.subarray(first === -1 ? 31 : first);
    const padded = (short[0] ?? 0) >= 0x80 ? [0, ...short] : [...short];
    return [0x02, padded.length, ...padded];
  });
  const content = integers.flat();
  return new Uint8Array([0x30, content.length, ...content]);
}
