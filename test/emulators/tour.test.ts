import { expect, test } from 'vitest';
import { shapeOf } from '../../src/dev/tour.ts';

test('the shape of a tour has fields, headers and messages, and neither ids nor times nor counts', () => {
  const first = `X-RateLimit-Reset: 1795493041
Server-Timing: auth;dur=18.0, redis;dur=17.0;desc="1"
X-Request-Id: 01M85VH9WQ1PSWAJJGATFPM3RT

{"id":"01M85T0YD37T9P47VF0C1VR1HZ","totalPosts":0,"createdAt":"2026-11-24T03:36:36.003Z","maskedKey":"jes_live_Ryup****"}`;
  const second = `X-RateLimit-Reset: 1795493042
Server-Timing: auth;dur=1.5, redis;dur=0.9;desc="3"
X-Request-Id: 01M8BM3MWWF8RCRNG27786YCTH

{"id":"01M8BHJV4F1WRG76P556HZTMXZ","totalPosts":12,"createdAt":"2026-11-26T09:48:40.425Z","maskedKey":"jes_live_wFAs****"}`;
  expect(shapeOf(second)).toBe(shapeOf(first));
  expect(shapeOf(second.replace('totalPosts', 'posts'))).not.toBe(shapeOf(first));
  expect(shapeOf(second.replace('redis;dur', 'cache;dur'))).not.toBe(shapeOf(first));
  expect(shapeOf(`${second}\n{"error":"Invalid request"}`)).not.toBe(shapeOf(`${first}\n{"error":"Invalid JSON"}`));
});
