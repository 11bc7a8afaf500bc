import { signedByGithub } from '../cloud/github.ts';
import { rowsOf } from '../database/database.ts';
import type { Harness, TestKey, TestSession } from './harness.ts';
import { clipForm, multipart, newJesClip } from './jesclips.ts';
import { newForm, signUp } from './people.ts';
import { type Caller, newJehub, newPost } from './posts.ts';
import { NEW_WEBHOOK, newTest, newWebhook, webhooksOf } from './webhooks.ts';

/** A request that succeeds, and its status. */
export interface GoodRequest {
  readonly path: string;
  readonly body?: unknown;
  /** Headers of a form body; a body without headers is JSON. */
  readonly headers?: Record<string, string>;
  readonly status: number;
  /** Headers that sign a body. */
  readonly sign?: (body: string) => Promise<Record<string, string>>;
  /** It is about something of the caller's own. */
  readonly isOwn?: true;
  /** It is about the key that sends it: to another key of the same account it is not there. */
  readonly isOfKey?: true;
}

/** A key that calls. */
type CallerKey = Pick<TestKey, 'key' | 'id'>;

/** For each endpoint that takes a key: a good request of the caller. */
export const GOOD_REQUESTS: Record<string, (harness: Harness, caller: CallerKey) => Promise<GoodRequest>> = {
  'GET /api/auth/me': async () => ({ path: '/api/auth/me', status: 200 }),
  'GET /api/auth/key': async () => ({ path: '/api/auth/key', status: 200 }),
  'GET /api/auth/key/failures': async () => ({ path: '/api/auth/key/failures', status: 200 }),
  'POST /api/posts': async () => ({ path: '/api/posts', body: { content: 'Hello' }, status: 201 }),
  'GET /api/posts/:id': async (harness, caller) => ({ path: await ownPost(harness, caller), status: 200 }),
  'PATCH /api/posts/:id': async (harness, caller) => ({
    path: await ownPost(harness, caller),
    body: { content: 'Hello again' },
    status: 200,
    isOwn: true,
  }),
  'DELETE /api/posts/:id': async (harness, caller) => ({
    path: await ownPost(harness, caller),
    status: 204,
    isOwn: true,
  }),
  'POST /api/posts/:id/bounce': async (harness, caller) => ({
    path: `${await ownPost(harness, caller)}/bounce`,
    body: { content: 'Look' },
    status: 201,
  }),
  'POST /api/posts/:id/comments': async (harness, caller) => ({
    path: `${await ownPost(harness, caller)}/comments`,
    body: { content: 'Hello' },
    status: 201,
  }),
  'GET /api/posts/:id/comments': async (harness, caller) => ({
    path: `${await ownPost(harness, caller)}/comments`,
    status: 200,
  }),
  'POST /api/jesclips': async () => ({ path: '/api/jesclips', ...(await multipart(clipForm())), status: 201 }),
  'GET /api/jesclips/:id': async (harness, caller) => ({ path: await ownClip(harness, caller), status: 200 }),
  'PATCH /api/jesclips/:id': async (harness, caller) => ({
    path: await ownClip(harness, caller),
    body: { caption: 'Hello again' },
    status: 200,
    isOwn: true,
  }),
  'POST /api/jesclips/:id/comments': async (harness, caller) => ({
    path: `${await ownClip(harness, caller)}/comments`,
    body: { content: 'Hello' },
    status: 201,
  }),
  'GET /api/jesclips/:id/comments': async (harness, caller) => ({
    path: `${await ownClip(harness, caller)}/comments`,
    status: 200,
  }),
  'GET /api/auth/api-keys/:id/webhooks': async (_, { id }) => ({ path: webhooksOf(id), status: 200, isOfKey: true }),
  'POST /api/auth/api-keys/:id/webhooks': async (_, { id }) => ({
    path: webhooksOf(id),
    body: NEW_WEBHOOK,
    status: 201,
    isOfKey: true,
  }),
  'GET /api/auth/api-keys/:id/webhooks/:webhookId': async (harness, caller) => ({
    path: await ownWebhook(harness, caller),
    status: 200,
    isOfKey: true,
  }),
  'PATCH /api/auth/api-keys/:id/webhooks/:webhookId': async (harness, caller) => ({
    path: await ownWebhook(harness, caller),
    body: { description: 'Production' },
    status: 200,
    isOfKey: true,
  }),
  'DELETE /api/auth/api-keys/:id/webhooks/:webhookId': async (harness, caller) => ({
    path: await ownWebhook(harness, caller),
    status: 204,
    isOfKey: true,
  }),
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/rotate-secret': async (harness, caller) => ({
    path: `${await ownWebhook(harness, caller)}/rotate-secret`,
    body: { endPrevious: true },
    status: 200,
    isOfKey: true,
  }),
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/test': async (harness, caller) => ({
    path: `${await ownWebhook(harness, caller)}/test`,
    status: 202,
    isOfKey: true,
  }),
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/replay': async (harness, caller) => ({
    path: `${await ownWebhook(harness, caller)}/replay`,
    body: { since: '2026-11-24T00:00:00Z' },
    status: 202,
    isOfKey: true,
  }),
  'GET /api/auth/api-keys/:id/webhooks/:webhookId/deliveries': async (harness, caller) => ({
    path: `${await ownWebhook(harness, caller)}/deliveries`,
    status: 200,
    isOfKey: true,
  }),
  'GET /api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId': async (harness, caller) => ({
    path: await ownDelivery(harness, caller),
    status: 200,
    isOfKey: true,
  }),
  'POST /api/auth/api-keys/:id/webhooks/:webhookId/deliveries/:deliveryId/redeliver': async (harness, caller) => ({
    path: `${await ownDelivery(harness, caller)}/redeliver`,
    status: 202,
    isOfKey: true,
  }),
  'GET /api/auth/api-keys/:id/events': async (_, { id }) => ({
    path: `/api/auth/api-keys/${id}/events`,
    status: 200,
    isOfKey: true,
  }),
};

async function ownWebhook(harness: Harness, caller: CallerKey): Promise<string> {
  return `${webhooksOf(caller.id)}/${(await newWebhook(harness, caller)).id}`;
}

async function ownDelivery(harness: Harness, caller: CallerKey): Promise<string> {
  const path = await ownWebhook(harness, caller);
  return `${path}/deliveries/${(await newTest(harness, caller, path)).id}`;
}

async function ownClip(harness: Harness, caller: Caller): Promise<string> {
  return `/api/jesclips/${(await newJesClip(harness, caller)).id}`;
}

async function ownPost(harness: Harness, caller: Caller): Promise<string> {
  return `/api/posts/${(await newPost(harness, caller)).id}`;
}

/** For each endpoint that takes a session: a good request of the person. */
export const GOOD_SESSION_REQUESTS: Record<string, (harness: Harness, person: TestSession) => Promise<GoodRequest>> = {
  'POST /api/posts/:id/like': async (harness, person) => ({
    path: `${await ownPost(harness, person)}/like`,
    status: 200,
  }),
  'DELETE /api/posts/:id/like': async (harness, person) => ({
    path: await done(harness, person, `${await ownPost(harness, person)}/like`),
    status: 200,
  }),
  'POST /api/posts/:id/save': async (harness, person) => ({
    path: `${await ownPost(harness, person)}/save`,
    status: 200,
  }),
  'DELETE /api/posts/:id/save': async (harness, person) => ({
    path: await done(harness, person, `${await ownPost(harness, person)}/save`),
    status: 200,
  }),
  'POST /api/posts/:id/poll/votes': async (harness, person) => {
    const { id, poll } = await newPost(harness, person, { poll: { options: ['a', 'b'] } });
    return { path: `/api/posts/${id}/poll/votes`, body: { optionIds: [poll?.options[0]?.id] }, status: 200 };
  },
  'POST /api/users/:username/follow': async (harness) => ({
    path: `/api/users/${(await harness.newAccount()).username}/follow`,
    status: 200,
  }),
  'DELETE /api/users/:username/follow': async (harness, person) => ({
    path: await done(harness, person, `/api/users/${(await harness.newAccount()).username}/follow`),
    status: 200,
  }),
  'POST /api/jehubs': async () => ({ path: '/api/jehubs', body: { name: 'Hub' }, status: 201 }),
  'POST /api/jehubs/:id/join': async (harness, person) => ({
    path: `/api/jehubs/${(await newJehub(harness, person, 'Hub')).id}/join`,
    status: 200,
  }),
  'GET /api/auth/sessions': async () => ({ path: '/api/auth/sessions', status: 200 }),
  'DELETE /api/auth/sessions/:id': async (harness, { accountId: id, username }) => ({
    path: `/api/auth/sessions/${(await harness.newSession({ account: { id, username } })).sessionId}`,
    status: 200,
    isOwn: true,
  }),
  'DELETE /api/auth/sessions': async () => ({ path: '/api/auth/sessions', status: 200 }),
  'POST /api/auth/reauthenticate': async (harness, person) => {
    await withPassword(harness, person);
    return { path: '/api/auth/reauthenticate', body: { password: PASSWORD }, status: 200 };
  },
  'POST /api/auth/change-password': async (harness, person) => {
    await withPassword(harness, person);
    const body = { currentPassword: PASSWORD, newPassword: PASSWORD };
    return { path: '/api/auth/change-password', body, status: 200 };
  },
  'GET /api/auth/account/export': async () => ({ path: '/api/auth/account/export', status: 200 }),
  'DELETE /api/auth/account': async (harness, person) => {
    await withPassword(harness, person);
    return { path: '/api/auth/account', body: { password: PASSWORD }, status: 200 };
  },
  'GET /api/auth/api-keys': async () => ({ path: '/api/auth/api-keys', status: 200 }),
  'POST /api/auth/api-keys': async () => ({
    path: '/api/auth/api-keys',
    body: { label: 'Another', scopes: ['write:jes'], acceptTerms: true },
    status: 201,
  }),
  'DELETE /api/auth/api-keys/:id': async (harness, person) => ({
    path: `/api/auth/api-keys/${await ownKey(harness, person)}`,
    status: 200,
    isOwn: true,
  }),
  'GET /api/auth/api-keys/:id/usage': async (harness, person) => ({
    path: `/api/auth/api-keys/${await ownKey(harness, person)}/usage`,
    status: 200,
    isOwn: true,
  }),
  'GET /api/auth/api-keys/:id/failures': async (harness, person) => ({
    path: `/api/auth/api-keys/${await ownKey(harness, person)}/failures`,
    status: 200,
    isOwn: true,
  }),
};

/** Sends the request that a DELETE of the same path undoes. */
async function done(harness: Harness, { cookie }: TestSession, path: string): Promise<string> {
  const { status } = await harness.fetch(path, { method: 'POST', cookie });
  if (status !== 200) throw new Error(`POST ${path} answered ${status}`);
  return path;
}

/** The password that {@link withPassword} sets. */
const PASSWORD = 'correct horse';

let passwordHash: Promise<string> | undefined;

/** Gives the account of a session a password, as sign-up does. */
async function withPassword(harness: Harness, { accountId }: TestSession): Promise<void> {
  // Made once, since it is made to be slow.
  passwordHash ??= harness.run(async ({ ports }) => (await ports.identity).hashPassword(PASSWORD));
  const hash = await passwordHash;
  await rowsOf(
    harness,
    `INSERT INTO credentials (id, account_id, provider, provider_account_id, password_hash, created_at, updated_at)
      VALUES ('${crypto.randomUUID()}', '${accountId}', 'credential', '${accountId}', '${hash}', now(), now())
      ON CONFLICT DO NOTHING`,
  );
}

async function ownKey(harness: Harness, person: TestSession): Promise<string> {
  return (await harness.newKey({ account: { id: person.accountId, username: person.username } })).id;
}

/** A good request for each endpoint that needs no sign-in. */
export const GOOD_VISITOR_REQUESTS: Record<string, (harness: Harness) => Promise<GoodRequest>> = {
  'POST /api/auth/sign-up/email': async () => ({ path: '/api/auth/sign-up/email', body: newForm(), status: 200 }),
  'POST /api/auth/sign-in/email': async (harness) => {
    const { email, password } = await signUp(harness);
    return { path: '/api/auth/sign-in/email', body: { email, password }, status: 200 };
  },
  'POST /api/auth/sign-out': async () => ({ path: '/api/auth/sign-out', status: 200 }),
  'POST /api/key-reports': async (harness) => ({
    path: '/api/key-reports',
    body: { keys: [(await harness.newKey()).key] },
    status: 202,
  }),
  'POST /api/key-reports/github': async (harness) => {
    const body = JSON.stringify([{ token: (await harness.newKey()).key, type: 'jestha_api_key' }]);
    return { path: '/api/key-reports/github', body, sign: signedByGithub, status: 200 };
  },
};

/** The others, which are good as they are. */
export const PUBLIC_PATHS = ['/healthz', '/readyz', '/openapi.json'];

/** A good request for each endpoint that takes JSON, with a caller that may send it. */
export async function goodJsonRequests(harness: Harness) {
  const person = await harness.newSession();
  const requests = [
    ...(await Promise.all(
      Object.entries(GOOD_REQUESTS).map(async ([route, make]) => {
        const key = await harness.newKey();
        return { route, ...(await make(harness, key)), key: key.key };
      }),
    )),
    ...(await Promise.all(
      Object.entries(GOOD_SESSION_REQUESTS).map(async ([route, make]) => ({
        route,
        ...(await make(harness, person)),
        cookie: person.cookie,
      })),
    )),
    ...(await Promise.all(
      Object.entries(GOOD_VISITOR_REQUESTS).map(async ([route, make]) => ({ route, ...(await make(harness)) })),
    )),
  ];
  return requests.filter(({ body, sign }) => body !== undefined && !sign && !(body instanceof Uint8Array));
}
