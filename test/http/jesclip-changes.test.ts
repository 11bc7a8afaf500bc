import { describe, expect, test } from 'vitest';
import type { JesClip } from '../../src/domain/jesclips/index.ts';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { clipForm, newJesClip, sendClip, WEBM } from '../support/app/jesclips.ts';
import { as, type Caller, newComment, newPost } from '../support/app/posts.ts';
import { pathOf, readClip as read, watchObjects } from '../support/app/uploads.ts';
import { endSession, jesclips, posts } from '../support/database/database.ts';

const edit = async (harness: Harness, caller: Caller, id: string, body: unknown) =>
  await answerOf(await harness.fetch(`/api/jesclips/${id}`, { ...as(caller), method: 'PATCH', body }));

const QUOTA_EXCEEDED = {
  status: 429,
  body: {
    error: 'Daily quota exceeded',
    message: 'This account is limited to 1,000 Jes and JesClips per UTC day through the API.',
    code: 'daily_quota_exceeded',
    retryAfter: 43_200,
  },
};

describe('the daily quota', () => {
  test('is of Jes and JesClips together', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 998 });
    await newJesClip(harness, key, { caption: 'The 999th' });
    await newPost(harness, key, { content: 'The 1,000th' });
    const refused = await sendClip(harness, key, clipForm({ caption: 'One too many' }));
    expect(refused.headers.get('Retry-After')).toBe('43200');
    expect(await answerOf(refused)).toEqual(QUOTA_EXCEEDED);
    const post = await harness.fetch('/api/posts', { key: key.key, body: { content: 'One too many' } });
    expect(await answerOf(post)).toEqual(QUOTA_EXCEEDED);
    expect(await jesclips.captionsOf(harness, key.accountId)).toEqual(['The 999th']);
  });

  test('is exact: of ten Jes and ten JesClips at once by several keys, five fit', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const keys = await Promise.all(Array.from({ length: 4 }, () => harness.newKey({ account })));
    await posts.setToday(harness, account.id, '2026-11-24', { creations: 995 });
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const key = keys[i % 4] ?? { key: '' };
        const body = { content: `Number ${i}` };
        const sent = i < 10 ? harness.fetch('/api/posts', { ...as(key), body }) : sendClip(harness, key);
        return (await sent).status;
      }),
    );
    const count = (status: number) => statuses.filter((other) => other === status).length;
    expect([count(201), count(429)]).toEqual([5, 15]);
    const made = [
      ...(await posts.contentsOf(harness, account.id)),
      ...(await jesclips.captionsOf(harness, account.id)),
    ];
    expect(made).toHaveLength(5);
    expect(await jesclips.creationsToday(harness, account.id, '2026-11-24')).toBe(1_000);
  });

  test('is of services: a person is not counted', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    await newJesClip(harness, person);
    expect(await jesclips.creationsToday(harness, person.accountId, '2026-11-24')).toBe(0);
  });
});

describe('Idempotency-Key of a JesClip', () => {
  const send = (harness: Harness, caller: Caller, caption: string) =>
    sendClip(harness, caller, clipForm({ caption }), 'k');

  test.each(['PUBLIC', 'PRIVATE'])('makes one %s JesClip, and the same bytes again', async (visibility) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const attempt = () => sendClip(harness, key, clipForm({ caption: 'Once', visibility }), 'k');
    const first = await attempt();
    harness.now += 60_000;
    const again = await attempt();
    expect([first.status, first.headers.get('Idempotent-Replayed')]).toEqual([201, null]);
    expect([again.status, again.headers.get('Idempotent-Replayed')]).toEqual([201, 'true']);
    expect(await again.text()).toBe(await first.text());
    expect(await jesclips.captionsOf(harness, key.accountId)).toEqual(['Once']);
    expect(await jesclips.creationsToday(harness, key.accountId, '2026-11-24')).toBe(1);
  });

  test('with another caption or another video is 422', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await send(harness, key, 'Once');
    const reused = { status: 422, body: { code: 'idempotency_key_reused' } };
    expect(await answerOf(await send(harness, key, 'Twice'))).toMatchObject(reused);
    const other = await sendClip(harness, key, clipForm({ caption: 'Once' }, [WEBM]), 'k');
    expect(await answerOf(other)).toMatchObject(reused);
    expect(await jesclips.captionsOf(harness, key.accountId)).toEqual(['Once']);
  });

  test('is not burnt by what was refused', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 1_000 });
    await expect(await send(harness, key, 'Once')).toHaveStatus(429);
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 0 });
    await expect(await send(harness, key, 'Once')).toHaveStatus(201);
  });

  test('ten at once make one, and one object', async () => {
    const harness = new Harness();
    const stored = watchObjects(harness);
    const person = await harness.newSession();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(harness, person, 'Once')));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    const fresh = answers.filter(({ status, headers }) => status === 201 && !headers.has('Idempotent-Replayed'));
    expect(fresh).toHaveLength(1);
    expect(await jesclips.captionsOf(harness, person.accountId)).toEqual(['Once']);
    expect(await stored()).toBe(1);
  });
});

describe('GET /api/jesclips/:id', () => {
  test.each([
    ['an id nobody has', '01HK153X000000000000000000'],
    ['a lower-case id', '01hk153x000000000000000000'],
    ['something else', 'abc'],
    ['a NUL', '%00'],
  ])('%s is 404', async (_, id) => {
    const harness = new Harness();
    expect(await read(harness, await harness.newKey(), id)).toEqual(NOT_FOUND);
  });

  test('of a Jes is 404, and a Jes of a JesClip, with all below them', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const [clip, post] = [await newJesClip(harness, key), await newPost(harness, key)];
    const { id: parentId } = await newComment(harness, key, post.id);
    for (const path of [`/api/jesclips/${post.id}`, `/api/posts/${clip.id}`]) {
      expect(await answerOf(await harness.fetch(path, as(key)))).toEqual(NOT_FOUND);
      expect(await answerOf(await harness.fetch(`${path}/comments`, as(key)))).toEqual(NOT_FOUND);
      const comment = { ...as(key), body: { content: 'x' } };
      expect(await answerOf(await harness.fetch(`${path}/comments`, comment))).toEqual(NOT_FOUND);
    }
    const reply = { ...as(key), body: { content: 'x', parentId } };
    await expect(await harness.fetch(`/api/jesclips/${clip.id}/comments`, reply)).toHaveStatus(400);
  });
});

describe('PATCH /api/jesclips/:id', () => {
  test('changes what it names, and what follows from the caption', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const clip = await newJesClip(harness, key, { caption: '#old' });
    harness.now += 5_000;
    const caption = `#new @${key.username}`;
    const expected = {
      ...clip,
      caption,
      hashtags: ['new'],
      mentions: [{ id: key.accountId, username: key.username }],
      updatedAt: '2026-11-24T12:00:05.000Z',
      editedAt: '2026-11-24T12:00:05.000Z',
    };
    expect(await edit(harness, key, clip.id, { caption })).toEqual({ status: 200, body: expected });
    expect(await read(harness, key, clip.id)).toEqual({ status: 200, body: expected });
    const { status, body } = await edit(harness, key, clip.id, { visibility: 'PRIVATE' });
    const { video: hidden, ...rest } = body as JesClip;
    expect([status, rest]).toEqual([200, { ...expected, visibility: 'PRIVATE', video: undefined }]);
    expect(hidden.url).toContain(`${clip.video.url}?expires=`);
    await expect(await harness.fetch(pathOf(clip.video.url))).toHaveStatus(404);
    await expect(await harness.fetch(pathOf(hidden.url))).toHaveStatus(200);
    expect(await edit(harness, key, clip.id, { caption: '', visibility: 'PUBLIC' })).toEqual({
      status: 200,
      body: { ...expected, caption: '', hashtags: [], mentions: [] },
    });
  });

  test.each([
    ['nothing', {}, { path: '', message: 'give at least one of caption and visibility' }],
    [
      'a caption of 2,201',
      { caption: 'x'.repeat(2_201) },
      { path: 'caption', message: 'must be at most 2200 characters' },
    ],
    ['no caption', { caption: null }, { path: 'caption', message: 'must be a string' }],
    ['a field that does not change', { caption: 'x', video: null }, { path: 'video', message: UNKNOWN_FIELD }],
  ])('with %s is refused', async (_, body, detail) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const clip = await newJesClip(harness, key);
    expect(await edit(harness, key, clip.id, body)).toEqual(invalid(detail));
    expect(await read(harness, key, clip.id)).toEqual({ status: 200, body: clip });
  });

  test("of another's is 403 if visible, else 404, and uses up no Idempotency-Key", async () => {
    const harness = new Harness();
    const [author, other] = [await harness.newKey(), await harness.newKey()];
    const seen = await newJesClip(harness, author);
    const unseen = await newJesClip(harness, author, { visibility: 'PRIVATE' });
    for (const headers of [{}, { 'Idempotency-Key': 'k' }]) {
      const attempt = async (id: string) => {
        const request = { key: other.key, method: 'PATCH', headers, body: { caption: 'Mine now' } };
        return await answerOf(await harness.fetch(`/api/jesclips/${id}`, request));
      };
      expect(await attempt(seen.id)).toEqual({
        status: 403,
        body: { error: 'Not the owner', message: 'Only the author can change this JesClip.', code: 'not_owner' },
      });
      for (const id of [unseen.id, '01HK153X000000000000000000', 'nope']) expect(await attempt(id)).toEqual(NOT_FOUND);
    }
    expect(await read(harness, author, seen.id)).toEqual({ status: 200, body: seen });
  });

  test('replays under its key', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newJesClip(harness, key, { visibility: 'PRIVATE' });
    const request = { ...as(key), method: 'PATCH', headers: { 'Idempotency-Key': 'k' }, body: { caption: 'Edited' } };
    const first = await (await harness.fetch(`/api/jesclips/${id}`, request)).text();
    harness.now += 1_000;
    await edit(harness, key, id, { caption: 'Edited again' });
    const again = await harness.fetch(`/api/jesclips/${id}`, request);
    expect([again.headers.get('Idempotent-Replayed'), await again.text()]).toEqual(['true', first]);
    expect((await read(harness, key, id)).body).toMatchObject({ caption: 'Edited again' });
  });

  test('does not land after the session ended', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    const clip = await newJesClip(harness, person);
    await harness.neon.setFaults({ kind: 'hang', match: 'acting_account_of_session' });
    const request = { ...as(person), method: 'PATCH', body: { caption: 'Too late' } };
    const { response, settled } = harness.start(`/api/jesclips/${clip.id}`, request);
    await harness.neon.untilHeld();
    await endSession(harness, person);
    await harness.neon.setFaults();
    await expect(await response).toHaveStatus(401);
    await settled();
    expect((await read(harness, key, clip.id)).body).toEqual(clip);
  });
});
