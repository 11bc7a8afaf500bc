import type { DailyLimit } from '../config/limits.ts';
import type { WindowName } from './limits/index.ts';

/** One thing wrong with a request: where (a path like `content` or `ipAllowlist.2`) and what. */
export interface Detail {
  readonly path: string;
  readonly message: string;
}

/**
 * Why a request is refused, in our words: as rich as the log wants it. `http/problem.ts` turns it into the
 * answer of contract section 3.
 */
export type ErrorReason =
  | { readonly code: 'authentication_required'; readonly by?: 'session' | 'github' }
  | { readonly code: 'invalid_credentials' }
  | { readonly code: 'invalid_api_key'; readonly why: 'malformed' | 'unknown' }
  | { readonly code: 'api_key_revoked' }
  | { readonly code: 'api_key_expired' }
  | { readonly code: 'ip_not_allowed' }
  /** It came over plain http: a call of the API, or a form of a page. */
  | { readonly code: 'https_required'; readonly sent: 'call' | 'form' }
  | { readonly code: 'account_suspended' }
  | { readonly code: 'email_unverified' }
  | { readonly code: 'session_required' }
  | { readonly code: 'cross_site_request' }
  | { readonly code: 'not_owner'; readonly what: 'post' | 'jesclip' }
  | { readonly code: 'reauthentication_required' }
  | { readonly code: 'missing_scope'; readonly requiredScope: string }
  | {
      readonly code: 'rate_limit_exceeded';
      readonly window:
        | WindowName
        | 'unknown_keys'
        | 'attempts'
        | 'visitors'
        | 'webhook_sends'
        | 'person_writes'
        | 'person_jes';
      /** Whole seconds. */
      readonly retryAfter: number;
    }
  | { readonly code: 'daily_quota_exceeded'; readonly limit: DailyLimit; readonly retryAfter: number }
  | { readonly code: 'invalid_request'; readonly details: readonly Detail[] }
  | { readonly code: 'invalid_json' }
  | { readonly code: 'not_found' }
  | { readonly code: 'method_not_allowed'; readonly allow: string }
  | { readonly code: 'not_acceptable' }
  | { readonly code: 'payload_too_large'; readonly maxBytes: number }
  /** A file is too large, or there are too many; the details name it. */
  | { readonly code: 'payload_too_large'; readonly details: readonly Detail[] }
  | { readonly code: 'unsupported_media_type'; readonly accepts: 'json' | 'form' | 'json or form' | 'page form' }
  /** Not the body but a file in it, which the details name. */
  | { readonly code: 'unsupported_media_type'; readonly details: readonly Detail[] }
  | { readonly code: 'api_key_limit_reached' }
  | { readonly code: 'webhook_limit_reached' }
  | { readonly code: 'rotation_in_progress' }
  | { readonly code: 'idempotency_in_progress' }
  | { readonly code: 'idempotency_key_reused' }
  | { readonly code: 'already_bounced' }
  | {
      readonly code: 'service_unavailable';
      readonly why:
        | 'redis'
        | 'neon'
        | 'objects'
        | 'uploads'
        | 'contention'
        | 'script'
        | 'record'
        | 'revocation'
        | 'revocations'
        | 'suspension'
        | 'github';
      /** The state of each part, for a request that asked every part. */
      readonly parts?: Readonly<Record<string, 'ok' | 'unavailable'>>;
    }
  | { readonly code: 'internal_error' };

/** Thrown by verbs; the hot path returns its refusals instead, since a flood of them must cost nothing. */
export class ApiError extends Error {
  override readonly name = 'Refused';
  readonly reason: ErrorReason;

  constructor(reason: ErrorReason) {
    super(reason.code);
    this.reason = reason;
  }
}

/** One field is wrong. @param path where, as in {@link Detail} */
export function invalidField(path: string, message: string): ApiError {
  return new ApiError({ code: 'invalid_request', details: [{ path, message }] });
}
