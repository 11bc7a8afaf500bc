import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { bouncePost as bounce, editPost as edit, removePost as remove, totalPosts } from '../support/app/jes.ts';
import { as, newComment, newJehub, newPost, seenPost } from '../support/app/posts.ts';
import { endSession, outbox, posts } from '../support/database/database.ts';

const NOT_OWNER = {
  status: 403,
  body: { error: 'Not the owner', message: 'Only the author can change this Jes.', code: 'not_owner' },
};

describe('a Jes with everything', () => {
  test('is answered and read with all its fields', async () => {
    const harness = new Harness();
    const account = await harness.newAccount({ displayName: 'Ada' });
    const [key, ada, bob] = [
      await harness.newKey({ account }),
      await harness.newSession({ account }),
      await harness.newAccount(),
    ];
    const hub = await newJehub(harness, ada, 'Engines');
    const jes = await newPost(harness, key, {
      content: `Hi @${bob.username} and @nobody_here, #Engines #café https://example.com/x`,
      jeHubId: hub.id,
      location: { name: 'London', latitude: 51.5, longitude: -0.1 },
      poll: { options: ['Yes', 'No ✨'], multiple: true },
    });
    const [yes, no] = jes.poll?.options ?? [];
    expect(jes).toEqual({
      id: jes.id,
      url: `https://jestha.com/post/${jes.id}`,
      content: `Hi @${bob.username} and @nobody_here, #Engines #café https://example.com/x`,
      visibility: 'PUBLIC',
      author: { id: account.id, username: account.username, displayName: 'Ada', avatar: null, verified: false },
      via: { label: 'Test service' },
      media: [],
      poll: {
        options: [
          { id: yes?.id, text: 'Yes', votes: 0 },
          { id: no?.id, text: 'No ✨', votes: 0 },
        ],
        multiple: true,
        endsAt: '2026-11-25T12:00:00.000Z',
        totalVotes: 0,
      },
      location: { name: 'London', latitude: 51.5, longitude: -0.1 },
      linkPreview: null,
      hashtags: ['Engines', 'café'],
      mentions: [{ id: bob.id, username: bob.username }],
      jeHub: { id: hub.id, name: 'Engines' },
      bounceOf: null,
      counts: { likes: 0, comments: 0, bounces: 0, saves: 0 },
      createdAt: '2026-11-24T12:00:00.000Z',
      updatedAt: '2026-11-24T12:00:00.000Z',
      editedAt: null,
    });
    expect(await seenPost(harness, key, jes.id)).toEqual(jes);
    const { counts: _, ...told } = jes;
    expect(await outbox.eventsOf(harness, account.id)).toMatchObject([
      { event: 'jes.created', data: { ...told, bounceOf: null } },
    ]);
  });

  test.each([
    [
      'an unknown JeHub',
      { jeHubId: '01HK153X000000000000000000' },
      'jeHubId',
      'must be the id of a JeHub of this account',
    ],
    ['no id of a JeHub', { jeHubId: 'x' }, 'jeHubId', 'must be the id of a JeHub'],
    ['one option', { poll: { options: ['a'] } }, 'poll.options', 'at least 2 options'],
    ['five options', { poll: { options: ['a', 'b', 'c', 'd', 'e'] } }, 'poll.options', 'at most 4 options'],
    ['an empty option', { poll: { options: ['a', ' '] } }, 'poll.options.1', 'must not be empty'],
    ['a long option', { poll: { options: ['a', 'b'.repeat(81)] } }, 'poll.options.1', 'must be at most 80 characters'],
    [
      'half a place',
      { location: { name: 'x', latitude: 1 } },
      'location',
      'give latitude and longitude together, or neither',
    ],
    [
      'a private URL',
      { linkPreviewUrl: 'https://10.0.0.1/' },
      'linkPreviewUrl',
      'must be an https URL of a public host',
    ],
    ['no URL', { linkPreviewUrl: 'x' }, 'linkPreviewUrl', 'must be an https URL of a public host'],
    [
      'NUL in a URL',
      { linkPreviewUrl: 'https://example.com/\0' },
      'linkPreviewUrl',
      'must be an https URL of a public host',
    ],
  ])('%s is refused', async (_, fields, path, message) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const answer = await harness.fetch('/api/posts', { key: key.key, body: { content: 'x', ...fields } });
    expect(await answerOf(answer)).toEqual(invalid({ path, message }));
    expect(await posts.contentsOf(harness, key.accountId)).toEqual([]);
  });

  test.each([
    [{ poll: { options: ['a', 'b'], durationHours: 0 } }, 'poll.durationHours'],
    [{ poll: { options: ['a', 'b'], durationHours: 169 } }, 'poll.durationHours'],
    [{ poll: { options: ['a', 'b'], durationHours: 1.5 } }, 'poll.durationHours'],
    [{ location: { name: 'x', latitude: 90.1, longitude: 0 } }, 'location.latitude'],
    [{ location: { name: 'x', latitude: -90.1, longitude: 0 } }, 'location.latitude'],
    [{ location: { name: 'x', latitude: 0, longitude: 180.1 } }, 'location.longitude'],
    [{ location: { name: 'x', latitude: 0, longitude: -180.1 } }, 'location.longitude'],
    [{ location: { latitude: 0, longitude: 0 } }, 'location.name'],
    [{ location: { name: 'x'.repeat(101) } }, 'location.name'],
    [{ jeHubId: '01HK153X000000000000000000', visibility: 'PRIVATE' }, 'visibility'],
  ])('%j is refused, and its field named', async (fields, path) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const answer = await harness.fetch('/api/posts', { key: key.key, body: { content: 'x', ...fields } });
    expect(await answerOf(answer)).toMatchObject({ status: 400, body: { details: [{ path }] } });
  });

  test.each([
    { poll: { options: ['🚀'.repeat(80), 'b', 'c', 'd'], durationHours: 168 } },
    { poll: { options: ['a', 'b'], durationHours: 1 } },
    { location: { name: '🚀'.repeat(100), latitude: 90, longitude: 180 } },
    { location: { name: 'x', latitude: -90, longitude: -180 } },
    { location: { name: 'x' } },
  ])('%j is just as much as there may be', async (fields) => {
    const harness = new Harness();
    const { poll, location } = await newPost(harness, await harness.newKey(), fields);
    if ('location' in fields) expect(location).toEqual(fields.location);
    if (!('poll' in fields)) return;
    expect(poll?.options.map(({ text }) => text)).toEqual(fields.poll?.options);
    expect(poll?.endsAt).toBe(new Date(harness.now + (fields.poll?.durationHours ?? 0) * 3_600_000).toISOString());
  });

  test('may come as a form, without files too', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const form = new FormData();
    form.set('content', 'Hello');
    const request = new Request('https://x', { method: 'POST', body: form });
    const answer = await harness.fetch('/api/posts', {
      key: key.key,
      method: 'POST',
      body: new Uint8Array(await request.arrayBuffer()),
      headers: { 'Content-Type': request.headers.get('Content-Type') ?? '' },
    });
    const { status, body } = await answerOf(answer);
    expect([status, body]).toMatchObject([201, { content: 'Hello', media: [] }]);
  });
});

describe('PATCH /api/posts/:id', () => {
  test('changes what it names, and what follows from the content', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await newPost(harness, key, { content: '#old', location: { name: 'Here' } });
    harness.now += 5_000;
    const changed = await edit(harness, key, jes.id, { content: `#new @${key.username}` });
    const expected = {
      ...jes,
      content: `#new @${key.username}`,
      hashtags: ['new'],
      mentions: [{ id: key.accountId, username: key.username }],
      updatedAt: '2026-11-24T12:00:05.000Z',
      editedAt: '2026-11-24T12:00:05.000Z',
    };
    expect(changed).toEqual({ status: 200, body: expected });
    expect(await seenPost(harness, key, jes.id)).toEqual(expected);
    const moved = await edit(harness, key, jes.id, { location: null, visibility: 'PRIVATE' });
    expect(moved).toEqual({ status: 200, body: { ...expected, location: null, visibility: 'PRIVATE' } });
  });

  test.each([
    ['nothing', {}, { path: '', message: 'give at least one of content, visibility, location and media' }],
    ['empty content', { content: '' }, { path: 'content', message: 'must not be empty' }],
    ['a field that does not change', { content: 'x', poll: null }, { path: 'poll', message: UNKNOWN_FIELD }],
  ])('with %s is refused', async (_, body, detail) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    expect(await edit(harness, key, id, body)).toMatchObject({ status: 400, body: { details: [detail] } });
  });

  test("of another's is 403 if visible, else 404, and uses up no Idempotency-Key", async () => {
    const harness = new Harness();
    const [author, other] = [await harness.newKey(), await harness.newKey()];
    const [seen, unseen] = [await newPost(harness, author), await newPost(harness, author, { visibility: 'PRIVATE' })];
    for (const headers of [{}, { 'Idempotency-Key': 'k' }]) {
      const attempt = async (method: string, id: string) => {
        const body = method === 'PATCH' ? { body: { content: 'Mine now' } } : {};
        return await answerOf(await harness.fetch(`/api/posts/${id}`, { key: other.key, method, headers, ...body }));
      };
      expect(await attempt('PATCH', seen.id)).toEqual(NOT_OWNER);
      expect(await attempt('DELETE', seen.id)).toEqual(NOT_OWNER);
      for (const id of [unseen.id, '01HK153X000000000000000000', 'nope']) {
        expect(await attempt('PATCH', id)).toEqual(NOT_FOUND);
        expect(await attempt('DELETE', id)).toEqual(NOT_FOUND);
      }
    }
    expect(await seenPost(harness, author, seen.id)).toEqual(seen);
  });

  test('replays under its key', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    const attempt = () =>
      harness.fetch(`/api/posts/${id}`, {
        key: key.key,
        method: 'PATCH',
        body: { content: 'Edited' },
        headers: { 'Idempotency-Key': 'k' },
      });
    const first = await (await attempt()).text();
    harness.now += 1_000;
    await edit(harness, key, id, { content: 'Edited again' });
    const again = await attempt();
    expect([again.headers.get('Idempotent-Replayed'), await again.text()]).toEqual(['true', first]);
    expect(await seenPost(harness, key, id)).toMatchObject({ content: 'Edited again' });
  });

  test('neither edit nor delete lands after the session ended', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    const jes = await newPost(harness, person);
    for (const [method, body] of [
      ['PATCH', { content: 'Too late' }],
      ['DELETE', undefined],
    ] as const) {
      const session = await harness.newSession({ account: { id: person.accountId, username: person.username } });
      await harness.neon.setFaults({ kind: 'hang', match: 'acting_account_of_session' });
      const request = { cookie: session.cookie, method, ...(body && { body }) };
      const { response, settled } = harness.start(`/api/posts/${jes.id}`, request);
      await harness.neon.untilHeld();
      await endSession(harness, session);
      await harness.neon.setFaults();
      await expect(await response).toHaveStatus(401);
      await settled();
    }
    expect(await seenPost(harness, key, jes.id)).toEqual(jes);
  });
});

describe('DELETE /api/posts/:id', () => {
  test('is 204 and then 404 for everybody, its comments with it', async () => {
    const harness = new Harness();
    const [key, reader] = [await harness.newKey(), await harness.newKey()];
    const { id } = await newPost(harness, key);
    await newComment(harness, reader, id);
    const gone = await remove(harness, key, id);
    expect([gone.status, await gone.text(), gone.headers.get('Content-Type')]).toEqual([204, '', null]);
    for (const caller of [key, reader]) {
      expect(await answerOf(await harness.fetch(`/api/posts/${id}`, as(caller)))).toEqual(NOT_FOUND);
      expect(await answerOf(await harness.fetch(`/api/posts/${id}/comments`, as(caller)))).toEqual(NOT_FOUND);
      const comment = { ...as(caller), body: { content: 'Still there?' } };
      expect(await answerOf(await harness.fetch(`/api/posts/${id}/comments`, comment))).toEqual(NOT_FOUND);
      expect(await bounce(harness, caller, id)).toEqual(NOT_FOUND);
      expect(await edit(harness, caller, id, { content: 'x' })).toEqual(NOT_FOUND);
    }
    harness.now += 1;
    expect(await answerOf(await remove(harness, key, id))).toEqual(NOT_FOUND);
    await harness.sweep();
    expect(await posts.contentsOf(harness, key.accountId)).toEqual([]);
  });

  test('replays its 204 under its key', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    const attempt = () =>
      harness.fetch(`/api/posts/${id}`, { key: key.key, method: 'DELETE', headers: { 'Idempotency-Key': 'k' } });
    await expect(await attempt()).toHaveStatus(204);
    harness.now += 1_000;
    const again = await attempt();
    expect([again.status, again.headers.get('Idempotent-Replayed')]).toEqual([204, 'true']);
  });

  test('takes the totals back, and gives nothing of the quota back', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    await posts.setToday(harness, person.accountId, '2026-11-24', { creations: 999 });
    const { id } = await newPost(harness, key);
    expect(await totalPosts(harness, person)).toBe(1);
    await remove(harness, key, id);
    expect(await totalPosts(harness, person)).toBe(0);
    await expect(await harness.fetch('/api/posts', { key: key.key, body: { content: 'x' } })).toHaveStatus(429);
    await newPost(harness, person);
  });

  test('ten at once take one from the total', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    await newPost(harness, person);
    const { id } = await newPost(harness, person);
    await Promise.all(Array.from({ length: 10 }, () => remove(harness, person, id)));
    expect(await totalPosts(harness, person)).toBe(1);
  });
});
