import { expect, test } from 'vitest';
import { patience } from '../../src/http/request/read-bytes.ts';

const KIB = 1_024;

test.each([
  ['nothing has come yet', 0, 0, 8_000, 'stopped arriving'],
  ['616 bytes came in 9 s', 616, 9_000, 1_000, 'arrived at less than 16 KiB a second'],
  ['616 bytes came in 31 s', 616, 31_000, 0, 'arrived at less than 16 KiB a second'],
  ['32 KiB a second came for 20 s', 640 * KIB, 20_000, 8_000, 'stopped arriving'],
  ['17 KiB a second came for 20 s', 340 * KIB, 20_000, 1_250, 'arrived at less than 16 KiB a second'],
  ['8 MiB came in a second', 8_192 * KIB, 1_000, 8_000, 'stopped arriving'],
])('a body of which %s is waited for', (_, bytes, waitedMs, ms, message) => {
  expect(patience(bytes, waitedMs)).toEqual({ ms, message });
});
