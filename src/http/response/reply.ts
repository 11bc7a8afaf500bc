import {
  CREATIONS_PER_DAY,
  DAY_MS,
  EXPIRY_SHOWN_MS,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
} from '../../config/limits.ts';
import type { RequestContext } from '../request/request-context.ts';

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
  context: RequestContext,
  status: number,
  body: unknown,
  headers?: Readonly<Record<string, string>>,
): Response {
  return respond(context, status, JSON.stringify(body), { ...EVERY_REPLY, ...headers });
}

/** 204: done, without a body. */
export function replyNothing(context: RequestContext, headers?: Readonly<Record<string, string>>): Response {
  const { 'Content-Type': _, ...others } = EVERY_REPLY;
  return respond(context, 204, null, { ...others, ...headers });
}

/** Any answer: the headers of every answer, and those from the facts of this request. */
export function respond(
  context: RequestContext,
  status: number,
  body: BodyInit | null,
  headers: Readonly<Record<string, string>>,
): Response {
  const response = new Response(body, {
    status,
    headers: {
      ...EVERY_ANSWER,
      'X-Request-Id': context.ctx.requestId,
      ...timing(context),
      ...limits(context),
      ...headers,
    },
  });
  for (const cookie of context.cookies ?? []) response.headers.append('Set-Cookie', cookie);
  return response;
}

/**
 * The time spent: `desc` is the number of subrequests made. Only callers with a valid credential get it: to others it
 * could reveal, for example on sign-in, that an account exists.
 */
function timing({ authentication, authenticationMs, meter: { redis, db, objects } }: RequestContext) {
  // Limits are known of no other refused caller than one whose key is good.
  if (authentication?.outcome !== 'admitted' && !authentication?.limits) return undefined;
  const parts =
    `auth;dur=${authenticationMs.toFixed(1)}, ` +
    `redis;dur=${redis.ms.toFixed(1)};desc="${redis.count}", ` +
    `db;dur=${db.ms.toFixed(1)};desc="${db.count}"` +
    (objects.count > 0 ? `, objects;dur=${objects.ms.toFixed(1)};desc="${objects.count}"` : '');
  return { 'Server-Timing': parts };
}

/** The policies of the windows (draft-ietf-httpapi-ratelimit-headers-10): a quota, and its window in seconds. */
const POLICIES = {
  minute: `"minute";q=${REQUESTS_PER_MINUTE};w=60`,
  day: `"day";q=${REQUESTS_PER_DAY};w=86400`,
  posts: `"posts";q=${POSTS_PER_MINUTE};w=60`,
  creations: `"creations";q=${CREATIONS_PER_DAY};w=86400`,
} as const;

function limits({ authentication, creationsLeft, ctx: { now } }: RequestContext): Record<string, string> | undefined {
  const known = authentication?.limits;
  if (!known) return undefined;
  const { remaining, resetsAt, day, posts, expiresAt, degraded } = known;
  let policy = `${POLICIES.minute}, ${POLICIES.day}`;
  let rooms = `${roomOf('minute', remaining, resetsAt, now)}, ${roomOf('day', day.remaining, day.resetsAt, now)}`;
  if (posts) {
    policy += `, ${POLICIES.posts}`;
    rooms += `, ${roomOf('posts', posts.remaining, posts.resetsAt, now)}`;
  }
  if (creationsLeft !== undefined) {
    policy += `, ${POLICIES.creations}`;
    // Until midnight UTC.
    rooms += `, ${roomOf('creations', creationsLeft, now - (now % DAY_MS) + DAY_MS, now)}`;
  }
  return {
    'X-RateLimit-Limit': String(REQUESTS_PER_MINUTE),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Reset': String(Math.ceil(resetsAt / 1_000)),
    'RateLimit-Policy': policy,
    RateLimit: rooms,
    ...(expiresAt !== null &&
      expiresAt - now <= EXPIRY_SHOWN_MS && { 'X-Jestha-Key-Expires': new Date(expiresAt).toISOString() }),
    ...(degraded && { 'X-Jestha-Degraded': 'limits' }),
  };
}

const roomOf = (name: keyof typeof POLICIES, remaining: number, resetsAt: number, now: number) =>
  `"${name}";r=${remaining};t=${Math.max(0, Math.ceil((resetsAt - now) / 1_000))}`;
