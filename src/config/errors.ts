/**
 * The one code table (contract section 3): the mapper, the documentation and the types derive from it. `title` is the
 * envelope's `error`.
 */
export const ERRORS = {
  authentication_required: { status: 401, title: 'Authentication required' },
  invalid_api_key: { status: 401, title: 'Invalid API key' },
  api_key_revoked: { status: 401, title: 'API key revoked' },
  api_key_expired: { status: 401, title: 'API key expired' },
  invalid_credentials: { status: 401, title: 'Invalid email or password' },
  ip_not_allowed: { status: 403, title: "Request IP is not in this API key's allowlist" },
  https_required: { status: 403, title: 'HTTPS required' },
  account_suspended: { status: 403, title: 'Account suspended' },
  email_unverified: { status: 403, title: 'Email address not confirmed' },
  session_required: { status: 403, title: 'Not available to API keys' },
  cross_site_request: { status: 403, title: 'Cross-site request refused' },
  not_owner: { status: 403, title: 'Not the owner' },
  reauthentication_required: { status: 403, title: 'Password required again' },
  missing_scope: { status: 403, title: 'Missing required scope' },
  rate_limit_exceeded: { status: 429, title: 'Rate limit exceeded' },
  daily_quota_exceeded: { status: 429, title: 'Daily quota exceeded' },
  invalid_request: { status: 400, title: 'Invalid request' },
  invalid_json: { status: 400, title: 'Invalid JSON' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'Not acceptable' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  api_key_limit_reached: { status: 409, title: 'API key limit reached' },
  webhook_limit_reached: { status: 409, title: 'Webhook limit reached' },
  rotation_in_progress: { status: 409, title: 'Rotation in progress' },
  idempotency_in_progress: { status: 409, title: 'Request in progress' },
  already_bounced: { status: 409, title: 'Already bounced' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  internal_error: { status: 500, title: 'Internal error' },
  service_unavailable: { status: 503, title: 'Service unavailable' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;
