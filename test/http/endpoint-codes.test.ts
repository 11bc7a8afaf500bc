import { beforeAll, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/config/errors.ts';
import { ERRORS } from '../../src/config/errors.ts';
import type { Endpoint } from '../../src/http/api/endpoint.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { codesOf } from '../../src/http/openapi/codes.ts';
import { OPERATIONS } from '../../src/http/openapi/operations.ts';
import {
  GOOD_REQUESTS,
  GOOD_SESSION_REQUESTS,
  GOOD_VISITOR_REQUESTS,
  type GoodRequest,
  PUBLIC_PATHS,
} from '../support/app/good-requests.ts';
import { answerOf } from '../support/app/harness.ts';
import { KEYED, makeRefused, type Refused, setUp, WAYS } from '../support/app/ways-to-codes.ts';

/** The codes that an endpoint is asked for: those that its description lists, and what any other method gets. */
const askedOf = (endpoint: Endpoint): readonly ErrorCode[] => [
  ...codesOf(endpoint, OPERATIONS[endpoint.operationId]),
  'method_not_allowed',
];

/** What any key can meet. */
const OF_A_KEY = [
  'invalid_api_key',
  'api_key_revoked',
  'api_key_expired',
  'account_suspended',
  'ip_not_allowed',
  'rate_limit_exceeded',
] as const;
const OF_ALL = ['https_required', 'not_acceptable', 'internal_error', 'service_unavailable'] as const;

const OWED = {
  caller: ['authentication_required', ...OF_A_KEY, ...OF_ALL],
  session: ['authentication_required', 'session_required', ...OF_A_KEY, ...OF_ALL],
  visitor: ['session_required', ...OF_A_KEY, ...OF_ALL],
  public: ['https_required'],
} as const satisfies Record<Endpoint['access'], readonly ErrorCode[]>;

/**
 * Answers whose repetition under an Idempotency-Key would show a key or a secret twice, or which repeat themselves by
 * nature; and what asks for a password, which no stored answer may stand for.
 */
const NOT_REPLAYED = [
  'POST /api/auth/api-keys',
  'DELETE /api/auth/api-keys/:id',
  'DELETE /api/auth/sessions/:id',
  'DELETE /api/auth/sessions',
  'POST /api/auth/reauthenticate',
  'POST /api/auth/change-password',
  'DELETE /api/auth/account',
  'POST /api/auth/api-keys/:id/webhooks',
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/rotate-secret',
];

const nameOf = ({ method, path }: Endpoint) => `${method} ${path}`;

const isRepeatable = (endpoint: Endpoint) =>
  endpoint.method !== 'GET' &&
  (endpoint.access === 'caller' || endpoint.access === 'session') &&
  !NOT_REPLAYED.includes(nameOf(endpoint));

/** The codes that an endpoint owes by the contract (section 3), whatever its description says. */
function owedBy(endpoint: Endpoint, good: GoodRequest): readonly ErrorCode[] {
  const { access, method, path } = endpoint;
  const codes: ErrorCode[] = [...OWED[access], 'method_not_allowed'];
  if (access !== 'public' && method !== 'GET') codes.push('cross_site_request');
  if ('scope' in endpoint && endpoint.scope) codes.push('missing_scope');
  if (path.includes('/:id')) codes.push('not_found');
  if (good.isOwn) codes.push(access === 'caller' ? 'not_owner' : 'not_found');
  if (good.body !== undefined) codes.push('invalid_request', 'payload_too_large', 'unsupported_media_type');
  if (good.body !== undefined && !good.headers) codes.push('invalid_json');
  if (isRepeatable(endpoint)) codes.push('invalid_request', 'idempotency_in_progress');
  if (isRepeatable(endpoint) && good.body !== undefined) codes.push('idempotency_key_reused');
  return codes;
}

/** Codes whose ways leave something behind that another way would meet. */
const LEAVING: readonly ErrorCode[] = [
  'daily_quota_exceeded',
  'already_bounced',
  'api_key_limit_reached',
  'webhook_limit_reached',
  'rotation_in_progress',
  'email_unverified',
  'reauthentication_required',
];

/** Codes that only a repeated write meets. The second takes the answer of the first away, so it comes last. */
const OF_REPEATS: readonly ErrorCode[] = ['idempotency_key_reused', 'idempotency_in_progress'];

let refused: Refused;
beforeAll(async () => {
  refused = await makeRefused();
});

test('every endpoint stands in this suite', () => {
  const names = (access: Endpoint['access']) =>
    ENDPOINTS.filter((one) => one.access === access)
      .map(nameOf)
      .sort();
  expect(Object.keys(GOOD_REQUESTS).sort()).toEqual(names('caller'));
  expect(Object.keys(GOOD_SESSION_REQUESTS).sort()).toEqual(names('session'));
  expect(Object.keys(GOOD_VISITOR_REQUESTS).sort()).toEqual(names('visitor'));
  expect(PUBLIC_PATHS.map((path) => `GET ${path}`).sort()).toEqual(names('public'));
});

test('every code of the table has an endpoint that is asked for it', () => {
  expect([...new Set(ENDPOINTS.flatMap(askedOf))].sort()).toEqual(Object.keys(ERRORS).sort());
});

test.each(
  ENDPOINTS.map((endpoint) => [nameOf(endpoint), endpoint] as const),
)('%s returns every code that it owes and that is described, and succeeds as described', async (_, endpoint) => {
  const stage = await setUp(endpoint);
  const { operation, good, credential } = stage;
  const asked = askedOf(endpoint);
  expect(asked).toEqual(expect.arrayContaining([...owedBy(endpoint, good)]));

  const expectCode = async (code: ErrorCode, from: typeof stage) => {
    const ways = WAYS[code](from, refused);
    expect([code, ways.length]).not.toEqual([code, 0]);
    for (const meet of ways) {
      const { status, body } = await answerOf(await meet());
      expect({ status, body }).toMatchObject({ status: ERRORS[code].status, body: { code } });
    }
  };
  for (const code of asked) {
    if (!OF_REPEATS.includes(code)) await expectCode(code, LEAVING.includes(code) ? await setUp(endpoint) : stage);
  }
  expect(good.status).toBe(operation.answer.status);
  await expect(await stage.send(credential)).toHaveStatus(good.status);

  expect(operation.isRepeatable ?? false).toBe(isRepeatable(endpoint));
  if (!isRepeatable(endpoint)) return;
  const repeated = await setUp(endpoint);
  const keyed = async () => {
    const response = await repeated.send({ ...repeated.credential, ...KEYED });
    return [response.status, response.headers.get('Idempotent-Replayed'), await response.text()];
  };
  const first = await keyed();
  expect(first).toEqual([good.status, null, expect.any(String)]);
  expect(await keyed()).toEqual([good.status, 'true', first[2]]);
  for (const code of OF_REPEATS) if (asked.includes(code)) await expectCode(code, repeated);
});
