import { ERRORS, type ErrorCode } from '../../config/errors.ts';
import {
  DAILY_LIMITS,
  type DailyLimit,
  IN_PROGRESS_RETRY_AFTER_S,
  POSTS_PER_MINUTE,
  REQUESTS_PER_DAY,
  REQUESTS_PER_MINUTE,
  THROTTLES,
  UNAVAILABLE_RETRY_AFTER_S,
  WEBHOOKS_PER_KEY,
} from '../../config/limits.ts';
import { DbRejected, DbUnavailable, isContention } from '../../data/db.ts';
import { ObjectsUnavailable } from '../../data/objects.ts';
import { RedisScriptFailed, RedisUnavailable } from '../../data/redis.ts';
import { ApiError, type ErrorReason } from '../../domain/api-error.ts';
import { grouped } from '../../lib/grouped.ts';
import type { RequestContext } from '../request/request-context.ts';
import { reply } from './reply.ts';

/** The parts of a refusal's answer beside its code: one helpful sentence, fields of its own, headers of its own. */
interface ErrorParts {
  readonly message: string;
  readonly extras?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one way a refusal becomes an answer: the envelope of contract section 3. */
export function toErrorResponse(context: RequestContext, reason: ErrorReason): Response {
  const { status, title } = ERRORS[reason.code];
  const { message, extras, headers } = errorPartsOf(reason);
  context.errorReason = reason;
  if (reason.code === 'daily_quota_exceeded' && reason.limit === 'creations') context.creationsLeft = 0;
  const { requestId } = context.ctx;
  const docs = docsOf(context, reason.code);
  return reply(context, status, { error: title, message, code: reason.code, requestId, docs, ...extras }, headers);
}

/** The section of the reference about a code, even if a broken configuration names no reference. */
function docsOf({ ctx }: RequestContext, code: ErrorCode): string {
  try {
    return docsAddress(ctx.ports.webOrigin, code);
  } catch {
    return docsAddress('https://jestha.com', code);
  }
}

/** The address of a code's section in the reference (contract section 3). */
export function docsAddress(webOrigin: string, code: ErrorCode): string {
  return `${webOrigin}/docs/errors#${code}`;
}

/** Maps an error that a verb or a port has thrown to its refusal; an unknown error is an `internal_error`. */
export function reasonOf(error: unknown): ErrorReason {
  if (error instanceof ApiError) return error.reason;
  if (error instanceof DbUnavailable) return { code: 'service_unavailable', why: 'neon' };
  if (error instanceof ObjectsUnavailable) return { code: 'service_unavailable', why: 'objects' };
  if (error instanceof DbRejected && isContention(error)) return { code: 'service_unavailable', why: 'contention' };
  if (error instanceof RedisUnavailable) return { code: 'service_unavailable', why: 'redis' };
  if (error instanceof RedisScriptFailed) return { code: 'service_unavailable', why: 'script' };
  return { code: 'internal_error' };
}

/** RFC 6750 section 3: no `error` when nothing was sent. */
const challenge = (parameters = '') => ({ 'WWW-Authenticate': `Bearer realm="jestha"${parameters}` });
const INVALID_TOKEN = challenge(', error="invalid_token"');

const retryAfterHeader = (seconds: number) => ({ 'Retry-After': String(seconds) });
const retryLater = (seconds: number) => ({ extras: { retryAfter: seconds }, headers: retryAfterHeader(seconds) });

/** What a caller without a credential is told, by what the path asks for. */
const AUTHENTICATE = {
  key: 'Send your API key as "Authorization: Bearer jes_live_…".',
  session: 'Sign in first; the session cookie is what this path asks for.',
  github: 'The headers must sign the body with a key of GitHub’s secret scanning.',
} as const;

/** The answer to a refusal, without its code. */
export function errorPartsOf(reason: ErrorReason): ErrorParts {
  switch (reason.code) {
    case 'authentication_required':
      return {
        message: AUTHENTICATE[reason.by ?? 'key'],
        headers: challenge(),
      };
    case 'invalid_credentials':
      return { message: 'No account has this email address and password.', headers: challenge() };
    case 'invalid_api_key':
      return {
        message:
          reason.why === 'malformed'
            ? 'This is not a Jestha API key. Keys begin with jes_live_ and are 58 characters long.'
            : 'No such API key. Check that it was copied whole.',
        headers: INVALID_TOKEN,
      };
    case 'api_key_revoked':
      return {
        message: 'This API key was revoked. Generate a new one in Settings → API access.',
        headers: INVALID_TOKEN,
      };
    case 'api_key_expired':
      return {
        message: 'This API key has expired. Generate a new one in Settings → API access.',
        headers: INVALID_TOKEN,
      };
    case 'ip_not_allowed':
      return { message: 'This API key works only from the IP addresses that its owner allowed.' };
    case 'https_required':
      return {
        message:
          reason.sent === 'call'
            ? 'Send this request over https. If it carried an API key, revoke the key: it travelled unencrypted.'
            : 'This form was sent over plain http, so we did nothing. Open the page over https. If the form held a password, change it: it travelled unencrypted.',
      };
    case 'account_suspended':
      return {
        message:
          'This account is suspended. Nothing is lost: its keys and sessions work again when the suspension is lifted.',
      };
    case 'email_unverified':
      return {
        message:
          'Confirm your email address first. Open the link that we mailed you, or send it again in Settings → API access.',
      };
    case 'session_required':
      return { message: 'API keys cannot do this, whatever their scopes. Sign in instead.' };
    case 'cross_site_request':
      return { message: 'A browser sent this request from another site, so we did nothing.' };
    case 'not_owner':
      return { message: `Only the author can change this ${reason.what === 'post' ? 'Jes' : 'JesClip'}.` };
    case 'reauthentication_required':
      return {
        message:
          'The password was entered more than 12 hours ago. Send it to POST /api/auth/reauthenticate, or sign in again, then repeat this request.',
      };
    case 'missing_scope':
      return {
        message: `This API key lacks the scope ${reason.requiredScope}.`,
        extras: { requiredScope: reason.requiredScope },
        headers: challenge(`, error="insufficient_scope", scope="${reason.requiredScope}"`),
      };
    case 'rate_limit_exceeded':
      return { message: limitSentence(reason.window), ...retryLater(reason.retryAfter) };
    case 'daily_quota_exceeded':
      return { message: dailySentence(reason.limit), ...retryLater(reason.retryAfter) };
    case 'invalid_request':
      return { message: 'Some fields are invalid; see details.', extras: { details: reason.details } };
    case 'invalid_json':
      return { message: 'The body is not valid JSON in UTF-8.' };
    case 'not_found':
      return { message: 'Nothing exists here, or this account may not see it.' };
    case 'method_not_allowed':
      return { message: `This path accepts ${reason.allow}.`, headers: { Allow: reason.allow } };
    case 'not_acceptable':
      return { message: 'This API sends application/json only.' };
    case 'payload_too_large':
      return 'details' in reason
        ? {
            message: 'There are too many files, or a file is too large; see details.',
            extras: { details: reason.details },
          }
        : { message: `The body must be at most ${grouped(reason.maxBytes)} bytes.` };
    case 'unsupported_media_type':
      return 'details' in reason
        ? { message: 'A file has a type that is not accepted here; see details.', extras: { details: reason.details } }
        : { message: ACCEPTED[reason.accepts] };
    case 'api_key_limit_reached':
      return { message: 'This account has 5 active API keys, which is the limit. Revoke one first.' };
    case 'webhook_limit_reached':
      return {
        message: `This API key has ${WEBHOOKS_PER_KEY} webhook endpoints, which is the limit. Delete one first.`,
      };
    case 'rotation_in_progress':
      return {
        message:
          'This endpoint has two valid secrets. Wait until the previous one ends, or send { "endPrevious": true }.',
      };
    case 'idempotency_in_progress':
      return {
        message: 'The first request with this Idempotency-Key is still running. Retry in a moment.',
        ...retryLater(IN_PROGRESS_RETRY_AFTER_S),
      };
    case 'idempotency_key_reused':
      return { message: 'This Idempotency-Key was used for another request. Use a new one for each new request.' };
    case 'already_bounced':
      return {
        message: 'This account already bounced this Jes. A quote-bounce, with content, is still possible.',
      };
    case 'service_unavailable':
      return {
        message: unavailableSentence(reason.why),
        headers: retryAfterHeader(UNAVAILABLE_RETRY_AFTER_S),
        ...(reason.parts && { extras: { parts: reason.parts } }),
      };
    case 'internal_error':
      return { message: 'An error on our side. Retry later; if it persists, send us the requestId.' };
  }
}

function unavailableSentence(why: Extract<ErrorReason, { code: 'service_unavailable' }>['why']): string {
  switch (why) {
    case 'revocation':
      return 'The key is revoked, but not all of our caches know it yet. Repeat the call to be sure.';
    case 'suspension':
      return 'The account is suspended, but not all of our caches know it yet. Repeat the command to be sure.';
    case 'github':
      return 'We cannot fetch the public keys of GitHub, so we could not verify the signature. Nothing changed; retry soon.';
    case 'revocations':
      return 'This is done and your API keys are revoked, but not all of our caches know it yet. They will within two minutes.';
    default:
      return 'A service that we depend on does not respond. Nothing changed; retry soon.';
  }
}

const ACCEPTED = {
  json: 'Send the body as "Content-Type: application/json", in UTF-8 and not compressed.',
  form: 'Send the body as "Content-Type: multipart/form-data", not compressed.',
  'json or form':
    'Send the body as "Content-Type: application/json", in UTF-8, or with files as "multipart/form-data"; not compressed.',
  'page form': 'Send the form as "Content-Type: application/x-www-form-urlencoded", in UTF-8 and not compressed.',
} as const;

function dailySentence(name: DailyLimit): string {
  const { limit, message } = DAILY_LIMITS[name];
  return message.replace('{limit}', grouped(limit));
}

function limitSentence(window: Extract<ErrorReason, { code: 'rate_limit_exceeded' }>['window']): string {
  switch (window) {
    case 'minute':
      return `This API key is limited to ${grouped(REQUESTS_PER_MINUTE)} requests per minute.`;
    case 'day':
      return `This API key is limited to ${grouped(REQUESTS_PER_DAY)} requests per 24 hours.`;
    case 'posts':
      return `This API key is limited to ${grouped(POSTS_PER_MINUTE)} posts per minute.`;
    case 'unknown_keys':
      return 'This IP address sent too many unknown API keys.';
    case 'webhook_sends': {
      const { attempts } = THROTTLES.webhookSends;
      return `This endpoint is limited to ${attempts} tests, redeliveries and replays per minute.`;
    }
    case 'person_writes':
      return `You can send at most ${THROTTLES.personWrites.attempts} writes per minute.`;
    case 'person_jes':
      return `You can post at most ${THROTTLES.personJes.attempts} Jes and JesClips per minute.`;
    case 'visitors':
      return 'This IP address sent too many requests without a credential.';
    case 'attempts':
      return 'Too many attempts. Wait before the next one.';
  }
}
