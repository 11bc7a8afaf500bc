import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DB_FUNCTIONS } from '../../src/build/db-functions.ts';
import { proveByProvider } from '../../src/domain/ownership/index.ts';
import { submit } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { confirmEmail, mailsTo, newAddress, newPerson, requestReset, signUp, tokenIn } from '../support/app/people.ts';
import { as, type Caller, newComment, newJehub, newPost } from '../support/app/posts.ts';
import { file, pathOf, upload } from '../support/app/uploads.ts';
import { localHarness, newWebhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';
import { servicesOfProcess } from '../support/database/services.ts';

interface Statement {
  readonly query: string;
  readonly params: readonly (string | null)[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Loops'?: number;
  readonly Plans?: readonly Plan[];
}

const realFetch = globalThis.fetch;
let sent: Statement[] = [];

/** Records the statements that the Worker, which runs in this very isolate, sends to Neon. */
async function listeningFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  if (String(input).endsWith('/sql') && typeof init?.body === 'string') {
    const body = JSON.parse(init.body) as Statement | { queries: Statement[] };
    sent.push(...('queries' in body ? body.queries : [body]));
  }
  return await realFetch(input, init);
}

beforeEach(() => {
  sent = [];
  globalThis.fetch = listeningFetch;
});

afterEach(() => {
  globalThis.fetch = realFetch;
});

/**
 * The plans of statements, by a planner that reads a table from end to end only where no index helps: in the small
 * tables of a test it would otherwise join by hashing or merging them whole.
 */
async function plansOf(statements: readonly Statement[]): Promise<Plan[]> {
  const off = ['seqscan', 'hashjoin', 'mergejoin'].map((way) => `set_config('enable_${way}', 'off', true)`);
  return await explain('FORMAT JSON', statements, [`SELECT ${off.join(', ')}`]);
}

/** The plan of a statement as it is run here, which is run. */
async function analyzedPlanOf(statement: Statement): Promise<Plan | undefined> {
  return (await explain('ANALYZE, FORMAT JSON', [statement]))[0];
}

/** @param settings statements of the same transaction that come first */
async function explain(
  options: string,
  statements: readonly Statement[],
  settings: readonly string[] = [],
): Promise<Plan[]> {
  const { neon, secret } = servicesOfProcess();
  const explained = statements.map(({ query, params }) => ({
    query: `EXPLAIN (${options}) ${withBodies(query)}`,
    params,
  }));
  const queries = [...settings.map((query) => ({ query, params: [] })), ...explained];
  const response = await realFetch(`${neon}/sql`, {
    method: 'POST',
    headers: {
      'Neon-Connection-String': `postgres://jestha:${secret}@localhost/jestha`,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    body: JSON.stringify({ queries }),
  });
  await expect(response).toHaveStatus(200);
  const text = await response.text();
  const { results } = JSON.parse(text) as { results: { rows: string[][] }[] };
  return results.slice(settings.length).map(({ rows }) => {
    const [{ Plan: plan }] = JSON.parse(rows[0]?.[0] ?? '') as [{ Plan: Plan }];
    return plan;
  });
}

/** The statement with the queries of our functions in place of their calls, whose plans EXPLAIN does not show. */
function withBodies(statement: string): string {
  return DB_FUNCTIONS.reduce(
    (query, { name, body }) =>
      query.replaceAll(new RegExp(`\\b${name}\\(([^)]*)\\)`, 'g'), (_, list: string) => {
        const values = list.split(', ');
        return `(${body.replaceAll(/\$(\d+)/g, (_, place: string) => `(${values[Number(place) - 1]})`)})`;
      }),
    statement,
  );
}

/** Reads of a table from end to end, and of an index without a condition, which is the same. */
function fullReads(plan: Plan): string[] {
  const { 'Node Type': type, 'Relation Name': relation = '', Plans: plans = [] } = plan;
  const isFull = type === 'Seq Scan' || (/Index.* Scan/.test(type) && plan['Index Cond'] === undefined);
  return [...(isFull ? [`${type} of ${relation}`] : []), ...plans.flatMap(fullReads)];
}

describe('on the path of a request', () => {
  test('every statement finds its rows by an index', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const [key, person, other] = [
      await harness.newKey({ account }),
      await harness.newSession({ account }),
      await harness.newSession(),
    ];
    const hub = await newJehub(harness, person, 'Hub');
    const send = async (caller: Caller, method: string, path: string, body?: unknown) => {
      const headers = method === 'GET' ? {} : { 'Idempotency-Key': crypto.randomUUID() };
      const request = { ...as(caller), method, headers, ...(body !== undefined && { body }) };
      const { status } = await harness.fetch(path, request);
      expect([path, status < 300]).toEqual([path, true]);
    };
    await harness.chill(key);
    await send(key, 'GET', '/api/auth/me');
    for (const caller of [key, person]) {
      const content = `#tag @${other.username} @${account.username} https://example.com`;
      const fields = {
        content,
        jeHubId: hub.id,
        poll: { options: ['a', 'b'], multiple: true },
        location: { name: 'x' },
      };
      const { id, poll } = await newPost(harness, caller, fields);
      await send(caller, 'GET', `/api/posts/${id}`);
      await send(caller, 'PATCH', `/api/posts/${id}`, { content, location: null, visibility: 'PUBLIC' });
      const top = await newComment(harness, caller, id);
      await newComment(harness, caller, id, { parentId: top.id });
      await send(caller, 'GET', `/api/posts/${id}/comments?limit=1`);
      await send(person, 'POST', `/api/posts/${id}/poll/votes`, {
        optionIds: poll?.options.map((option) => option.id),
      });
      for (const method of ['POST', 'DELETE']) {
        for (const mark of ['like', 'save']) await send(person, method, `/api/posts/${id}/${mark}`);
        await send(person, method, `/api/users/${other.username}/follow`);
      }
      const withFiles = await upload(harness, caller, [file(), file()], { 'Idempotency-Key': crypto.randomUUID() });
      await harness.fetch(pathOf(withFiles.media[0]?.url));
      const texts = withFiles.media.map(({ id: fileId }) => ({ id: fileId, alt: 'A fox' }));
      await send(caller, 'PATCH', `/api/posts/${withFiles.id}`, { content: '', media: texts });
      const unknown = { media: [{ id, alt: null }] };
      await harness.fetch(`/api/posts/${withFiles.id}`, { ...as(caller), method: 'PATCH', body: unknown });
      await send(caller, 'DELETE', `/api/posts/${withFiles.id}`);
      const clip = await newJesClip(harness, caller, { caption: content });
      const clipPath = `/api/jesclips/${clip.id}`;
      await send(caller, 'GET', clipPath);
      await send(caller, 'PATCH', clipPath, { caption: content, visibility: 'PUBLIC' });
      const { id: parentId } = await newComment(harness, caller, clip.id, {}, '/api/jesclips');
      await newComment(harness, caller, clip.id, { parentId }, '/api/jesclips');
      await send(caller, 'GET', `${clipPath}/comments?limit=1`);
      await harness.fetch(clipPath, { ...as(other), method: 'PATCH', body: { caption: 'Mine' } });
      const original = await newPost(harness, caller);
      await send(caller, 'POST', `/api/posts/${original.id}/bounce`, { content });
      // Refused after the fact: asks whose it is.
      await harness.fetch(`/api/posts/${original.id}`, { cookie: other.cookie, method: 'DELETE' });
      await send(caller, 'DELETE', `/api/posts/${id}`);
    }
    await send(other, 'POST', `/api/jehubs/${hub.id}/join`);
    const replayed = { ...as(key), body: { content: 'x' }, headers: { 'Idempotency-Key': 'k' } };
    for (let i = 0; i < 2; i++) await harness.fetch('/api/posts', replayed);
    for (const path of ['/api/auth/me', '/api/nowhere']) await harness.fetch(path, { ...as(key), method: 'DELETE' });
    await harness.fetch('/api/posts/nope', as(key));
    await harness.fetch('/api/auth/key/failures?status=404&limit=1', as(key));

    expect(await fullReadsSent(40)).toEqual([]);
  });

  test('every statement of accounts and sessions finds its rows by an index', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    const other = await signUp(harness);
    await harness.newKey({ account: person });
    const { cookie, email, password } = person;
    const jes = await newPost(harness, person, { content: 'Hello', poll: { options: ['a', 'b'] } });
    await newComment(harness, person, jes.id);
    const send = async (method: string, path: string, body?: unknown) => {
      const { status } = await harness.fetch(path, { method, cookie, ...(body !== undefined && { body }) });
      expect([path, status]).toEqual([path, 200]);
    };
    harness.now += 2 * 3_600_000;
    await send('GET', '/api/auth/account/export');
    await send('GET', '/api/auth/sessions');
    await harness.fetch('/api/auth/sign-in/email', { address: newAddress(), body: { email, password } });
    await send('DELETE', '/api/auth/sessions');
    await send('DELETE', `/api/auth/sessions/${(await harness.newSession({ account: person })).sessionId}`);
    await send('POST', '/api/auth/reauthenticate', { password });
    await send('POST', '/api/auth/change-password', { currentPassword: password, newPassword: password });
    await submit(harness, '/verify-email/resend', {}, other.cookie);
    await confirmEmail(harness, tokenIn((await mailsTo(other.email))[0]));
    await requestReset(harness, other.email);
    const token = tokenIn((await mailsTo(other.email))[0]);
    await submit(harness, '/reset-password', { token, password, revokeKeys: 'on' });
    await harness.run((ctx) => proveByProvider(ctx, other.email));
    await send('DELETE', '/api/auth/account', { password });
    expect(await fullReadsSent(40)).toEqual([]);
  });

  /**
   * Statements sent until now that scan a whole table.
   *
   * @param least number of statements that must have been sent
   */
  async function fullReadsSent(least: number): Promise<unknown[]> {
    const statements = [...new Map(sent.map((statement) => [statement.query, statement])).values()];
    const explainable = statements.filter(({ query }) => /^\s*(select|insert|update|delete|with)\b/i.test(query));
    // Statements of the emulator, or the harness, are in between, and do no harm.
    expect(explainable.length).toBeGreaterThan(least);
    const plans = await plansOf(explainable);
    return plans.flatMap((plan, i) => {
      const reads = fullReads(plan);
      return reads.length === 0 ? [] : [{ reads, query: explainable[i]?.query }];
    });
  }

  test('a statement that finds none would be noticed', async () => {
    const plans = await plansOf([
      { query: 'SELECT id FROM posts WHERE content = $1', params: ['x'] },
      { query: 'SELECT id FROM posts ORDER BY id', params: [] },
      { query: 'SELECT id FROM posts WHERE id = $1', params: ['x'] },
    ]);
    expect(plans.map((plan) => fullReads(plan).length)).toEqual([1, 1, 0]);
  });
});

test('a claim looks at the deliveries of the endpoints that were woken, and of no others', async () => {
  const harness = localHarness();
  const key = await harness.newKey();
  const { id } = await newWebhook(harness, key, { url: 'https://example.com/hooks' });
  const others = `SELECT id FROM api_keys WHERE account_id = '${key.accountId}' AND id <> '${key.id}'`;
  onTestFinished(async () => {
    // The sweep of other suites would wake their consumers.
    await rowsOf(harness, `DELETE FROM webhook_endpoints WHERE api_key_id IN (${others})`);
  });
  await rowsOf(
    harness,
    `WITH keys AS (
       INSERT INTO api_keys (id, account_id, label, hash, masked_key, scopes, ip_allowlist, terms_version, created_at)
       SELECT md5(id || n), account_id, label, md5(id || n), masked_key, scopes, ip_allowlist,
         terms_version, created_at
       FROM api_keys, generate_series(1, 60) n WHERE id = '${key.id}' RETURNING id
     ), endpoints AS (
       INSERT INTO webhook_endpoints (id, api_key_id, url, events, sealed_secret, created_at)
       SELECT md5(e.id || k.id), k.id, e.url, e.events, e.sealed_secret, e.created_at
       FROM webhook_endpoints e, keys k WHERE e.id = '${id}' RETURNING id
     ), events AS (
       INSERT INTO outbox_events (id, event, account_id, sequence, data, created_at)
       SELECT 'evt_' || gen_random_uuid(), 'jes.created', '${key.accountId}', n, '{}', '2026-11-24T12:00:00Z'
       FROM generate_series(1, 50) n RETURNING id
     )
     INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event, status, next_attempt_at, created_at)
     SELECT md5(e.id || o.id), e.id, o.id, 'jes.created', 'pending', '2026-11-24T12:00:00Z', '2026-11-24T12:00:00Z'
     FROM endpoints e, events o`,
  );
  await rowsOf(harness, 'ANALYZE api_keys, webhook_endpoints, webhook_deliveries, outbox_events');
  sent = [];
  await harness.deliver('jestha-webhook-retries', [{ endpointId: id }]);
  const claim = sent.find(({ query }) => query.includes('SKIP LOCKED'));
  const plan = claim && (await analyzedPlanOf(claim));
  expect(plan && loopsOf(plan, 'LockRows')).toBe(1);
});

/** The number of times that nodes of a type were run. */
function loopsOf(plan: Plan, type: string): number {
  const own = plan['Node Type'] === type ? (plan['Actual Loops'] ?? 0) : 0;
  return (plan.Plans ?? []).reduce((sum, part) => sum + loopsOf(part, type), own);
}
