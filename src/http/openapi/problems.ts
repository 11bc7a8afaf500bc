import * as z from 'zod';
import { ERRORS, type ErrorCode } from '../../config/errors.ts';
import { JSON_BODY_MAX_BYTES } from '../../config/limits.ts';
import type { ErrorReason } from '../../domain/api-error.ts';
import { idField } from '../../domain/response-fields.ts';
import { docsAddress, errorPartsOf } from '../response/error-response.ts';
import type { HeaderName } from './headers.ts';

const retryAfter = z.int().min(1).meta({ description: 'Seconds to wait before the next attempt.' });

/** Which parts of the service answer. */
export const partsSchema = z.strictObject({
  neon: z.enum(['ok', 'unavailable']),
  redis: z.enum(['ok', 'unavailable']),
  objects: z.enum(['ok', 'unavailable']),
});

const details = z
  .array(z.strictObject({ path: z.string(), message: z.string() }))
  .meta({ description: 'The invalid fields, each with a message.' });

/** Fields of their own that some refusals have (contract section 3). */
const EXTRAS = {
  missing_scope: { requiredScope: z.string() },
  rate_limit_exceeded: { retryAfter },
  daily_quota_exceeded: { retryAfter },
  idempotency_in_progress: { retryAfter },
  invalid_request: { details },
  payload_too_large: { details: details.optional() },
  unsupported_media_type: { details: details.optional() },
  service_unavailable: { parts: partsSchema.optional() },
} as const satisfies Partial<Record<ErrorCode, z.ZodRawShape>>;

/** `invalid_api_key` → `InvalidApiKey`. */
const nameOf = (code: ErrorCode) => code.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase());

/** The schema of an error's body. */
function problemSchema(code: ErrorCode) {
  const extras: z.ZodRawShape = code in EXTRAS ? EXTRAS[code as keyof typeof EXTRAS] : {};
  return z
    .strictObject({
      error: z.literal(ERRORS[code].title),
      message: z.string().meta({ description: 'A sentence for people.' }),
      code: z.literal(code),
      requestId: idField('request'),
      docs: z.url().meta({ description: 'The section about this code in the reference.' }),
      ...extras,
    })
    .meta({ id: `${nameOf(code)}Problem` });
}

type Problem = ReturnType<typeof problemSchema>;

/** One schema per code, made once: zod-openapi refuses two schemas with the same id. */
const PROBLEMS = Object.fromEntries(
  (Object.keys(ERRORS) as ErrorCode[]).map((code) => [code, problemSchema(code)]),
) as Record<ErrorCode, Problem>;

/** The schema of a body that has one of these codes. */
export function problemOf(codes: readonly ErrorCode[]): z.ZodType {
  const [first, ...others] = codes.map((code) => PROBLEMS[code]) as [Problem, ...Problem[]];
  return others.length === 0 ? first : z.discriminatedUnion('code', [first, ...others]);
}

/** For every code a refusal that has it. */
const REFUSALS: { readonly [C in ErrorCode]: Extract<ErrorReason, { code: C }> } = {
  authentication_required: { code: 'authentication_required' },
  invalid_credentials: { code: 'invalid_credentials' },
  invalid_api_key: { code: 'invalid_api_key', why: 'malformed' },
  api_key_revoked: { code: 'api_key_revoked' },
  api_key_expired: { code: 'api_key_expired' },
  ip_not_allowed: { code: 'ip_not_allowed' },
  https_required: { code: 'https_required', sent: 'call' },
  account_suspended: { code: 'account_suspended' },
  email_unverified: { code: 'email_unverified' },
  session_required: { code: 'session_required' },
  cross_site_request: { code: 'cross_site_request' },
  not_owner: { code: 'not_owner', what: 'post' },
  reauthentication_required: { code: 'reauthentication_required' },
  missing_scope: { code: 'missing_scope', requiredScope: 'write:jes' },
  rate_limit_exceeded: { code: 'rate_limit_exceeded', window: 'minute', retryAfter: 17 },
  daily_quota_exceeded: { code: 'daily_quota_exceeded', limit: 'creations', retryAfter: 43_200 },
  invalid_request: { code: 'invalid_request', details: [{ path: 'content', message: 'must not be empty' }] },
  invalid_json: { code: 'invalid_json' },
  not_found: { code: 'not_found' },
  method_not_allowed: { code: 'method_not_allowed', allow: 'GET, HEAD' },
  not_acceptable: { code: 'not_acceptable' },
  payload_too_large: { code: 'payload_too_large', maxBytes: JSON_BODY_MAX_BYTES },
  unsupported_media_type: { code: 'unsupported_media_type', accepts: 'json' },
  api_key_limit_reached: { code: 'api_key_limit_reached' },
  webhook_limit_reached: { code: 'webhook_limit_reached' },
  rotation_in_progress: { code: 'rotation_in_progress' },
  idempotency_in_progress: { code: 'idempotency_in_progress' },
  idempotency_key_reused: { code: 'idempotency_key_reused' },
  already_bounced: { code: 'already_bounced' },
  service_unavailable: { code: 'service_unavailable', why: 'neon' },
  internal_error: { code: 'internal_error' },
};

/** An error's body as it is sent: made by what makes the real ones. */
export function exampleOf(code: ErrorCode): { readonly summary: string; readonly value: unknown } {
  const { title } = ERRORS[code];
  const { message, extras } = errorPartsOf(REFUSALS[code]);
  const docs = docsAddress('https://jestha.com', code);
  return {
    summary: title,
    value: { error: title, message, code, requestId: '01M869VN7EYF8NJ2ZH8JWRAHHG', docs, ...extras },
  };
}

/** Names of the headers an error adds to those of every answer. */
export function headersOf(code: ErrorCode): readonly HeaderName[] {
  return Object.keys(errorPartsOf(REFUSALS[code]).headers ?? {}) as HeaderName[];
}
