import { describe, expect, test } from 'vitest';
import { BASE62_ALPHABET, encodeBase62, randomBase62 } from '../../src/lib/base62.ts';
import { BoundedMap } from '../../src/lib/bounded-map.ts';
import { concat } from '../../src/lib/bytes.ts';
import { crc32 } from '../../src/lib/crc32.ts';
import { sha1Hex, sha256Hex } from '../../src/lib/hash.ts';
import { isId, newId } from '../../src/lib/id.ts';

describe('crc32', () => {
  test.each([
    ['', 0x00000000],
    // The check value of CRC-32/ISO-HDLC.
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('%j is %d', (text, expected) => {
    expect(crc32(text)).toBe(expected);
  });

  test('reads only the first characters it is told to', () => {
    expect(crc32('123456789rest', 9)).toBe(0xcbf43926);
  });
});

describe('base62', () => {
  test.each([
    [0, 6, '000000'],
    [61, 1, 'z'],
    [62, 2, '10'],
    // The largest CRC-32 fits six digits.
    [0xffffffff, 6, '4gfFC3'],
  ])('%d in %d digits is %s', (value, width, expected) => {
    expect(encodeBase62(value, width)).toBe(expected);
  });

  test('bytes that would bias the digits are drawn again', () => {
    const draws = [Uint8Array.of(248, 255, 247, 0), Uint8Array.of(250, 61), Uint8Array.of(62)];
    const asked: number[] = [];
    const digits = randomBase62(4, (count) => {
      asked.push(count);
      return draws.shift() ?? new Uint8Array(count);
    });
    // 247 = 3 × 62 + 61.
    expect(digits).toBe('z0z0');
    expect(asked).toEqual([4, 2, 1]);
  });

  test('every digit is as likely as the others', () => {
    const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const digits = randomBase62(248, () => allBytes);
    const counts = new Map<string, number>();
    for (const digit of digits) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([...BASE62_ALPHABET].sort());
    expect(new Set(counts.values())).toEqual(new Set([4]));
  });
});

describe('concat', () => {
  test('copies bytes in order, those of views too', () => {
    const source = Uint8Array.of(1, 2, 3, 4);
    const joined = concat([source.subarray(2), new Uint8Array(), source.subarray(0, 1)]);
    expect(joined).toEqual(Uint8Array.of(3, 4, 1));
    source.fill(0);
    expect(joined).toEqual(Uint8Array.of(3, 4, 1));
  });

  test('of nothing is empty', () => {
    expect(concat([])).toEqual(new Uint8Array());
  });
});

describe('hashes', () => {
  test('SHA-256 and SHA-1 of "abc" (FIPS 180-4)', async () => {
    expect(await sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(await sha1Hex('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  });
});

describe('ids', () => {
  test('are ULIDs that sort by time', () => {
    const early = newId(Date.UTC(2024, 0, 1));
    const late = newId(Date.UTC(2024, 0, 1) + 1);
    expect(early.slice(0, 10)).toBe('01HK153X00');
    expect(isId(early)).toBe(true);
    expect(early < late).toBe(true);
  });

  test('do not repeat', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newId(0))).size).toBe(10_000);
  });

  test.each([
    '',
    '01HK153X00',
    '81HK153X000000000000000000',
    '01hk153x000000000000000000',
    '01HK153X00000000000000000U',
    '01HK153X000000000000000000\n',
  ])('%j is no id', (text) => {
    expect(isId(text)).toBe(false);
  });
});

describe('BoundedMap', () => {
  test('lets the entry set longest ago go', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    map.set('c', 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  });
});
