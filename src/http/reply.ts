import { REQUESTS_PER_MINUTE } from '../config/limits.ts';
import type { Exchange } from './exchange.ts';

/** Headers of every answer. It is for one caller: nothing may store or sniff it. */
const EVERY_ANSWER = {
  'X-Jestha-Api-Version': '1',
  'Cache-Control': 'no-store',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains; preload',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Headers of every answer of the API. It is never a document: nothing may frame or run it. */
export const EVERY_REPLY = {
  'Content-Type': 'application/json',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
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
  return respond(exchange, status, JSON.stringify(body), { ...EVERY_REPLY, ...headers });
}

/** 204: it is done, and there is nothing to say. */
export function replyNothing(exchange: Exchange, headers?: Readonly<Record<string, string>>): Response {
  const { 'Content-Type': _, ...others } = EVERY_REPLY;
  return respond(exchange, 204, null, { ...others, ...headers });
}

/** Any answer: what every one carries, and what became known on the way. */
export function respond(
  exchange: Exchange,
  status: number,
  body: BodyInit | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const response = new Response(body, {
    status,
    headers: {
      ...EVERY_ANSWER,
      'X-Request-Id': exchange.ctx.requestId,
      ...timing(exchange),
      ...limits(exchange),
      ...headers,
    },
  });
  for (const cookie of exchange.cookies ?? []) response.headers.append('Set-Cookie', cookie);
  return response;
}

/**
 * The time spent: `desc` is the number of subrequests made. Only callers with a good credential learn it: to others it
 * would tell, on sign-in say, whether an account was found.
 */
function timing({ authentication, authenticationMs, meter: { redis, db, objects } }: Exchange) {
  // Limits are known of no other refused caller than one whose key is good.
  if (authentication?.outcome !== 'admitted' && !authentication?.limits) return undefined;
  const parts =
    `auth;dur=${authenticationMs.toFixed(1)}, ` +
    `redis;dur=${redis.ms.toFixed(1)};desc="${redis.count}", ` +
    `db;dur=${db.ms.toFixed(1)};desc="${db.count}"` +
    (objects.count > 0 ? `, objects;dur=${objects.ms.toFixed(1)};desc="${objects.count}"` : '');
  return { 'Server-Timing': parts };
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
