import { describe, expect, test } from 'vitest';
import { createKey, recordKey } from '../../src/domain/keys/index.ts';
import { suspendAccount, unsuspendAccount } from '../../src/domain/suspension/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { submit } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { cookieOf, mailsTo, newAddress, newPerson, requestReset, tokenIn } from '../support/app/people.ts';
import { newPost, seenPost } from '../support/app/posts.ts';
import { Receiver } from '../support/app/receiver.ts';
import { deliveriesOf, localHarness, newWebhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';

const suspend = (name: string, harness = new Harness()) => harness.run((ctx) => suspendAccount(ctx, name));
const unsuspend = (name: string, harness = new Harness()) => harness.run((ctx) => unsuspendAccount(ctx, name));
const codeOf = async (response: Response | Promise<Response>) =>
  ((await answerOf(await response)).body as { code?: string }).code;

const REFUSED = {
  status: 403,
  body: {
    error: 'Account suspended',
    message:
      'This account is suspended. Nothing is lost: its keys and sessions work again when the suspension is lifted.',
    code: 'account_suspended',
  },
};

describe('a suspended account', () => {
  test('is refused by key and by session from the command’s end on, on every instance, and by no other account', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const other = await harness.newKey();
    const instances = Array.from({ length: 5 }, () => new Harness());
    for (const each of instances) await expect(await each.fetch(ME, { key: key.key })).toHaveStatus(200);
    expect(await suspend(key.username.toUpperCase())).toEqual({
      id: key.accountId,
      username: key.username,
      suspendedAt: '2026-11-24T12:00:00.000Z',
    });
    for (const each of instances) {
      const response = await each.fetch(ME, { key: key.key });
      expect(response.headers.has('X-RateLimit-Limit')).toBe(false);
      expect(response.headers.has('WWW-Authenticate')).toBe(false);
      expect(await answerOf(response)).toEqual(REFUSED);
      expect(await answerOf(await each.fetch(ME, { cookie: person.cookie }))).toEqual(REFUSED);
      expect(await answerOf(await each.fetch('/api/auth/api-keys', { cookie: person.cookie }))).toEqual(REFUSED);
    }
    await expect(await harness.fetch(ME, { key: other.key })).toHaveStatus(200);
  });

  test('consumes nothing of its limits, and everything works again once the suspension is lifted', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ expiresInDays: 30 });
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const jes = await newPost(harness, key);
    await suspend(key.accountId);
    for (let i = 0; i < 70; i++) await harness.fetch(ME, { key: key.key });
    const reader = await harness.newKey();
    expect(await seenPost(harness, reader, jes.id)).toMatchObject({ id: jes.id });
    expect(await unsuspend(key.username)).toEqual({ id: key.accountId, username: key.username, suspendedAt: null });
    const response = await harness.fetch(ME, { key: key.key });
    expect([response.status, response.headers.get('X-RateLimit-Remaining')]).toEqual([200, '58']);
    await expect(await harness.fetch(ME, { cookie: person.cookie })).toHaveStatus(200);
    await newPost(harness, key);
  });

  test('is refused by a key that Redis does not know, which lives there for a minute at most', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await suspend(key.accountId);
    await harness.chill(key);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('account_suspended');
    const record = recordKey(await sha256Hex(key.key));
    expect(await harness.redis('PTTL', record)).toBeLessThanOrEqual(60_000);
  });

  test('is refused while Redis is away', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await suspend(key.accountId);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('account_suspended');
  });

  test('keeps its revoked key revoked, and its expired key expired', async () => {
    const harness = new Harness();
    const [revoked, expired] = [await harness.newKey(), await harness.newKey({ expiresInDays: 30 })];
    await harness.revoke(revoked);
    await suspend(revoked.accountId);
    await suspend(expired.accountId);
    expect(await codeOf(harness.fetch(ME, { key: revoked.key }))).toBe('api_key_revoked');
    expect(await codeOf(harness.fetch(ME, { key: expired.key }))).toBe('account_suspended');
    harness.now += 30 * 86_400_000;
    expect(await codeOf(harness.fetch(ME, { key: expired.key }))).toBe('api_key_expired');
    await unsuspend(revoked.accountId);
    expect(await codeOf(harness.fetch(ME, { key: revoked.key }))).toBe('api_key_revoked');
  });

  test('can have its key revoked, which stays revoked', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await suspend(key.accountId);
    await harness.revoke(key);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    await suspend(key.accountId);
    await unsuspend(key.accountId);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
  });

  test('is refused before its key’s allowlist is looked at', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ ipAllowlist: ['192.0.2.0/24'] });
    await suspend(key.accountId);
    expect(await codeOf(harness.fetch(ME, { key: key.key, address: '198.51.100.1' }))).toBe('account_suspended');
  });
});

describe('a suspension', () => {
  test('keeps its first time when it is repeated, and names no account that is not there', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await suspend(key.accountId, harness);
    harness.now += 60_000;
    expect(await suspend(key.accountId, harness)).toMatchObject({ suspendedAt: '2026-11-24T12:00:00.000Z' });
    await expect(suspend('nobody-has-this-name')).rejects.toMatchObject({ reason: { code: 'not_found' } });
  });

  test('is not undone by a fill that began before it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.chill(key);
    await harness.neon.setFaults({ kind: 'hang', when: 'after', times: 1 });
    const early = harness.start(ME, { key: key.key });
    await harness.neon.untilHeld();
    await suspend(key.accountId);
    await harness.neon.setFaults();
    expect(await codeOf(early.response)).toBe('account_suspended');
    await early.settled();
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('account_suspended');
  });

  test('is not undone by a refresh that began before it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    harness.now += 11 * 60_000;
    await harness.neon.setFaults({ kind: 'hang', when: 'after', times: 1 });
    const early = harness.start(ME, { key: key.key });
    await expect(await early.response).toHaveStatus(200);
    await harness.neon.untilHeld();
    await suspend(key.accountId);
    await harness.neon.setFaults();
    await early.settled();
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('account_suspended');
  });

  test('is not undone by the creation of a key, whose command reaches Redis after it', async () => {
    const harness = new Harness();
    // From here on Redis has the script of creations.
    const { accountId } = await harness.newKey();
    await harness.upstash.setFaults({ kind: 'hang', match: 'evalsha', times: 1 });
    const { key } = await harness.run((ctx) =>
      createKey(ctx, accountId, { label: 'Late', scopes: ['write:jes'], acceptTerms: true }),
    );
    await harness.upstash.untilHeld();
    await suspend(accountId);
    await harness.upstash.reset();
    await harness.upstash.setFaults();
    // Only now Redis runs the command of the creation.
    await expect.poll(async () => (await harness.upstash.counters()).commands).toBeGreaterThan(0);
    expect(await codeOf(harness.fetch(ME, { key }))).toBe('account_suspended');
  });

  test('that cannot tell Redis says so, lets no write land, and is whole when it is repeated', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const admin = new Harness();
    await admin.upstash.setFaults({ kind: 'refuse' });
    await expect(suspend(key.accountId, admin)).rejects.toMatchObject({
      reason: { code: 'service_unavailable', why: 'suspension' },
    });
    await admin.upstash.setFaults();
    const write = await harness.fetch('/api/posts', { key: key.key, body: { content: 'Not any more' } });
    expect(await codeOf(write)).toBe('account_suspended');
    await suspend(key.accountId, admin);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('account_suspended');
  });

  test('by an id stops that account, although the username of another spells the id', async () => {
    const harness = new Harness();
    const keys = [await harness.newKey(), await harness.newKey()] as const;
    const rename = ([of, after]: readonly TestKey[]) =>
      rowsOf(
        harness,
        `UPDATE accounts SET username = '${after?.accountId.toLowerCase()}' WHERE id = '${of?.accountId}'`,
      );
    // Each is named after the other, so no order of rows chooses the right one for both.
    await rename(keys);
    await rename(keys.toReversed());
    for (const { accountId, key } of keys) {
      expect(await suspend(accountId)).toMatchObject({ id: accountId });
      expect(await codeOf(harness.fetch(ME, { key }))).toBe('account_suspended');
      expect(await unsuspend(accountId)).toMatchObject({ id: accountId });
      await expect(await harness.fetch(ME, { key })).toHaveStatus(200);
    }
  });

  test('refuses a key whose revocation is missing in Redis', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await expect(await harness.fetch(ME, { key: key.key })).toHaveStatus(200);
    await rowsOf(harness, `UPDATE api_keys SET revoked_at = now(), revoked_reason = 'leaked' WHERE id = '${key.id}'`);
    await suspend(key.accountId);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    await unsuspend(key.accountId);
    expect(await codeOf(harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
  });

  test('during 20 requests to generate a key leaves no working key', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const body = { label: 'Late', scopes: ['write:jes'], acceptTerms: true };
    const create = () => harness.fetch('/api/auth/api-keys', { cookie: person.cookie, body });
    const [created] = await Promise.all([Promise.all(Array.from({ length: 20 }, create)), suspend(person.accountId)]);
    for (const response of created) {
      if (response.status !== 201) continue;
      const { key } = (await response.json()) as TestKey;
      expect(await codeOf(harness.fetch(ME, { key }))).toBe('account_suspended');
    }
    expect(created.every(({ status }) => [201, 403, 409, 429, 503].includes(status))).toBe(true);
  });

  test('stops webhooks: nothing that waits is sent, and it can be replayed afterwards', async () => {
    const harness = localHarness();
    const receiver = new Receiver();
    const key = await harness.newKey();
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    await newPost(harness, key);
    await suspend(key.accountId, harness);
    await harness.handleWakes();
    expect(await receiver.received(0)).toEqual([]);
    await unsuspend(key.accountId, harness);
    const path = `/api/auth/api-keys/${key.id}/webhooks/${webhook.id}/replay`;
    const response = await harness.fetch(path, { key: key.key, body: { since: '2026-11-24T00:00:00Z' } });
    expect(await answerOf(response)).toMatchObject({ status: 202, body: { replayed: 1 } });
    await harness.handleWakes();
    expect(await receiver.received(1)).toHaveLength(1);
    expect(await deliveriesOf(harness, key, webhook.id)).toMatchObject([{ status: 'delivered' }]);
  });
});

describe('the pages of a suspended account', () => {
  test('say so and let its person sign out, who may sign in again and reads what is public', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    const jes = await newPost(harness, { cookie: person.cookie });
    await suspend(person.username);
    const page = await harness.fetch('/settings/api-access', { cookie: person.cookie });
    await expect(page).toHaveStatus(403);
    const html = await page.text();
    expect(html).toContain('This account is suspended.');
    expect(html).toContain('<form method="post" action="/sign-out">');
    expect(html).not.toContain('Go to API access');
    await expect(await harness.fetch(`/post/${jes.id}`, { cookie: person.cookie })).toHaveStatus(200);

    const form = { email: person.email, password: person.password };
    const signedIn = await submit(harness, '/sign-in', form);
    expect(signedIn.headers.get('Location')).toBe('/settings/api-access');
    const out = await harness.fetch('/sign-out', {
      method: 'POST',
      cookie: person.cookie,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: '',
    });
    expect([out.status, out.headers.get('Location')]).toEqual([303, '/sign-in?notice=signed-out']);
    expect(await rowsOf(harness, `SELECT id FROM sessions WHERE account_id = '${person.id}'`)).toHaveLength(1);
  });

  test('stay as they are after a password reset, which lifts nothing', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    await suspend(person.username);
    await requestReset(harness, person.email);
    const token = tokenIn((await mailsTo(person.email))[0]);
    const done = await submit(harness, '/reset-password', { token, password: 'battery staple' });
    expect(done.headers.get('Location')).toBe('/sign-in?notice=reset');
    const body = { email: person.email, password: 'battery staple' };
    const signedIn = await harness.fetch('/api/auth/sign-in/email', { address: newAddress(), body });
    await expect(signedIn).toHaveStatus(200);
    expect(await answerOf(await harness.fetch(ME, { cookie: cookieOf(signedIn) }))).toEqual(REFUSED);
  });

  test('is shown only to a person with the password', async () => {
    const harness = new Harness();
    const person = await newPerson(harness);
    await suspend(person.username);
    const body = { email: person.email, password: 'wrong horse battery' };
    expect(await codeOf(harness.fetch('/api/auth/sign-in/email', { address: newAddress(), body }))).toBe(
      'invalid_credentials',
    );
  });
});
