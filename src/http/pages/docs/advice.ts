import type { ERRORS, ErrorCode } from '../../../config/errors.ts';

type ErrorStatus = (typeof ERRORS)[ErrorCode]['status'];

/** What a status means here. */
export const STATUSES: Readonly<Record<ErrorStatus, string>> = {
  400: 'The request itself is wrong. Sending it again as it is will not help.',
  401: 'We do not know who is calling. `WWW-Authenticate` comes along.',
  403: 'We know who is calling, and this is not theirs to do.',
  404: 'There is nothing, or nothing that this account may see: the two look the same.',
  405: 'The path exists, the method does not. `Allow` names those that do.',
  406: '`Accept` asks for something other than JSON.',
  409: 'It does not go together with what is there already.',
  413: 'More bytes or files than are taken.',
  415: 'A body or a file of a type that is not taken.',
  422: 'Understood, and contradictory.',
  429: 'Too much in too short a time. `Retry-After` and `retryAfter` say how many seconds to wait; waiting that long works.',
  500: 'Our mistake.',
  503: 'A part of Jestha does not answer. `Retry-After` says when to come again.',
};

/** What whoever meets it should do. */
export const ADVICE: Readonly<Record<ErrorCode, string>> = {
  authentication_required: 'Send the key in the `Authorization` header, or sign in where only people may.',
  invalid_api_key: 'Compare the key with the one you saved: something is missing, added, or it was never one of ours.',
  api_key_revoked: 'Its owner or we ended it. Stop using it and ask its owner for a new one.',
  api_key_expired: 'Its time is over. Generate a new key; one made with no expiry lasts until it is revoked.',
  invalid_credentials: 'Check the e-mail address and the password.',
  ip_not_allowed: 'Call from an allowed address, or generate a key whose [allowlist](#keys) has yours.',
  https_required:
    'Send every request to an address that begins with `https://`. Revoke a key that was sent without: others could read it.',
  account_suspended: 'Stop calling, and tell the owner of the account: only Jestha can lift a suspension.',
  email_unverified: 'Open the link in the mail that came when you signed up. Settings → API access sends it again.',
  session_required: 'Only signed-in people do this, on the pages or with a session cookie.',
  cross_site_request: 'Send it from a server, or from our own pages.',
  not_owner: 'You see it, but it is somebody else’s. Change only what this account posted.',
  reauthentication_required:
    'Send the password to `POST /api/auth/reauthenticate`, then repeat the request. Without a password: sign in again.',
  missing_scope: '`requiredScope` names what is missing. Scopes cannot be added: generate a key that has it.',
  rate_limit_exceeded: 'Wait, then go on. Watch `X-RateLimit-Remaining` to slow down before it comes to this.',
  daily_quota_exceeded: 'The account has created all it may today; it may again after midnight UTC.',
  invalid_request: '`details` names each wrong field and what is wrong with it. Mend those.',
  invalid_json: 'The body does not parse. Let a library write it.',
  not_found: 'Check the path and the id. A Jes may have been deleted, or not be for this account.',
  method_not_allowed: 'Use a method that `Allow` names.',
  not_acceptable: 'Leave `Accept` out, or accept `application/json`.',
  payload_too_large: 'Send less: the message says how much is taken, `details` which file is too large.',
  unsupported_media_type: 'Set `Content-Type`; for files, `details` names the one that is not taken.',
  api_key_limit_reached: 'Revoke a key that is no longer used.',
  webhook_limit_reached: 'Delete an endpoint that is no longer used, or attach this one to another key.',
  rotation_in_progress: 'Wait until the older secret ends, or send `endPrevious` to end it now.',
  idempotency_in_progress: 'Wait `retryAfter` seconds and send the very same request again.',
  already_bounced: 'Nothing to do: it is bounced. To say something about it, send `content`.',
  idempotency_key_reused: 'Take a new `Idempotency-Key` for every new request.',
  internal_error: 'Send it again, with the same `Idempotency-Key`; if it stays, tell us the `requestId`.',
  service_unavailable: 'Wait, then send it again, with the same `Idempotency-Key`. Nothing was half done.',
};
