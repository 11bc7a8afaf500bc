import type { ErrorCode } from '../../config/errors.ts';
import type { Endpoint } from '../api/endpoint.ts';
import type { Operation } from './operation.ts';

/** The refusals of a bearer key that come before any check of the request itself (contract section 3). */
const OF_A_KEY = [
  'invalid_api_key',
  'api_key_revoked',
  'api_key_expired',
  'account_suspended',
  'ip_not_allowed',
  'rate_limit_exceeded',
] as const satisfies readonly ErrorCode[];

const OF_ANY = ['not_acceptable', 'internal_error', 'service_unavailable'] as const satisfies readonly ErrorCode[];

/**
 * Every code with which an endpoint may refuse: those of its route and its operation, and those that it names itself.
 */
export function codesOf(endpoint: Endpoint, operation: Operation): readonly ErrorCode[] {
  const codes: ErrorCode[] = [
    'https_required',
    ...ofAccess(endpoint),
    ...ofInput(operation),
    ...(operation.errors ?? []),
  ];
  return [...new Set(codes)].sort();
}

function ofAccess(endpoint: Endpoint): readonly ErrorCode[] {
  const ofCookie: readonly ErrorCode[] = endpoint.method === 'GET' ? [] : ['cross_site_request'];
  switch (endpoint.access) {
    case 'public':
      return endpoint.needsNoConfiguration ? [] : ['rate_limit_exceeded'];
    case 'caller': {
      const ofScope: readonly ErrorCode[] = endpoint.scope ? ['missing_scope'] : [];
      return ['authentication_required', ...OF_A_KEY, ...ofScope, ...ofCookie, ...OF_ANY];
    }
    case 'session':
      return ['authentication_required', ...OF_A_KEY, 'session_required', ...ofCookie, ...OF_ANY];
    case 'visitor':
      return [...OF_A_KEY, 'session_required', ...ofCookie, ...OF_ANY];
  }
}

function ofInput({ params, query, body, isRepeatable }: Operation): readonly ErrorCode[] {
  const codes: ErrorCode[] = [];
  if (params) codes.push('not_found');
  if (query || body || isRepeatable) codes.push('invalid_request');
  if (body?.json) codes.push('invalid_json');
  if (body) codes.push('payload_too_large', 'unsupported_media_type');
  if (isRepeatable) codes.push('idempotency_in_progress');
  // Without a body there is no other request under the same key.
  if (isRepeatable && body) codes.push('idempotency_key_reused');
  return codes;
}
