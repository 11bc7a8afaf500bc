import { beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/lib/id.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { created, newComment, newJehub, newPost } from '../support/app/posts.ts';
import { file, objectsOf, upload } from '../support/app/uploads.ts';
import { drift, outbox, rowsOf } from '../support/database/database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let harness: Harness;
let key: TestKey;
let person: TestSession;
let path: string;
beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey({ label: 'Bridge' });
  person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
  path = `/settings/api-access/${key.id}/activity`;
});

const see = (query = '') => open(harness, path + query, person.cookie);
const clean = (fields: Record<string, string>, cookie = person.cookie) => submit(harness, path, fields, cookie);
const ALL = { since: '2026-11-01T00:00:00.000Z' };

/** Statuses of the things that a viewer may read, by path. */
const statusOf = async (at: string, reader = key) => (await harness.fetch(at, { key: reader.key })).status;

describe('the activity page of a key', () => {
  test('shows addresses, requests by hour and all that it made, since a time one can choose', async () => {
    await harness.fetch('/api/auth/me', { key: key.key, address: '192.0.2.1' });
    const early = await newPost(harness, key, { content: 'Early words' });
    harness.now += 3 * DAY;
    await harness.fetch('/api/auth/me', { key: key.key, address: '198.51.100.7' });
    const quoted = await created<{ id: string }>(
      harness.fetch(`/api/posts/${early.id}/bounce`, { key: key.key, body: { content: 'Quoting <b>myself</b>' } }),
    );
    const clip = await newJesClip(harness, key, { caption: 'A caption' });
    const comment = await newComment(harness, key, early.id, { content: 'Said on a Jes' });
    await newComment(harness, key, clip.id, { content: 'Said on a JesClip' }, '/api/jesclips');
    await upload(harness, key, [file()]);
    const byHand = await newPost(harness, person, { content: 'Not by the key' });
    harness.now += HOUR;

    const html = await (await see()).clone().text();
    const text = await textOf(await see());
    expect(text).toContain('3 Jes, 1 JesClip, 1 comment on a Jes, 1 comment on a JesClip.');
    for (const words of [
      'Early words',
      'Quoting <b>myself</b>',
      'A caption',
      'Said on a Jes',
      'Said on a JesClip',
      '· 1 file',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain('Not by the key');
    expect(html).not.toContain(byHand.id);
    for (const href of [
      `/post/${early.id}`,
      `/post/${quoted.id}`,
      `/jesclip/${clip.id}`,
      `/post/${early.id}#comment-${comment.id}`,
    ]) {
      expect(html).toContain(`href="${href}"`);
    }
    expect(text).toContain('192.0.2.1 24 Nov 2026, 12:00 UTC 24 Nov 2026, 12:00 UTC');
    expect(text).toContain('8 requests accepted in this time, none throttled.');

    const later = await textOf(await see('?since=2026-11-27T11:30'));
    expect(later).toContain('2 Jes, 1 JesClip');
    expect(later).not.toContain('Early words');
    expect(later).toContain('Since 2026-11-27, 11:30 UTC 6 requests accepted');
    // The address that was in use when the time began is one of them.
    expect(later).toContain('192.0.2.1 24 Nov 2026');
    for (const [query, words] of [
      ['?since=24h', '2 Jes, 1 JesClip'],
      ['?since=all', '3 Jes, 1 JesClip'],
      ['?since=2026-11-27T13:00', 'Nothing was made since then.'],
      ['?since=2027-01-01T00:00', 'Nothing was made since then.'],
    ] as const) {
      expect([query, await textOf(await see(query))]).toEqual([query, expect.stringContaining(words)]);
    }
  });

  test('counts a period of a key that has ended from its end', async () => {
    await newPost(harness, key, { content: 'Before the end' });
    await harness.revoke(key);
    harness.now += 40 * DAY;
    expect(await textOf(await see('?since=24h'))).toContain('Before the end');
  });

  test('pages through what a key made, each once', async () => {
    const values = Array.from({ length: 120 }, (_, i) => `('${newId(harness.now + i)}', 'Jes ${i}')`);
    await rowsOf(
      harness,
      `INSERT INTO posts (id, author_id, api_key_id, content, visibility, created_at, updated_at)
       SELECT v.id, '${key.accountId}', '${key.id}', v.content, 'PUBLIC', now(), now() FROM (VALUES ${values}) v(id, content)`,
    );
    const seen: string[] = [];
    let next: string | undefined = path;
    while (next) {
      const html = await (await open(harness, next, person.cookie)).text();
      seen.push(...[...html.matchAll(/<p dir="auto">(Jes \d+)</g)].map(([, words = '']) => words));
      next = /href="([^"]*cursor=[^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => `Jes ${119 - i}`));
  });

  test.each([
    '?since=yesterday',
    '?since=2026-13-01T00:00',
    '?since=%00',
    '?since=99999-01-01T00:00:00Z',
  ])('says what is wrong with %s, and shows the last week', async (query) => {
    await newPost(harness, key, { content: 'Still shown' });
    const response = await see(query);
    await expect(response).toHaveStatus(400);
    const text = await textOf(response);
    expect(text).toContain('Still shown');
    expect(text).toMatch(/must be (24h, 7d, 30d, all, or a date and a time|between 1970 and 9999)/);
  });

  test('and its buttons are for the owner alone', async () => {
    const jes = await newPost(harness, key);
    const stranger = await harness.newSession();
    await expect(await open(harness, path, stranger.cookie)).toHaveStatus(404);
    await expect(await clean(ALL, stranger.cookie)).toHaveStatus(404);
    const theirs = await harness.newKey({ account: { id: stranger.accountId, username: stranger.username } });
    const item = { ...ALL, kind: 'jes', id: jes.id };
    const taken = await submit(harness, `/settings/api-access/${theirs.id}/activity`, item, stranger.cookie);
    expect(taken.headers.get('Location')).toContain('deleted=0');
    expect(await statusOf(`/api/posts/${jes.id}`)).toBe(200);
  });

  test('stays while Redis is away', async () => {
    await newPost(harness, key, { content: 'Known to Neon' });
    await harness.upstash.setFaults({ kind: 'refuse' });
    const text = await textOf(await see());
    expect(text).toContain('Known to Neon');
    expect(text).toContain('Usage is unknown right now');
  });
});

describe('deleting the things that a key made', () => {
  test('takes one thing away and leaves the rest', async () => {
    const [first, second] = [await newPost(harness, key), await newPost(harness, key)];
    const clip = await newJesClip(harness, key);
    const comment = await newComment(harness, key, first.id);
    const one = async (kind: string, id: string) => {
      const response = await clean({ ...ALL, kind, id });
      expect([response.status, response.headers.get('Location')]).toEqual([
        303,
        `${path}?since=2026-11-01T00%3A00%3A00.000Z&deleted=1`,
      ]);
    };
    await one('jes', second.id);
    await one('comment', comment.id);
    expect(await statusOf(`/api/posts/${second.id}`)).toBe(404);
    expect(await statusOf(`/api/posts/${first.id}`)).toBe(200);
    expect(await statusOf(`/api/jesclips/${clip.id}`)).toBe(200);
    await one('jesclip', clip.id);
    expect(await statusOf(`/api/jesclips/${clip.id}`)).toBe(404);
    expect(await textOf(await see('?since=all&deleted=1'))).toContain('1 deleted.');
  });

  test('takes all of it away, exactly, with its files, its words and its counts', async () => {
    const other = await harness.newKey();
    const strangers = await newPost(harness, other, { content: 'Of somebody else' });
    const own = await newPost(harness, person, { content: 'By hand' });
    const jes = await newPost(harness, key, {
      content: 'Secret words of a Jes',
      poll: { options: ['Secret a', 'Secret b'] },
    });
    await newComment(harness, other, jes.id);
    const bounce = await created<{ id: string }>(
      harness.fetch(`/api/posts/${strangers.id}/bounce`, { key: key.key, method: 'POST' }),
    );
    // A bounce of a Jes that is deleted with it.
    await created(harness.fetch(`/api/posts/${jes.id}/bounce`, { key: key.key, body: { content: 'Secret quote' } }));
    const uploaded = await upload(harness, key, [file()]);
    const clip = await newJesClip(harness, key, { caption: 'Secret caption' });
    await newComment(harness, other, clip.id, {}, '/api/jesclips');
    const comment = await newComment(harness, key, strangers.id, { content: 'Secret comment' });
    await newComment(harness, other, strangers.id, { content: 'A reply', parentId: comment.id });
    await newComment(harness, other, strangers.id, { content: 'A comment that stays' });
    const clipOfOther = await newJesClip(harness, other);
    await newComment(harness, key, clipOfOther.id, { content: 'Secret clip comment' }, '/api/jesclips');
    expect(await objectsOf(uploaded.media)).toHaveLength(1);

    const response = await clean(ALL);
    expect(response.headers.get('Location')).toBe(`${path}?since=2026-11-01T00%3A00%3A00.000Z&deleted=7`);
    await harness.sweep();

    for (const gone of [
      `/api/posts/${jes.id}`,
      `/api/posts/${bounce.id}`,
      `/api/posts/${uploaded.id}`,
      `/api/jesclips/${clip.id}`,
    ]) {
      expect([gone, await statusOf(gone)]).toEqual([gone, 404]);
    }
    expect(await statusOf(`/api/posts/${own.id}`)).toBe(200);
    const comments = await harness.fetch(`/api/posts/${strangers.id}/comments`, { key: other.key });
    expect(
      ((await comments.json()) as { comments: { content: string }[] }).comments.map(({ content }) => content),
    ).toEqual(['A comment that stays']);
    expect(await objectsOf(uploaded.media)).toEqual([]);
    const jehub = await newJehub(harness, person, 'Any');
    expect(await drift.of(harness, [key.accountId, other.accountId], jehub.id)).toEqual([]);
    expect(JSON.stringify(await outbox.eventsOf(harness, key.accountId))).not.toContain('Secret');
    expect(await textOf(await see())).toContain('Nothing was made since then.');
    expect(await textOf(await see())).not.toContain('Secret');
  });

  test('empties answers that are kept for replays', async () => {
    const strangers = await newPost(harness, await harness.newKey());
    const write = (at: string, body: object) =>
      harness.fetch(at, { key: key.key, body, headers: { 'Idempotency-Key': 'once' } });
    const onJes = `/api/posts/${strangers.id}/comments`;
    await write(onJes, { content: 'Secret comment' });
    await write('/api/posts', { content: 'Secret Jes' });
    await clean(ALL);
    for (const [at, words] of [
      [onJes, 'Secret comment'],
      ['/api/posts', 'Secret Jes'],
    ] as const) {
      const replay = await write(at, { content: words });
      expect([replay.status, replay.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
      expect(await replay.json()).toMatchObject({ content: '' });
    }
  });

  test('since a time leaves older things', async () => {
    const early = await newPost(harness, key);
    harness.now += DAY;
    const late = await newPost(harness, key);
    await clean({ since: new Date(harness.now).toISOString() });
    expect([await statusOf(`/api/posts/${early.id}`), await statusOf(`/api/posts/${late.id}`)]).toEqual([200, 404]);
  });

  test('covers several batches, while the key still writes and another session deletes the same', async () => {
    const values = Array.from({ length: 450 }, (_, i) => `('${newId(harness.now + i)}')`);
    await rowsOf(
      harness,
      `INSERT INTO posts (id, author_id, api_key_id, content, visibility, created_at, updated_at)
       SELECT v.id, '${key.accountId}', '${key.id}', 'Spam', 'PUBLIC', now(), now() FROM (VALUES ${values}) v(id)`,
    );
    await rowsOf(harness, `UPDATE accounts SET total_posts = total_posts + 450 WHERE id = '${key.accountId}'`);
    const answers = await Promise.all([clean(ALL), clean(ALL), newPost(harness, key), clean(ALL)]);
    const counts = answers.flatMap((answer) =>
      answer instanceof Response ? [Number(/deleted=(\d+)/.exec(answer.headers.get('Location') ?? '')?.[1])] : [],
    );
    const [left] = await rowsOf<{ left: number }>(
      harness,
      `SELECT count(*)::int AS left FROM posts WHERE api_key_id = '${key.id}' AND deleted_at IS NULL`,
    );
    expect((left?.left ?? 0) + counts.reduce((sum, count) => sum + count, 0)).toBe(451);
    const [account] = await rowsOf(harness, `SELECT total_posts FROM accounts WHERE id = '${key.accountId}'`);
    expect(account).toEqual({ total_posts: left?.left });
  });

  test.each([
    [{}, 400],
    [{ since: 'yesterday' }, 400],
    [{ since: '0001-01-01T00:00:00Z' }, 400],
    [{ ...ALL, kind: 'account', id: '01HK153X000000000000000000' }, 400],
    [{ ...ALL, kind: 'jes', id: "' OR true" }, 404],
  ] as const)('refuses %o with %i', async (fields, status) => {
    const jes = await newPost(harness, key);
    await expect(await clean({ ...fields })).toHaveStatus(status);
    expect(await statusOf(`/api/posts/${jes.id}`)).toBe(200);
  });

  test('is over once the session is', async () => {
    const jes = await newPost(harness, key);
    await rowsOf(harness, `DELETE FROM sessions WHERE account_id = '${key.accountId}'`);
    await expect(await clean(ALL)).toHaveStatus(303);
    expect(await statusOf(`/api/posts/${jes.id}`)).toBe(200);
  });
});
