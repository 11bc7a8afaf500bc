import { REQUESTS_PER_MINUTE } from '../config/limits.ts';
import type { Exchange } from './exchange.ts';

/**
 * Headers of every answer of the API. An answer is for one caller and never a document: nothing may store,
 * frame, sniff or run it.
 */
const EVERY_ANSWER = {
  'Content-Type': 'application/json',
  'X-Jestha-Api-Version': '1',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
  'X-Content-Type-Options': 'nosniff',
} as const;

/**
 * The answer of a request: its body as JSON under the headers of contract sections 3 and 6. All headers are given at
 * once, since each one changed later costs a call into the runtime.
 */
export function reply(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...EVERY_ANSWER,
      'X-Request-Id': exchange.ctx.requestId,
      'Server-Timing': timing(exchange),
      ...limits(exchange),
      ...headers,
    },
  });
}

/** Where the time went: `desc` is the number of subrequests made. */
function timing({ authenticationMs, meter: { redis, db } }: Exchange): string {
  return (
    `auth;dur=${authenticationMs.toFixed(1)}, ` +
    `redis;dur=${redis.ms.toFixed(1)};desc="${redis.count}", ` +
    `db;dur=${db.ms.toFixed(1)};desc="${db.count}"`
  );
}

function limits({ authentication }: Exchange): Record<string, string> | undefined {
  const known = authentication?.limits;
  if (!known) return undefined;
  return {
    'X-RateLimit-Limit': String(REQUESTS_PER_MINUTE),
    'X-RateLimit-Remaining': String(known.remaining),
    'X-RateLimit-Reset': String(Math.ceil(known.resetsAt / 1_000)),
    ...(known.degraded && { 'X-Jestha-Degraded': 'limits' }),
  };
}
