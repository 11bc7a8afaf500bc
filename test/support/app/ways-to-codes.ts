import { expect } from 'vitest';
import type { ErrorCode } from '../../../src/config/errors.ts';
import { suspendAccount } from '../../../src/domain/suspension/index.ts';
import type { Endpoint } from '../../../src/http/api/endpoint.ts';
import type { Operation } from '../../../src/http/openapi/operation.ts';
import { OPERATIONS } from '../../../src/http/openapi/operations.ts';
import { claims, endSession, posts, rowsOf } from '../database/database.ts';
import { GOOD_REQUESTS, GOOD_SESSION_REQUESTS, GOOD_VISITOR_REQUESTS, type GoodRequest } from './good-requests.ts';
import { Harness, type TestKey, type TestRequest, type TestSession } from './harness.ts';
import { clipForm, multipart } from './jesclips.ts';
import { newAddress } from './people.ts';
import { newWebhook } from './webhooks.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const DAY_MS = 86_400_000;

/** An endpoint, a caller that may use it, and a good request of theirs. */
export interface Stage {
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

export async function setUp(endpoint: Endpoint): Promise<Stage> {
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

/** Headers of a write that may be repeated. */
export const KEYED = { headers: { 'Idempotency-Key': 'k' } };

/** Callers and apps that meet the same refusal at every endpoint; one of each is enough for all. */
export interface Refused {
  readonly revoked: string;
  /** Was revoked when it had expired. */
  readonly revokedLate: string;
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
  /** A key and a session of an account that has nothing. */
  readonly stranger: { readonly key: string; readonly cookie: string };
  /** The cookie of a session that was ended. */
  readonly ended: string;
  /** Both stores are away. */
  readonly withoutStores: Harness;
  /** Its configuration is not usable. */
  readonly misconfigured: Harness;
  /** Its binding has counted too many visitors. */
  readonly crowded: Harness;
}

export async function makeRefused(): Promise<Refused> {
  const harness = new Harness();
  harness.now = NOW - 31 * DAY_MS;
  const expired = await harness.newKey({ expiresInDays: 30 });
  const revokedLate = await harness.newKey({ expiresInDays: 30 });
  harness.now = NOW;
  await harness.revoke(revokedLate);
  const revoked = await harness.newKey();
  await harness.revoke(revoked);
  const suspended = await harness.newKey();
  await harness.run((ctx) => suspendAccount(ctx, suspended.accountId));
  const fenced = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'] });
  const webhooks = await harness.newKey({ scopes: ['webhooks:manage'] });
  const jes = await harness.newKey({ scopes: ['write:jes'] });
  const spent = await harness.newKey();
  await harness.spendMinute(spent.key);
  const ended = await harness.newSession();
  await endSession(harness, ended);
  const withoutStores = new Harness();
  await withoutStores.neon.setFaults({ kind: 'refuse' });
  await withoutStores.upstash.setFaults({ kind: 'refuse' });
  return {
    suspended: suspended.key,
    revoked: revoked.key,
    revokedLate: revokedLate.key,
    expired: expired.key,
    fenced: fenced.key,
    spent: spent.key,
    webhooks: webhooks.key,
    jes: jes.key,
    stranger: { key: (await harness.newKey()).key, cookie: (await harness.newSession()).cookie },
    ended: ended.cookie,
    withoutStores,
    misconfigured: new Harness({ UPSTASH_REDIS_REST_URL: 'not a url' }),
    crowded: new Harness({ VISITOR_LIMITER: { limit: async () => ({ success: false }) } }),
  };
}

/** Ways to a code; each of them must lead there. */
type Ways = (stage: Stage, refused: Refused) => readonly (() => Promise<Response>)[];

const byKeys =
  (...names: readonly ('revoked' | 'revokedLate' | 'expired' | 'suspended' | 'fenced' | 'spent')[]): Ways =>
  ({ send }, refused) =>
    names.map((name) => () => send({ key: refused[name] }));

/** Ways to every code of the contract, for an endpoint that has it. */
export const WAYS: { readonly [C in ErrorCode]: Ways } = {
  authentication_required: ({ send, endpoint, good, person }, { ended }) => {
    if (good.sign) return [() => send({ headers: { 'Github-Public-Key-Signature': 'AAAA' } })];
    if (endpoint.access === 'caller') return [() => send()];
    return [() => send(), () => send({ cookie: `${person.cookie.slice(0, -3)}xyz` }), () => send({ cookie: ended })];
  },
  // A bearer credential decides alone.
  invalid_api_key: ({ send, person }) => [
    () => send({ key: 'jes_live_short' }),
    () => send({ key: 'jes_live_short', cookie: person.cookie }),
  ],
  api_key_revoked: byKeys('revoked', 'revokedLate'),
  api_key_expired: byKeys('expired'),
  account_suspended: byKeys('suspended'),
  https_required: ({ send, credential }) => [() => send({ ...credential, origin: 'http://api.jestha.com' })],
  ip_not_allowed: byKeys('fenced'),
  missing_scope: ({ send, endpoint }, { jes, webhooks }) => {
    const isOfWebhooks = 'scope' in endpoint && endpoint.scope === 'webhooks:manage';
    return [() => send({ key: isOfWebhooks ? jes : webhooks })];
  },
  rate_limit_exceeded: (stage, refused) =>
    stage.endpoint.access === 'public'
      ? [() => stage.send({ from: refused.crowded })]
      : byKeys('spent')(stage, refused),
  // The type of the caller is checked before its site: no other site can make a browser send an API key.
  session_required: ({ send, key: { key }, person: { cookie }, endpoint }) => [
    () => send({ key }),
    () => send({ key, cookie }),
    ...(endpoint.method === 'GET' ? [] : [() => send({ key, cookie, headers: CROSS_SITE })]),
  ],
  cross_site_request: ({ send, person: { cookie } }) => [() => send({ cookie, headers: CROSS_SITE })],
  not_acceptable: ({ send, credential }) => [() => send({ ...credential, headers: { Accept: 'text/html' } })],
  method_not_allowed: ({ send, credential }) => [() => send({ ...credential, method: 'PUT' })],
  invalid_request: ({ send, credential, good, operation: { isRepeatable, body, query } }) => [
    ...(isRepeatable ? [() => send({ ...credential, headers: { 'Idempotency-Key': 'a b' } })] : []),
    ...(body?.json ? [() => send({ ...credential, body: '[]' })] : []),
    ...(body && !body.json
      ? [
          () => send({ ...credential, body: 'no form' }),
          () => send({ ...credential, body: '--y', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }),
        ]
      : []),
    ...Object.keys(query?.shape ?? {}).map((name) => () => send({ ...credential, path: `${good.path}?${name}=none` })),
  ],
  invalid_json: ({ send, credential }) => [() => send({ ...credential, body: '{' })],
  payload_too_large: ({ send, credential, endpoint, operation }) => {
    const kib = endpoint.path.endsWith('/github') ? 1_024 : operation.body?.json ? 128 : 9 * 1_024;
    return [() => send({ ...credential, body: ' '.repeat(kib * 1_024 + 1) })];
  },
  unsupported_media_type: ({ send, credential, operation }) => [
    () => send({ ...credential, body: 'x', headers: { 'Content-Type': 'text/plain' } }),
    ...(operation.body?.json
      ? []
      : [() => send({ ...credential, body: '{}', headers: { 'Content-Type': 'application/json' } })]),
  ],
  not_found: ({ send, credential, endpoint, good }, { stranger }) => [
    () => send({ ...credential, path: good.path.replace(NAMED, unknownIn) }),
    () => send({ ...credential, path: good.path.replace(NAMED, '!') }),
    ...(good.isOfKey ? [() => send({ key: stranger.key })] : []),
    ...(good.isOwn && endpoint.access === 'session' ? [() => send({ cookie: stranger.cookie })] : []),
  ],
  not_owner: ({ send }, { stranger }) => [() => send({ key: stranger.key })],
  idempotency_key_reused: ({ send, credential, good }) => [
    async () => {
      if (!good.headers) return await send({ ...credential, ...KEYED, body: `${JSON.stringify(good.body)} ` });
      const { body, headers } = await multipart(clipForm({ caption: 'Another' }));
      return await send({ ...credential, body, headers: { ...KEYED.headers, ...headers } });
    },
  ],
  idempotency_in_progress: ({ send, credential, good, harness, key }) => [
    async () => {
      // A retry whose first request is in progress: the claim exists, and its answer does not. A form asks for the
      // claim before it is read, too.
      const answerIsRead = { kind: 'hang', match: 'select \\"fingerprint\\"' } as const;
      await harness.neon.setFaults(answerIsRead);
      const second = send({ ...credential, ...KEYED });
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
      await expect(await send({ ...credential, body: '{}' })).toHaveStatus(201);
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
      await expect(await send({ ...credential, body: '{}' })).toHaveStatus(200);
      return await send({ ...credential, body: '{}' });
    },
  ],
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
  service_unavailable: ({ send, credential }, { withoutStores }) => [
    () => send({ ...credential, from: withoutStores }),
  ],
  internal_error: ({ send, credential }, { misconfigured }) => [() => send({ ...credential, from: misconfigured })],
};

const CROSS_SITE = { 'Sec-Fetch-Site': 'cross-site' };

/** The id or the username in a path. */
const NAMED = /[0-7][0-9A-HJKMNP-TV-Z]{25}|(?<=users\/)\w+/;

/** An id or a username that does not exist. */
const unknownIn = (known: string) => (known.length === 26 ? '01HK153X000000000000000000' : 'nobody_at_all');
