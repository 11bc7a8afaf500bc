import { describe, expect, test } from 'vitest';
import { fromBase64Url, toBase64Url, toHex, utf8 } from '../../src/lib/bytes.ts';
import { seal, unseal } from '../../src/lib/seal.ts';

describe('base64url', () => {
  test.each<[string, string]>([
    // RFC 4648 section 10, without the padding.
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
    ['Zoë', 'Wm_Dqw'],
  ])('%j is %j', (text, expected) => {
    expect(toBase64Url(utf8(text))).toBe(expected);
    expect(new TextDecoder().decode(fromBase64Url(expected))).toBe(text);
  });

  test('uses - and _ where base64 uses + and /', () => {
    const bytes = Uint8Array.of(0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff);
    expect(toBase64Url(bytes)).toBe('----____');
    expect(fromBase64Url('----____')).toEqual(bytes);
  });

  test('gives back all bytes', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(toHex(fromBase64Url(toBase64Url(bytes)))).toBe(toHex(bytes));
  });

  test.each(['Z', '****', 'Zg=a', 'Zoë'])('%j is none', (text) => {
    expect(() => fromBase64Url(text)).toThrow();
  });
});

describe('a sealed text', () => {
  /** The same text with one character of it changed. */
  const change = (text: string, at: number) =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;

  test.each(['', 'jes_live_a1b2', 'Zoë 🦊', 'x'.repeat(10_000)])('%.20j comes out as it went in', async (text) => {
    const { sealed, unsealKey } = await seal(text, 'key-1');
    expect(await unseal(sealed, unsealKey, 'key-1')).toBe(text);
  });

  test('opens only for what it is bound to', async () => {
    const { sealed, unsealKey } = await seal('secret', 'key-1');
    for (const bound of ['', 'key-2', 'key-1 ', 'KEY-1'])
      expect(await unseal(sealed, unsealKey, bound)).toBeUndefined();
  });

  test('opens only with its own unsealKey', async () => {
    const { sealed, unsealKey } = await seal('secret', 'key-1');
    const other = await seal('secret', 'key-1');
    for (const wrong of ['', 'A', '*', 'A'.repeat(43), change(unsealKey, 0), unsealKey.slice(0, 22), other.unsealKey]) {
      expect(await unseal(sealed, wrong, 'key-1')).toBeUndefined();
    }
  });

  test('does not open once a single character of it was changed, or is missing', async () => {
    const { sealed, unsealKey } = await seal('secret', 'key-1');
    // The last character holds unused bits, so it is left out.
    for (let at = 0; at < sealed.length - 1; at++) {
      expect(await unseal(change(sealed, at), unsealKey, 'key-1')).toBeUndefined();
    }
    for (const length of [0, 1, 15, 16, sealed.length - 2]) {
      expect(await unseal(sealed.slice(0, length), unsealKey, 'key-1')).toBeUndefined();
    }
  });

  test('never looks the same, and has an unsealKey of 256 bits of its own', async () => {
    const seals = await Promise.all(Array.from({ length: 100 }, () => seal('secret', 'key-1')));
    expect(new Set(seals.map(({ sealed }) => sealed.slice(0, 16))).size).toBe(100);
    expect(new Set(seals.map(({ unsealKey }) => unsealKey)).size).toBe(100);
    for (const { sealed, unsealKey } of seals) {
      expect(unsealKey).toMatch(/^[0-9A-Za-z_-]{43}$/);
      expect(sealed).toMatch(/^[0-9A-Za-z_-]+$/);
      // Nonce, ciphertext as long as the text, tag.
      expect(fromBase64Url(sealed)).toHaveLength(12 + 6 + 16);
      expect(sealed).not.toContain(toBase64Url(utf8('secret')));
    }
  });
});
