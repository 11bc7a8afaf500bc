import { concat, toHex, utf8 } from './bytes.ts';

/** SHA-256 of a text's UTF-8 bytes as 64 lower-case hexadecimal digits. */
export async function sha256Hex(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))));
}

/** SHA-1 of a text as 40 lower-case hexadecimal digits: the name `EVALSHA` knows a script by. */
export async function sha1Hex(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-1', utf8(text))));
}

/** SHA-256 of the UTF-8 bytes of a text and of bytes after them, as 64 lower-case hexadecimal digits. */
export async function sha256HexOf(text: string, bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', concat([utf8(text), bytes]))));
}
