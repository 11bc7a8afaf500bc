import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf, invalid, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { cookieOf, mailsTo, newAddress, newForm, newPerson, type TestPerson } from '../support/app/people.ts';
import { newComment, newJehub, newPost, seenPost } from '../support/app/posts.ts';
import { file, pathOf, upload } from '../support/app/uploads.ts';
import { newWebhook } from '../support/app/webhooks.ts';
import { drift, rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';

const ACCOUNT = '/api/auth/account';

const HOUR = 3_600_000;

let harness: Harness;

let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

const deleteAccount = (body: object = { password: person.password }, cookie = person.cookie) =>
  harness.fetch(ACCOUNT, { method: 'DELETE', cookie, body });

const signIn = (address = newAddress()) =>
  harness.fetch('/api/auth/sign-in/email', { address, body: { email: person.email, password: person.password } });

/** Moves the request for the deletion into the past. The sweep itself runs now: suites share a database. */
const ageDeletion = (days: number) =>
  rowsOf(
    harness,
    `UPDATE accounts SET deletion_requested_at = deletion_requested_at - interval '${days} days' WHERE id = '${person.id}'`,
  );

/** Runs of the sweep until nothing is left of the account, ten at most. */
async function sweepUntilPurged(): Promise<void> {
  for (let runs = 0; runs < 10; runs++) {
    await harness.sweep();
    const [row] = await rowsOf(harness, `SELECT purged_at FROM accounts WHERE id = '${person.id}'`);
    if (row?.purged_at) return;
  }
  throw new Error('ten runs of the sweep leave something of the account');
}

describe('deleting an account', () => {
  test('takes the password, ends all sessions, revokes all keys exactly, and mails the owner', async () => {
    const key = await harness.newKey({ account: person });
    await harness.fetch(ME, { key: key.key });
    const other = cookieOf(await signIn());
    const response = await deleteAccount();
    expect(response.headers.getSetCookie()).toEqual([
      '__Host-jestha.session_token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ]);
    expect(await answerOf(response)).toEqual({ status: 200, body: { deletedAt: '2026-12-01T12:00:00.000Z' } });
    for (const cookie of [person.cookie, other]) await expect(await harness.fetch(ME, { cookie })).toHaveStatus(401);
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    await harness.chill(key);
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    expect((await mailsTo(person.email))[0]).toMatchObject({
      subject: 'Your Jestha account will be deleted',
      text: expect.stringContaining(
        'removed for good on 2026-12-01, 12:00 UTC. Until then signing in keeps the account',
      ),
    });
  });

  test.each([
    [
      'a wrong password',
      { password: 'wrong horse' },
      { path: 'password', message: 'is not the password of this account' },
    ],
    ['no password', {}, { path: 'password', message: 'must be given to delete the account' }],
    ['an unknown field', { confirm: true }, { path: 'confirm', message: UNKNOWN_FIELD }],
  ])('is refused for %s', async (_, body, detail) => {
    expect(await answerOf(await deleteAccount(body))).toEqual(invalid(detail));
    await expect(await harness.fetch(ME, { cookie: person.cookie })).toHaveStatus(200);
  });

  test('asks a session that is older than 12 hours for the password, which is enough', async () => {
    harness.now += 13 * HOUR;
    expect(await codeOf(await deleteAccount({}))).toBe('reauthentication_required');
    await expect(await deleteAccount()).toHaveStatus(200);
  });

  test('without a password takes a sign-in of the last ten minutes', async () => {
    await rowsOf(harness, `DELETE FROM credentials WHERE account_id = '${person.id}'`);
    harness.now += 600_001;
    expect(await codeOf(await deleteAccount({}))).toBe('reauthentication_required');
    await expect(await submit(harness, '/settings/account/delete', {}, person.cookie)).toHaveStatus(403);
    harness.now -= 1;
    await expect(await deleteAccount({})).toHaveStatus(200);
  });

  test('works on the page, which says what will happen', async () => {
    const path = '/settings/account/delete';
    const page = await textOf(await open(harness, path, person.cookie));
    expect(page).toContain(`Delete @${person.username}?`);
    expect(page).toContain('Your username is free for others 30 days from now.');
    const refused = await submit(harness, path, { password: 'wrong horse' }, person.cookie);
    expect([refused.status, await textOf(refused)]).toEqual([
      400,
      expect.stringContaining('is not the password of this account'),
    ]);
    const done = await submit(harness, path, { password: person.password }, person.cookie);
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/sign-in?notice=deleted']);
    expect(await textOf(await open(harness, '/sign-in?notice=deleted'))).toContain(
      'To keep the account, sign in before then.',
    );
  });

  test('that fails in Redis says so; the sweep repeats it', async () => {
    const key = await harness.newKey({ account: person });
    await harness.fetch(ME, { key: key.key });
    await harness.upstash.setFaults({ kind: 'refuse' });
    const response = await deleteAccount();
    await harness.upstash.setFaults();
    expect([response.status, await codeOf(response)]).toEqual([503, 'service_unavailable']);
    await harness.sweep();
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
  });

  test('by a session that has ended meanwhile deletes nothing', async () => {
    const key = await harness.newKey({ account: person });
    await harness.neon.setFaults({ kind: 'hang', match: 'update \\"accounts\\"' });
    const deleting = deleteAccount();
    await harness.neon.untilHeld();
    await rowsOf(harness, `DELETE FROM sessions WHERE account_id = '${person.id}'`);
    await harness.neon.setFaults();
    await expect(await deleting).toHaveStatus(401);
    await expect(await harness.fetch(ME, { key: key.key })).toHaveStatus(200);
  });
});

describe('within a week', () => {
  test('signing in keeps the account, and says so; its keys stay revoked', async () => {
    const key = await harness.newKey({ account: person });
    await newPost(harness, key);
    await deleteAccount();
    await ageDeletion(6);
    const form = { email: person.email, password: person.password, next: '' };
    const response = await submit(harness, '/sign-in', form);
    expect(response.headers.get('Location')).toBe('/settings/account?notice=kept');
    const cookie = cookieOf(response);
    expect(await textOf(await open(harness, '/settings/account?notice=kept', cookie))).toContain(
      'Your account will not be deleted.',
    );
    await harness.sweep();
    expect(await answerOf(await harness.fetch(ME, { cookie }))).toMatchObject({
      status: 200,
      body: { username: person.username, totalPosts: 1 },
    });
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    expect((await submit(harness, '/sign-in', form)).headers.get('Location')).toBe('/settings/api-access');
  });

  test('a wrong password keeps nothing', async () => {
    await deleteAccount();
    const body = { email: person.email, password: 'wrong horse' };
    await expect(await harness.fetch('/api/auth/sign-in/email', { address: newAddress(), body })).toHaveStatus(401);
    const [row] = await rowsOf(harness, `SELECT deletion_requested_at FROM accounts WHERE id = '${person.id}'`);
    expect(row?.deletion_requested_at).not.toBeNull();
  });

  test('the sweep removes nothing', async () => {
    const jes = await newPost(harness, { cookie: person.cookie });
    await deleteAccount();
    await ageDeletion(6.9);
    await harness.sweep();
    const reader = await harness.newSession();
    expect(await seenPost(harness, reader, jes.id)).toMatchObject({ author: { username: person.username } });
  });
});

describe('after a week', () => {
  /** Gives a person something of every kind, among others' things. */
  async function live(other: TestSession, key: TestKey): Promise<{ objects: string[]; others: string[]; hub: string }> {
    const me = { cookie: person.cookie };
    const mine = await newPost(harness, key, { content: `Mine @${other.username}`, poll: { options: ['a', 'b'] } });
    const theirs = await newPost(harness, other, {
      content: `Theirs @${person.username}`,
      poll: { options: ['a', 'b'] },
    });
    const act = async (method: string, path: string, caller: { cookie: string } = me, body?: unknown) => {
      const response = await harness.fetch(path, { method, ...caller, ...(body !== undefined && { body }) });
      expect([path, response.status < 300]).toEqual([path, true]);
    };
    for (const mark of ['like', 'save']) {
      await act('POST', `/api/posts/${theirs.id}/${mark}`);
      await act('POST', `/api/posts/${mine.id}/${mark}`, other);
    }
    await act('POST', `/api/posts/${theirs.id}/poll/votes`, me, { optionIds: [theirs.poll?.options[0]?.id] });
    await act('POST', `/api/posts/${theirs.id}/bounce`, me, {});
    await act('POST', `/api/users/${other.username}/follow`);
    await act('POST', `/api/users/${person.username}/follow`, other);
    const own = await newComment(harness, me, theirs.id);
    await newComment(harness, other, theirs.id, { parentId: own.id });
    const kept = await newComment(harness, other, theirs.id);
    await newComment(harness, me, theirs.id, { parentId: kept.id });
    await newComment(harness, other, mine.id);
    const hub = await newJehub(harness, person, 'Hub');
    await act('POST', `/api/jehubs/${hub.id}/join`, other);
    const theirHub = await newJehub(harness, other, 'Hub');
    await act('POST', `/api/jehubs/${theirHub.id}/join`);
    const withFile = await upload(harness, me, [file()]);
    const clip = await newJesClip(harness, me, {});
    await newComment(harness, other, clip.id, {}, '/api/jesclips');
    const theirClip = await newJesClip(harness, other, {});
    await newComment(harness, me, theirClip.id, {}, '/api/jesclips');
    await harness.fetch('/api/posts', { ...me, body: { content: 'x' }, headers: { 'Idempotency-Key': 'k' } });
    await harness.fetch('/forgot-password', {
      method: 'POST',
      address: newAddress(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `email=${encodeURIComponent(person.email)}`,
    });
    const objects = [withFile.media[0]?.url, clip.video.url].map((url) => pathOf(url).replace(/^\/media\/|\?.*$/g, ''));
    return { objects, others: [theirs.id, kept.id, theirClip.id], hub: theirHub.id };
  }

  test('the sweep removes everything, objects too, and every count of others is right', async () => {
    const other = await harness.newSession();
    const key = await harness.newKey({ account: person, label: 'The label of a deleted account' });
    await harness.fetch(ME, { key: key.key, address: '192.0.2.1' });
    await newWebhook(harness, key, { description: 'The label of a deleted account' });
    const { objects, others, hub } = await live(other, key);
    for (const object of objects) expect(await env.MEDIA.head(object)).not.toBeNull();
    await deleteAccount();
    await ageDeletion(7);
    await sweepUntilPurged();
    await harness.sweep();

    // No row of any table contains the person's names and words.
    const tables = await rowsOf<{ name: string }>(
      harness,
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      for (const said of [person.email, person.username, person.id, 'The label of a deleted account']) {
        const rows = await rowsOf<{ row: string }>(
          harness,
          `SELECT t::text AS row FROM ${name} t WHERE t::text LIKE '%${said}%'`,
        );
        if (rows.length > 0) found.push(`${name}: ${said}`);
      }
    }
    expect(found.sort()).toEqual(
      [
        // The name is set aside, and the bare row stays, which keys and the JeHub that the person made name.
        `accounts: ${person.id}`,
        `api_keys: ${person.id}`,
        `jehubs: ${person.id}`,
        // Others mentioned the name, and others' events hold their own texts.
        ...found.filter((line) => /^(posts|outbox_events|idempotency_keys): /.test(line)),
        `retired_usernames: ${person.username}`,
      ].sort(),
    );
    const mentioning = await rowsOf(
      harness,
      `SELECT author_id FROM posts WHERE posts::text LIKE '%${person.id}%' AND author_id <> '${other.accountId}'`,
    );
    expect(mentioning).toEqual([]);
    for (const object of objects) expect(await env.MEDIA.head(object)).toBeNull();
    expect(await drift.of(harness, [other.accountId, person.id], hub)).toEqual([]);
    // Other accounts keep their Jes, and the mention is gone.
    expect(await seenPost(harness, other, others[0] ?? '')).toMatchObject({
      content: `Theirs @${person.username}`,
      mentions: [],
      counts: { likes: 0, saves: 0, bounces: 0, comments: 1 },
    });
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
    await harness.chill(key);
    expect(await codeOf(await harness.fetch(ME, { key: key.key }))).toBe('api_key_revoked');
  });

  test('sign-in is refused, and the email address may sign up again', async () => {
    await deleteAccount();
    await ageDeletion(7);
    await harness.sweep();
    expect(await codeOf(await signIn())).toBe('invalid_credentials');
    const again = newForm({ email: person.email });
    await expect(await harness.fetch('/api/auth/sign-up/email', { address: newAddress(), body: again })).toHaveStatus(
      200,
    );
  });

  test('a session that begins as the account goes opens nothing, and goes too', async () => {
    await deleteAccount();
    await ageDeletion(7);
    await harness.sweep();
    const late = await harness.newSession({ account: person });
    await expect(await harness.fetch(ME, { cookie: late.cookie })).toHaveStatus(401);
  });

  test('the username is set aside for 30 days from the request, then free', async () => {
    await deleteAccount();
    await ageDeletion(7);
    await sweepUntilPurged();
    const signUp = () =>
      harness.fetch('/api/auth/sign-up/email', {
        address: newAddress(),
        body: newForm({ username: person.username.toUpperCase() }),
      });
    expect(await answerOf(await signUp())).toEqual(
      invalid({ path: 'username', message: 'is taken by another account' }),
    );
    const reader = await harness.newSession();
    const follow = await harness.fetch(`/api/users/${person.username}/follow`, {
      method: 'POST',
      cookie: reader.cookie,
    });
    await expect(follow).toHaveStatus(404);
    const [row] = await rowsOf<{ days: string }>(
      harness,
      `SELECT extract(epoch FROM free_at - timestamptz '2026-11-24T12:00:00Z') / 86400 AS days
        FROM retired_usernames WHERE username = '${person.username}'`,
    );
    // Asked for a week ago, by the clock of this test.
    expect(Number(row?.days)).toBe(23);
    const setFree = (time: string) =>
      rowsOf(
        harness,
        `UPDATE retired_usernames SET free_at = timestamptz '${time}' WHERE username = '${person.username}'`,
      );
    await setFree('2026-11-24T12:00:00.001Z');
    await expect(await signUp()).toHaveStatus(400);
    await setFree('2026-11-24T12:00:00Z');
    await expect(await signUp()).toHaveStatus(200);
    await harness.sweep();
    expect(await rowsOf(harness, `SELECT FROM retired_usernames WHERE username = '${person.username}'`)).toEqual([]);
  });

  test('the next run completes the work of a failed run', async () => {
    await newPost(harness, { cookie: person.cookie });
    await deleteAccount();
    await ageDeletion(7);
    await harness.neon.setFaults({ kind: 'refuse', match: 'jehub_members' });
    await expect(harness.sweep()).rejects.toThrow();
    await harness.neon.setFaults();
    await sweepUntilPurged();
    expect(await rowsOf(harness, `SELECT id FROM posts WHERE author_id = '${person.id}'`)).toEqual([]);
  });
});
