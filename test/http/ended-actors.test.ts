import { describe, expect, test } from 'vitest';
import { suspendAccount } from '../../src/domain/suspension/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { GOOD_REQUESTS, GOOD_SESSION_REQUESTS, type GoodRequest } from '../support/app/good-requests.ts';
import { answerOf, Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { rowsOf } from '../support/database/database.ts';

const DAY_MS = 86_400_000;

/** The statement that writes for an actor asks for that actor; this text of it holds the statement back. */
const ASKS_FOR_ACTOR = { kind: 'hang', match: 'acting_account_of_', times: 1 } as const;

const writes = (access: string) =>
  ENDPOINTS.filter((endpoint) => endpoint.access === access && endpoint.method !== 'GET').map(
    ({ method, path }) => [`${method} ${path}`, method] as const,
  );

/** The account of the key that a row of `t` names. */
const OWNER_OF_KEY = '(SELECT account_id FROM api_keys WHERE api_keys.id = t.api_key_id)';

/** Every row of every table, except for the logs of attempts. */
async function contents(harness: Harness, accountId: string): Promise<string> {
  const tables = [
    ...['posts', 'comments', 'jesclips', 'jesclip_comments'].map((table) => [table, 'author_id']),
    ...['likes', 'saves', 'poll_votes', 'jehub_members', 'api_keys', 'daily_usage', 'idempotency_keys'].map((table) => [
      table,
      'account_id',
    ]),
    ['follows', 'follower_id'],
    ['jehubs', 'creator_id'],
    ['credentials', 'account_id'],
    ['accounts', 'id'],
    // Those of a revocation apart, which the end of a key is.
    ['outbox_events', "event <> 'apikey.revoked' AND account_id"],
    ['audit_log', `event NOT IN ('created', 'revoked') AND ${OWNER_OF_KEY}`],
    ['webhook_endpoints', OWNER_OF_KEY],
  ];
  const rows = await Promise.all(
    tables.map(([table, column]) =>
      rowsOf(
        harness,
        `SELECT to_jsonb(t) - 'revoked_at' - 'revoked_reason' - 'tombstoned_at' - 'expires_at' - 'last_used_at' - 'use_noted_at'
           - 'event_sequence' - 'suspended_at'
         AS row FROM ${table} t WHERE ${column} = '${accountId}' ORDER BY 1`,
      ),
    ),
  );
  return JSON.stringify(rows);
}

/** Sends a write, ends its actor while its statement is on the way, and lets it go on. */
async function overtaken(
  harness: Harness,
  method: string,
  { path, body, headers }: GoodRequest,
  by: { readonly key?: string; readonly cookie?: string; readonly accountId: string },
  end: () => Promise<unknown>,
) {
  const before = await contents(harness, by.accountId);
  await harness.neon.setFaults(ASKS_FOR_ACTOR);
  const { accountId: _, ...credential } = by;
  const request = { method, ...credential, ...(headers && { headers }), ...(body !== undefined && { body }) };
  const { response, settled } = harness.start(path, request);
  await harness.neon.untilHeld();
  await end();
  await harness.neon.setFaults();
  const answer = await answerOf(await response);
  await settled();
  expect(await contents(harness, by.accountId)).toBe(before);
  return [answer.status, (answer.body as { code: string }).code];
}

describe.each(writes('caller'))('%s by a key', (name, method) => {
  async function sendAndEnd(end: (harness: Harness, key: TestKey) => Promise<unknown>) {
    const harness = new Harness();
    const key = await harness.newKey({ expiresInDays: 30 });
    const good = await GOOD_REQUESTS[name]?.(harness, key);
    if (!good) throw new Error(`${name} has no good request`);
    return await overtaken(harness, method, good, { key: key.key, accountId: key.accountId }, () => end(harness, key));
  }

  test('that is revoked before the write lands is 401 and writes nothing', async () => {
    const answer = await sendAndEnd((_, key) => new Harness().revoke(key));
    expect(answer).toEqual([401, 'api_key_revoked']);
  });

  test('whose account is suspended before the write lands is 403 and writes nothing', async () => {
    const answer = await sendAndEnd((_, { accountId }) => new Harness().run((ctx) => suspendAccount(ctx, accountId)));
    expect(answer).toEqual([403, 'account_suspended']);
  });

  test('that expires before the write lands is 401 and writes nothing', async () => {
    const answer = await sendAndEnd(async (harness, { id }) => {
      const now = new Date(harness.now).toISOString();
      await rowsOf(new Harness(), `UPDATE api_keys SET expires_at = timestamptz '${now}' WHERE id = '${id}'`);
    });
    expect(answer).toEqual([401, 'api_key_expired']);
  });
});

/** A person's writes are those of a caller too. */
const PEOPLES: Record<string, (harness: Harness, person: TestSession) => Promise<GoodRequest>> = {
  ...Object.fromEntries(
    Object.entries(GOOD_REQUESTS).map(([name, make]) => [
      name,
      async (harness: Harness, { cookie, accountId, username }: TestSession) => {
        const { id } = await harness.newKey({ account: { id: accountId, username } });
        return await make(harness, { cookie, id } as never);
      },
    ]),
  ),
  ...GOOD_SESSION_REQUESTS,
};

describe.each([...writes('session'), ...writes('caller')])('%s by a person', (name, method) => {
  async function sendAndEnd(end: (harness: Harness, person: TestSession) => Promise<unknown>) {
    const harness = new Harness();
    const person = await harness.newSession();
    const good = await PEOPLES[name]?.(harness, person);
    if (!good) throw new Error(`${name} has no good request`);
    const by = { cookie: person.cookie, accountId: person.accountId };
    return await overtaken(harness, method, good, by, () => end(harness, person));
  }

  test('whose session ends before the write lands is 401 and writes nothing', async () => {
    const answer = await sendAndEnd((_, { sessionId }) =>
      rowsOf(new Harness(), `DELETE FROM sessions WHERE id = '${sessionId}'`),
    );
    expect(answer).toEqual([401, 'authentication_required']);
  });

  test('whose account is suspended before the write lands is 403 and writes nothing', async () => {
    const answer = await sendAndEnd((_, { accountId }) => new Harness().run((ctx) => suspendAccount(ctx, accountId)));
    expect(answer).toEqual([403, 'account_suspended']);
  });

  test('whose session expires before the write lands is 401 and writes nothing', async () => {
    const answer = await sendAndEnd((harness, { sessionId }) =>
      rowsOf(
        new Harness(),
        `UPDATE sessions SET expires_at = timestamptz '${new Date(harness.now).toISOString()}' WHERE id = '${sessionId}'`,
      ),
    );
    expect(answer).toEqual([401, 'authentication_required']);
  });
});

test.each<[string, (person: TestSession) => Promise<unknown>, [number, string]]>([
  [
    'session has ended',
    ({ sessionId }) => rowsOf(new Harness(), `DELETE FROM sessions WHERE id = '${sessionId}'`),
    [401, 'authentication_required'],
  ],
  [
    'account was suspended',
    ({ accountId }) => new Harness().run((ctx) => suspendAccount(ctx, accountId)),
    [403, 'account_suspended'],
  ],
])('a request parked with its body unsent generates no key after its %s', async (_, end, reason) => {
  const harness = new Harness();
  const person = await harness.newSession();
  const body = new IdentityTransformStream();
  await harness.neon.reset();
  const { response, settled } = harness.start('/api/auth/api-keys', {
    method: 'POST',
    cookie: person.cookie,
    headers: { 'Content-Type': 'application/json' },
    body: body.readable,
  });
  // The session was looked up; the rest waits for the body.
  await expect.poll(async () => (await harness.neon.counters()).statements).toBe(1);
  await end(person);
  const writer = body.writable.getWriter();
  await writer.write(new TextEncoder().encode('{"label":"Late","scopes":["write:jes"],"acceptTerms":true}'));
  await writer.close();
  const answer = await answerOf(await response);
  await settled();
  expect([answer.status, (answer.body as { code: string }).code]).toEqual(reason);
  expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${person.accountId}'`)).toEqual([]);
});

test('an upload that began before its key expired does not land after it', async () => {
  const harness = new Harness();
  const key = await harness.newKey({ expiresInDays: 30 });
  const good = await GOOD_REQUESTS['POST /api/jesclips']?.(harness, key);
  const body = new IdentityTransformStream();
  const { response, settled } = harness.start('/api/jesclips', {
    method: 'POST',
    key: key.key,
    headers: good?.headers ?? {},
    body: body.readable,
  });
  await expect.poll(async () => (await harness.upstash.counters()).requests).toBeGreaterThan(0);
  harness.now += 30 * DAY_MS;
  const writer = body.writable.getWriter();
  await writer.write(good?.body as Uint8Array);
  await writer.close();
  const answer = await answerOf(await response);
  await settled();
  expect([answer.status, (answer.body as { code: string }).code]).toEqual([401, 'api_key_expired']);
});
