import { expect, test } from 'vitest';
import {
  barsPath,
  columnsOf,
  heightOf,
  scaleOf,
  UsageChart,
} from '../../src/http/site/api-access/components/usage-chart.tsx';

test.each([
  [0, 4],
  [3, 4],
  [4, 4],
  [5, 10],
  [11, 20],
  [21, 40],
  [41, 100],
  [9_999, 10_000],
  [10_001, 20_000],
  [123_456, 200_000],
])('%i requests stand on a scale to %i', (peak, scale) => {
  expect(scaleOf(peak)).toBe(scale);
});

test('one request beside a million is visible, and zero requests are not', () => {
  expect([0, 1, 500_000, 1_000_000].map((count) => heightOf(count, 1_000_000, 160))).toEqual([0, 3, 80, 160]);
});

test.each([
  [4_999, false],
  [5_000, true],
  [10_000, true],
])('a day of %i requests shows the line of 10,000: %s', async (accepted, isShown) => {
  const buckets = [{ start: '2026-11-24T00:00:00.000Z', accepted, throttled: 0 }];
  const chart = UsageChart({ id: 'days', heading: 'Days', buckets, unit: 'day', period: 'a day', limit: 10_000 });
  const html = String(await chart);
  expect(html.includes('The line is the limit of 10,000 a day.')).toBe(isShown);
  expect(html.includes('class="limit"')).toBe(isShown);
});

test('bars are one path, which leaves out those of no height', () => {
  const heights = [40, 0, 3];
  expect(barsPath(columnsOf(3, 300), (i) => [160, heights[i] ?? 0])).toBe('M1.0 160v-40h98.0v40zM201.0 160v-3h98.0v3z');
});
