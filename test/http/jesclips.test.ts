import { describe, expect, test } from 'vitest';
import type { JesClip } from '../../src/domain/jesclips/index.ts';
import { inspectMedia } from '../../src/lib/media/inspect.ts';
import { invalid, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { clipForm, MP4, multipart, newJesClip, sendClip, WEBM } from '../support/app/jesclips.ts';
import { as, newPost } from '../support/app/posts.ts';
import { bytesOf, pathOf, readClip as read, watchObjects } from '../support/app/uploads.ts';
import { endSession, jesclips, outbox, posts } from '../support/database/database.ts';
import { png } from '../support/media/images.ts';

describe('POST /api/jesclips', () => {
  test('answers 201 with the JesClip, which is then readable, sent as an event and counted', async () => {
    const harness = new Harness();
    const account = await harness.newAccount({ displayName: 'Ada' });
    const bob = await harness.newAccount();
    const key = await harness.newKey({ account, label: 'Recorder', scopes: ['write:jesclip', 'read:engagement'] });
    harness.now += 77;
    const caption = `#Engines by @${bob.username} 🚂`;
    const clip = await newJesClip(harness, key, { caption, visibility: 'PUBLIC' });
    const { id, video: shown } = clip;
    expect(id).toEqual(expect.ulid());
    expect(shown.url).toMatch(/^https:\/\/jestha\.com\/media\/[\w-]+\.mp4$/);
    expect(Object.keys(clip)).toEqual([
      'id',
      'url',
      'caption',
      'video',
      'author',
      'via',
      'visibility',
      'hashtags',
      'mentions',
      'counts',
      'createdAt',
      'updatedAt',
      'editedAt',
    ]);
    expect(clip).toEqual({
      id,
      url: `https://jestha.com/jesclip/${id}`,
      caption,
      video: {
        id: shown.id,
        type: 'video',
        mimeType: 'video/mp4',
        url: shown.url,
        width: 32,
        height: 16,
        size: MP4.size,
        alt: null,
      },
      author: { id: account.id, username: account.username, displayName: 'Ada', avatar: null, verified: false },
      via: { label: 'Recorder' },
      visibility: 'PUBLIC',
      hashtags: ['Engines'],
      mentions: [{ id: bob.id, username: bob.username }],
      counts: { comments: 0 },
      createdAt: '2026-11-24T12:00:00.077Z',
      updatedAt: '2026-11-24T12:00:00.077Z',
      editedAt: null,
    });
    expect(await read(harness, key, id)).toEqual({ status: 200, body: clip });
    expect(await jesclips.creationsToday(harness, account.id, '2026-11-24')).toBe(1);
    const [event, ...others] = await outbox.eventsOf(harness, account.id);
    expect(others).toEqual([]);
    const { counts: _, video: __, ...told } = clip;
    expect(event).toMatchObject({ event: 'jesclip.created', data: told });
    expect(event?.data).not.toHaveProperty('counts');
  });

  test('needs a video and nothing else: no caption, for everybody', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const clip = await newJesClip(harness, person);
    expect(clip).toMatchObject({ caption: '', visibility: 'PUBLIC', via: null, hashtags: [], mentions: [] });
    expect(await read(harness, person, clip.id)).toEqual({ status: 200, body: clip });
  });

  test.each([
    ['MP4', MP4],
    ['WebM', WEBM],
  ])('serves a real %s, without its metadata', async (_, file) => {
    const harness = new Harness();
    const created = await sendClip(harness, await harness.newKey(), clipForm({}, [file]));
    const { video: shown } = (await created.json()) as JesClip;
    expect(shown).toMatchObject({ type: 'video', mimeType: file.type, width: 32, height: 16, size: file.size });
    const served = await harness.fetch(pathOf(shown.url));
    expect([served.status, served.headers.get('Content-Type')]).toEqual([200, file.type]);
    // The suites of lib/media test the removed parts, and that the rest still plays.
    const inspection = inspectMedia(await file.bytes(), { maxPixels: 512, maxDrawnPixels: 512 });
    if (inspection.outcome === 'refused') throw new Error(inspection.message);
    expect(await served.bytes()).toEqual(bytesOf(...inspection.media.pieces));
  });

  test.each(['FOLLOWERS', 'PRIVATE'])('a video that is %s has an address that is signed', async (visibility) => {
    const harness = new Harness();
    const { video: shown } = await newJesClip(harness, await harness.newKey(), { visibility });
    expect(shown.url).toMatch(/\.mp4\?expires=\d+&signature=[\w-]{43}$/);
    await expect(await harness.fetch(pathOf(shown.url))).toHaveStatus(200);
    await expect(await harness.fetch(new URL(shown.url).pathname)).toHaveStatus(404);
  });

  test('carries the counts for keys with read:engagement, and only for them', async () => {
    const harness = new Harness();
    const key = await harness.newKey({ scopes: ['write:jesclip'] });
    const { id, ...clip } = await newJesClip(harness, key);
    expect(clip).not.toHaveProperty('counts');
    expect((await read(harness, key, id)).body).not.toHaveProperty('counts');
    const reader = await harness.newKey({ scopes: ['read:engagement'] });
    expect((await read(harness, reader, id)).body).toMatchObject({ counts: { comments: 0 } });
  });

  test('takes a caption of 2,200 code points, and keeps it as it was sent', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const caption = ` "quotes" \\ <b>&\n${'🚀'.repeat(2_183)}`;
    expect([...caption]).toHaveLength(2_200);
    expect(await newJesClip(harness, key, { caption })).toMatchObject({ caption });
  });

  test.each([
    [
      'a caption of 2,201',
      { caption: '🚀'.repeat(2_201) },
      { path: 'caption', message: 'must be at most 2200 characters' },
    ],
    ['a NUL', { caption: 'a\0' }, { path: 'caption', message: 'contains a NUL character' }],
    ['another field', { content: 'x' }, { path: 'content', message: UNKNOWN_FIELD }],
    ['a JeHub', { jeHubId: '01HK153X000000000000000000' }, { path: 'jeHubId', message: UNKNOWN_FIELD }],
    ['an unknown visibility', { visibility: 'public' }, { path: 'visibility', message: expect.any(String) }],
  ])('%s is refused, and nothing is left', async (_, fields, detail) => {
    const harness = new Harness();
    const key = await harness.newKey();
    expect(await answerOf(await sendClip(harness, key, clipForm(fields as Record<string, string>)))).toEqual(
      invalid(detail),
    );
    expect(await jesclips.captionsOf(harness, key.accountId)).toEqual([]);
    expect(await jesclips.creationsToday(harness, key.accountId, '2026-11-24')).toBe(0);
  });

  test('no video is refused', async () => {
    const harness = new Harness();
    const answer = await sendClip(harness, await harness.newKey(), clipForm({ caption: 'Nothing to see' }, []));
    expect(await answerOf(answer)).toEqual(invalid({ path: 'video', message: 'must be one video' }));
  });

  test.each([
    ['a picture', [new File([png()], 'a.png', { type: 'image/png' })], 415, /^is none of video\/mp4, /],
    ['a picture that says it is a video', [new File([png()], 'a.mp4', { type: 'video/mp4' })], 415, /^is none of /],
    ['a WebM that says it is MP4', [new File([WEBM], 'a.mp4', { type: 'video/mp4' })], 415, /^is video\/webm, which /],
    ['half a video', [new File([MP4.slice(0, MP4.size / 2)], 'a.mp4', { type: 'video/mp4' })], 400, /^is truncated/],
    ['nothing', [new File([], 'a.mp4', { type: 'video/mp4' })], 400, /^is empty$/],
    ['a second video', [MP4, WEBM], 413, /^exceeds the limit of 1 file$/],
    [
      '8 MB and a byte',
      [new File([new Uint8Array(8 * 1_024 * 1_024 + 1)], 'a.mp4')],
      413,
      /^is larger than 8,388,608 /,
    ],
  ])('%s is refused, naming it', async (_, files, status, message) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const answer = await answerOf(await sendClip(harness, key, clipForm({}, files)));
    const details = [{ path: 'video', message: expect.stringMatching(message) }];
    expect(answer).toMatchObject({ status, body: { details } });
    expect(await jesclips.captionsOf(harness, key.accountId)).toEqual([]);
  });

  test('a person may send more than 8 MB', async () => {
    const harness = new Harness();
    const form = clipForm({}, [new File([new Uint8Array(8 * 1_024 * 1_024 + 1)], 'a.mp4')]);
    // It is read to its end, and found to be no video.
    await expect(await sendClip(harness, await harness.newSession(), form)).toHaveStatus(415);
  });

  test('a form on another site posts nothing', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const { headers, ...form } = await multipart(clipForm());
    const request = { ...as(person), ...form, headers: { ...headers, 'Sec-Fetch-Site': 'cross-site' } };
    expect(await answerOf(await harness.fetch('/api/jesclips', request))).toMatchObject({
      status: 403,
      body: { code: 'cross_site_request' },
    });
    expect(await jesclips.captionsOf(harness, person.accountId)).toEqual([]);
  });

  test('a refused request leaves no object, an accepted one leaves one', async () => {
    const harness = new Harness();
    const stored = watchObjects(harness);
    const key = await harness.newKey();
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 999 });
    await expect(await sendClip(harness, key, clipForm({ visibility: 'x' }))).toHaveStatus(400);
    expect(await stored()).toBe(0);
    await expect(await sendClip(harness, key, clipForm(), 'k')).toHaveStatus(201);
    await expect(await sendClip(harness, key)).toHaveStatus(429);
    await expect(await sendClip(harness, key, clipForm(), 'k')).toHaveStatus(201);
    await expect(await sendClip(harness, key, clipForm({ caption: 'x' }), 'k')).toHaveStatus(422);
    expect(await stored()).toBe(1);
  });

  test('JSON is 415: a video comes as a file', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const answer = await harness.fetch('/api/jesclips', { key, body: { caption: 'x', video: 'https://example.com' } });
    expect(await answerOf(answer)).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
  });

  test('does not count among the posts of its author', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    await newJesClip(harness, person);
    await newPost(harness, person);
    const { body } = await answerOf(await harness.fetch('/api/auth/me', person));
    expect(body).toMatchObject({ totalPosts: 1 });
  });

  test('is not limited to ten a minute', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    for (let i = 0; i < 10; i++) await newPost(harness, key);
    await newJesClip(harness, key);
  });

  test.each([
    ['its key was revoked', 'api_key_revoked'],
    ['its session ended', 'authentication_required'],
  ])('does not land after %s', async (_, code) => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const [key, person] = [await harness.newKey({ account }), await harness.newSession({ account })];
    await harness.neon.setFaults({ kind: 'hang', match: 'insert into \\"jesclips\\"' });
    const request = { ...as(code === 'api_key_revoked' ? key : person), ...(await multipart(clipForm())) };
    const { response, settled } = harness.start('/api/jesclips', request);
    await harness.neon.untilHeld();
    await harness.revoke(key);
    await endSession(harness, person);
    await harness.neon.setFaults();
    expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code } });
    await settled();
    expect(await jesclips.captionsOf(harness, account.id)).toEqual([]);
  });
});
