import { IDEMPOTENCY_KEPT_MS, IDEMPOTENCY_KEY_MAX_CHARACTERS, REQUESTS_PER_MINUTE } from '../../config/limits.ts';
import { ID_PATTERN } from '../../lib/id.ts';

const count = { type: 'string', pattern: '^\\d+$' } as const;

/** Headers of answers, as OpenAPI describes them. */
export const HEADERS = {
  'X-Request-Id': {
    description: 'Names this request in our log; in errors it is the `requestId` too.',
    required: true,
    schema: { type: 'string', pattern: ID_PATTERN.source },
  },
  'X-Jestha-Api-Version': { required: true, schema: { const: '1' } },
  'X-RateLimit-Limit': {
    description: 'Requests per minute. Every response to a valid key has this header and the next two.',
    schema: { const: String(REQUESTS_PER_MINUTE) },
  },
  'X-RateLimit-Remaining': { description: 'Requests left in this minute.', schema: count },
  'X-RateLimit-Reset': {
    description: 'Unix seconds at which the oldest request of the minute leaves it.',
    schema: count,
  },
  'RateLimit-Policy': {
    description:
      'Each window of this request, with its quota and its length in seconds: `minute`, `day`, `posts`, `creations`.',
    schema: { type: 'string', pattern: '^"minute";q=\\d+;w=\\d+, "day"' },
  },
  RateLimit: {
    description: 'The room left in each window, and the seconds until its oldest request leaves it.',
    schema: { type: 'string', pattern: '^"minute";r=\\d+;t=\\d+, "day"' },
  },
  'X-Jestha-Key-Expires': {
    description: 'The expiry of the key, if it is within 30 days.',
    schema: { type: 'string', format: 'date-time' },
  },
  'X-Jestha-Degraded': {
    description: 'A substitute counts the limits for now, so `X-RateLimit-Remaining` is an upper bound.',
    schema: { const: 'limits' },
  },
  'Idempotent-Replayed': {
    description: 'This is the stored response to an earlier request with the same `Idempotency-Key`.',
    schema: { const: 'true' },
  },
  'Retry-After': { description: 'Seconds to wait.', required: true, schema: count },
  'WWW-Authenticate': { required: true, schema: { type: 'string', pattern: '^Bearer realm="jestha"' } },
  'Set-Cookie': { description: 'The session cookie.', required: true, schema: { type: 'string' } },
  ETag: { required: true, schema: { type: 'string', pattern: '^"[^"]+"$' } },
} as const;

/** The name of a header that the document describes. */
export type HeaderName = keyof typeof HEADERS;

/** The header of a write that may be sent again. */
export const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    `${IDEMPOTENCY_KEY_MAX_CHARACTERS} visible ASCII characters at most, bare or quoted. The same request again within ` +
    `${IDEMPOTENCY_KEPT_MS / 3_600_000} hours gets the same answer, and is done once.`,
  schema: { type: 'string', minLength: 1, maxLength: IDEMPOTENCY_KEY_MAX_CHARACTERS, pattern: '^[\\x21-\\x7e]+$' },
} as const;

/** The parameter of operations whose answer may be cached (RFC 9110 section 13.1.2). */
export const IF_NONE_MATCH = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The `ETag` of the version that you have.',
  schema: { type: 'string' },
} as const;

/** Headers of the requests that webhooks are (Standard Webhooks). */
export const WEBHOOK_HEADERS = [
  {
    name: 'webhook-id',
    in: 'header',
    required: true,
    description: 'The `id` of the event; the same in every attempt.',
    schema: { type: 'string' },
  },
  {
    name: 'webhook-timestamp',
    in: 'header',
    required: true,
    description: 'Unix seconds of this attempt. Refuse what is older than five minutes.',
    schema: { type: 'string', pattern: '^\\d+$' },
  },
  {
    name: 'webhook-signature',
    in: 'header',
    required: true,
    description:
      '`v1,` and the base64 of HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}`; after a rotation two of them, with a ' +
      'space between.',
    schema: { type: 'string' },
  },
] as const;
