import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateKey, isWellFormedKey, maskKey } from '../../src/domain/keys/index.ts';
import { BASE62_ALPHABET } from '../../src/lib/base62.ts';

/** Computed by hand with zlib's crc32: of the first 52 characters, in base 62. */
const KEY = 'jes_live_000000000000000000000000000000000000000000023qUem';

test('a key of a known secret', () => {
  expect(generateKey((count) => new Uint8Array(count))).toBe(KEY);
});

test('every generated key has the documented form and is well formed', () => {
  for (let i = 0; i < 1_000; i++) {
    const key = generateKey();
    expect(key).toMatch(/^jes_live_[0-9A-Za-z]{49}$/);
    expect(isWellFormedKey(key)).toBe(true);
  }
});

test('a change of any one character is noticed', () => {
  const digit = fc.constantFrom(...BASE62_ALPHABET);
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 57 }), digit, (at, replacement) => {
      fc.pre(KEY[at] !== replacement);
      return !isWellFormedKey(KEY.slice(0, at) + replacement + KEY.slice(at + 1));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  'jes_live_',
  KEY.slice(0, -1),
  `${KEY}0`,
  `${KEY}\n`,
  ` ${KEY.slice(1)}`,
  KEY.replace('jes_live_', 'jes_test_'),
  KEY.replace('jes_live_', 'JES_LIVE_'),
  `jes_live_${'é'.repeat(49)}`,
  `jes_live_${'0'.repeat(48)}\0`,
])('%j is no key', (credential) => {
  expect(isWellFormedKey(credential)).toBe(false);
});

test('only the first four characters after the prefix are ever shown', () => {
  expect(maskKey('jes_live_a1b2cdefgh')).toBe('jes_live_a1b2****');
});
