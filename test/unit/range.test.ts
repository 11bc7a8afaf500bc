import { expect, test } from 'vitest';
import { parseRange } from '../../src/lib/range.ts';

test.each([
  ['bytes=0-0', { offset: 0, length: 1 }],
  ['bytes=0-9', { offset: 0, length: 10 }],
  ['bytes=2-4', { offset: 2, length: 3 }],
  ['bytes=4-99', { offset: 4, length: 6 }],
  ['bytes=4-', { offset: 4, length: 6 }],
  ['bytes=-3', { offset: 7, length: 3 }],
  ['bytes=-99', { offset: 0, length: 10 }],
  ['BYTES= 1-2 ', { offset: 1, length: 2 }],
  ['bytes=9-9', { offset: 9, length: 1 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=10-20', 'unsatisfiable'],
  ['bytes=99999999999999999999-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=4-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=', undefined],
  ['bytes=-', undefined],
  ['bytes=a-b', undefined],
  ['bytes 0-1', undefined],
  ['items=0-1', undefined],
])('of ten bytes %s', (header, range) => {
  expect(parseRange(header, 10)).toEqual(range);
});

test('nothing of nothing can be had', () => {
  expect([parseRange('bytes=0-', 0), parseRange('bytes=-1', 0)]).toEqual(['unsatisfiable', 'unsatisfiable']);
});
