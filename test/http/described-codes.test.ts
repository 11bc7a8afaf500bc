import { beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/config/errors.ts';
import { ERRORS } from '../../src/config/errors.ts';
import { suspendAccount } from '../../src/domain/suspension/index.ts';
import type { Endpoint } from '../../src/http/api/endpoint.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { codesOf } from '../../src/http/openapi/codes.ts';
import type { Operation } from '../../src/http/openapi/operation.ts';
import { OPERATIONS } from '../../src/http/openapi/operations.ts';
import {
  GOOD_REQUESTS,
  GOOD_SESSION_REQUESTS,
  GOOD_VISITOR_REQUESTS,
  type GoodRequest,
} from '../support/app/good-requests.ts';
import { Harness, type TestKey, type TestRequest, type TestSession } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { newAddress } from '../support/app/people.ts';
import { newWebhook } from '../support/app/webhooks.ts';
import { claims, posts, rowsOf } from '../support/database/database.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const DAY_MS = 86_400_000;

/** Keys that every endpoint refuses; one of each is enough. */
interface BadKeys {
  readonly revoked: string;
  readonly expired: string;
  /** A key of a suspended account. */
  readonly suspended: string;
  /** May be used from elsewhere only. */
  readonly fenced: string;
  /** Has spent its minute. */
  readonly spent: string;
  /** Has the scope `webhooks:manage` alone. */
  readonly webhooks: string;
  /** Has another one alone. */
  readonly jes: string;
}

let bad: BadKeys;
beforeAll(async () => {
  const harness = new Harness();
  harness.now = NOW - 31 * DAY_MS;
  const expired = await harness.newKey({ expiresInDays: 30 });
  harness.now = NOW;
  const revoked = await harness.newKey();
  await harness.revoke(revoked);
  const suspended = await harness.newKey();
  await harness.run((ctx) => suspendAccount(ctx, suspended.accountId));
  const fenced = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'] });
  const webhooks = await harness.newKey({ scopes: ['webhooks:manage'] });
  const jes = await harness.newKey({ scopes: ['write:jes'] });
  const spent = await harness.newKey();
  await harness.spendMinute(spent.key);
  bad = {
    suspended: suspended.key,
    revoked: revoked.key,
    expired: expired.key,
    fenced: fenced.key,
    spent: spent.key,
    webhooks: webhooks.key,
    jes: jes.key,
  };
});

/** An endpoint, a caller that may use it, and a good request of theirs. */
interface Stage {
  readonly endpoint: Endpoint;
  readonly operation: Operation;
  readonly harness: Harness;
  readonly key: TestKey;
  readonly person: TestSession;
  readonly good: GoodRequest;
  /** The credential that the endpoint asks for. */
  readonly credential: Pick<TestRequest, 'key' | 'cookie'>;
  /** The good request, with some fields replaced. */
  send(options?: TestRequest & { readonly path?: string; readonly from?: Harness }): Promise<Response>;
}

async function setUp(endpoint: Endpoint): Promise<Stage> {
  const harness = new Harness();
  harness.now = NOW;
  const key = await harness.newKey();
  const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
  const name = `${endpoint.method} ${endpoint.path}`;
  const good =
    (await GOOD_REQUESTS[name]?.(harness, key)) ??
    (await GOOD_SESSION_REQUESTS[name]?.(harness, person)) ??
    (await GOOD_VISITOR_REQUESTS[name]?.(harness)) ??
    ({ path: endpoint.path, status: 200 } satisfies GoodRequest);
  const credential = endpoint.access === 'caller' ? { key: key.key } : { cookie: person.cookie };
  const address = newAddress();
  return {
    endpoint,
    operation: OPERATIONS[endpoint.operationId],
    harness,
    key,
    person,
    good,
    credential,
    send: async ({ path = good.path, from = harness, headers, ...options } = {}) => {
      const body = 'body' in options ? options.body : good.body;
      const signature = await good.sign?.(String(body));
      return await from.fetch(path, {
        method: endpoint.method,
        address,
        ...options,
        body,
        headers: { ...good.headers, ...signature, ...headers },
      });
    },
  };
}

/** Ways to get a code; each one must produce it. */
type Recipe = (stage: Stage) => readonly (() => Promise<Response>)[];

const withKey =
  (name: keyof BadKeys): Recipe =>
  ({ send }) => [() => send({ key: bad[name] })];

const withHeaders =
  (headers: Record<string, string>): Recipe =>
  ({ send, credential }) => [() => send({ ...credential, headers })];

const withBody =
  (body: string, headers: Record<string, string> = {}): Recipe =>
  ({ send, credential }) => [() => send({ ...credential, body, headers })];

const RECIPES: { readonly [C in ErrorCode]?: Recipe } = {
  authentication_required: ({ send, good }) => [
    () => send(good.sign ? { headers: { 'Github-Public-Key-Signature': 'AAAA' } } : {}),
  ],
  invalid_api_key: ({ send }) => [() => send({ key: 'jes_live_short' })],
  api_key_revoked: withKey('revoked'),
  api_key_expired: withKey('expired'),
  https_required: ({ send, credential }) => [() => send({ ...credential, origin: 'http://api.jestha.com' })],
  ip_not_allowed: withKey('fenced'),
  missing_scope: (stage) => {
    const isOfWebhooks = 'scope' in stage.endpoint && stage.endpoint.scope === 'webhooks:manage';
    return withKey(isOfWebhooks ? 'jes' : 'webhooks')(stage);
  },
  rate_limit_exceeded: (stage) =>
    stage.endpoint.access === 'public' ? [() => stage.send({ from: refusingVisitors })] : withKey('spent')(stage),
  session_required: ({ send, key }) => [() => send({ key: key.key })],
  cross_site_request: ({ send, person }) => [
    () => send({ cookie: person.cookie, headers: { 'Sec-Fetch-Site': 'cross-site' } }),
  ],
  not_acceptable: withHeaders({ Accept: 'text/html' }),
  invalid_request: ({ send, credential, good, operation }) => [
    ...(operation.isRepeatable ? [() => send({ ...credential, headers: { 'Idempotency-Key': 'a b' } })] : []),
    ...(operation.body ? [() => send({ ...credential, body: operation.body?.json ? '[]' : 'no form' })] : []),
    ...Object.keys(operation.query?.shape ?? {}).map(
      (name) => () => send({ ...credential, path: `${good.path}?${name}=none` }),
    ),
  ],
  invalid_json: withBody('{'),
  payload_too_large: ({ send, credential, operation, endpoint }) => [
    () =>
      send({
        ...credential,
        body: new Uint8Array((endpoint.path.endsWith('/github') ? 1.1 : operation.body?.json ? 0.2 : 9) * 1024 * 1024),
      }),
  ],
  unsupported_media_type: withBody('x', { 'Content-Type': 'text/plain' }),
  not_found: ({ send, credential, good }) => [
    () => send({ ...credential, path: good.path.replace(/[0-7][0-9A-HJKMNP-TV-Z]{25}|(?<=users\/)\w+/, unknownIn) }),
    () => send({ ...credential, path: good.path.replace(/[0-7][0-9A-HJKMNP-TV-Z]{25}|(?<=users\/)\w+/, '!') }),
  ],
  not_owner: ({ send, harness }) => [async () => send({ key: (await harness.newKey()).key })],
  idempotency_key_reused: ({ send, credential, good }) => [
    async () => {
      const once = { ...credential, headers: { 'Idempotency-Key': 'k' } };
      await expectStatus(await send(once), good.status);
      if (!good.headers) return await send({ ...once, body: `${JSON.stringify(good.body)} ` });
      const { body, headers } = await multipart(clipForm({ caption: 'Another' }));
      return await send({ ...once, body, headers: { ...once.headers, ...headers } });
    },
  ],
  idempotency_in_progress: ({ send, credential, good, harness, key }) => [
    async () => {
      const once = { ...credential, headers: { 'Idempotency-Key': 'k' } };
      await expectStatus(await send(once), good.status);
      // A retry whose first request is in progress: the claim exists, and its answer does not. A form asks for the
      // claim before it is read, too.
      const answerIsRead = { kind: 'hang', match: 'select \\"fingerprint\\"' } as const;
      await harness.neon.setFaults(answerIsRead);
      const second = send(once);
      await harness.neon.untilHeld();
      if (good.headers) {
        await harness.neon.setFaults(answerIsRead);
        await harness.neon.untilHeld();
      }
      await claims.forget(harness, key.accountId);
      await harness.neon.setFaults();
      return await second;
    },
  ],
  daily_quota_exceeded: ({ send, credential, harness, key }) => [
    async () => {
      await posts.setToday(harness, key.accountId, '2026-11-24', {
        creations: 1_000,
        jehubs: 10,
        follows: 400,
        keys: 100,
      });
      return await send(credential);
    },
  ],
  already_bounced: ({ send, credential }) => [
    async () => {
      await expectStatus(await send({ ...credential, body: '{}' }), 201);
      return await send({ ...credential, body: '{}' });
    },
  ],
  api_key_limit_reached: ({ send, credential, harness, key }) => [
    async () => {
      const account = { id: key.accountId, username: key.username };
      for (let i = 0; i < 4; i++) await harness.newKey({ account });
      return await send(credential);
    },
  ],
  webhook_limit_reached: ({ send, credential, harness, key }) => [
    async () => {
      for (let i = 0; i < 5; i++) await newWebhook(harness, key);
      return await send(credential);
    },
  ],
  rotation_in_progress: ({ send, credential }) => [
    async () => {
      await expectStatus(await send({ ...credential, body: '{}' }), 200);
      return await send({ ...credential, body: '{}' });
    },
  ],
  account_suspended: withKey('suspended'),
  email_unverified: ({ send, credential, harness, key }) => [
    async () => {
      await rowsOf(harness, `UPDATE accounts SET email_verified = false WHERE id = '${key.accountId}'`);
      return await send(credential);
    },
  ],
  reauthentication_required: ({ send, credential, harness, person, good }) => [
    async () => {
      const isOld = `created_at = created_at - interval '13 hours'`;
      await rowsOf(harness, `UPDATE sessions SET ${isOld} WHERE id = '${person.sessionId}'`);
      const { password: _, ...body } = good.body as Record<string, unknown>;
      return await send({ ...credential, body });
    },
  ],
  invalid_credentials: ({ send, good }) => [
    () => send({ body: { ...(good.body as object), password: 'another horse' } }),
  ],
  service_unavailable: ({ send, credential, harness }) => [
    async () => {
      await harness.neon.setFaults({ kind: 'refuse' });
      await harness.upstash.setFaults({ kind: 'refuse' });
      return await send(credential);
    },
  ],
  internal_error: ({ send, credential }) => [
    () => send({ ...credential, from: new Harness({ UPSTASH_REDIS_REST_URL: 'not a url' }) }),
  ],
};

/** An id or a username that does not exist. */
const unknownIn = (known: string) => (known.length === 26 ? '01HK153X000000000000000000' : 'nobody_at_all');

async function expectStatus(response: Response, status: number): Promise<void> {
  expect([response.status, await response.text()]).toEqual([status, expect.any(String)]);
}

/** Its binding has counted too many. */
const refusingVisitors = new Harness({ VISITOR_LIMITER: { limit: async () => ({ success: false }) } });

/** Recipes that leave traces which another recipe would run into. */
const LEAVING: readonly ErrorCode[] = [
  'idempotency_key_reused',
  'idempotency_in_progress',
  'daily_quota_exceeded',
  'already_bounced',
  'api_key_limit_reached',
  'webhook_limit_reached',
  'rotation_in_progress',
  'email_unverified',
  'reauthentication_required',
  'service_unavailable',
];

describe('every endpoint', () => {
  test.each(
    ENDPOINTS.map((endpoint) => [endpoint.operationId, endpoint] as const),
  )('%s returns every code that its description lists, and succeeds as described', async (_, endpoint) => {
    const stage = await setUp(endpoint);
    const { operation, good, credential } = stage;
    for (const code of codesOf(endpoint, operation)) {
      const ways = RECIPES[code]?.(LEAVING.includes(code) ? await setUp(endpoint) : stage) ?? [];
      expect([code, ways.length]).not.toEqual([code, 0]);
      for (const meet of ways) {
        const response = await meet();
        const body = (await response.json()) as { code?: string; message?: string };
        expect([code, response.status, body.code], body.message).toEqual([code, ERRORS[code].status, code]);
      }
    }
    expect(good.status).toBe(operation.answer.status);
    await expectStatus(await stage.send(credential), good.status);
  });
});
