import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND } from '../support/answers.ts';
import { endSession, follow, outbox } from '../support/database.ts';
import { answerOf, Harness } from '../support/harness.ts';
import { as, type Caller, newComment, newPost, seenPost } from '../support/posts.ts';

const list = (harness: Harness, caller: Caller, postId: string, query = '') =>
  harness.fetch(`/api/posts/${postId}/comments${query}`, as(caller));

interface Page {
  comments: { id: string; content: string; parentId: string | null }[];
  nextCursor: string | null;
}

async function pageOf(harness: Harness, caller: Caller, postId: string, query = ''): Promise<Page> {
  const { status, body } = await answerOf(await list(harness, caller, postId, query));
  expect(status).toBe(200);
  return body as Page;
}

describe('POST /api/posts/:id/comments', () => {
  test('answers 201 with the comment, and the list has it', async () => {
    const harness = new Harness();
    const account = await harness.newAccount({ displayName: 'Ada' });
    const key = await harness.newKey({ account, label: 'Bot', scopes: ['write:comment', 'read:comment'] });
    const { id: postId } = await newPost(harness, await harness.newKey());
    harness.now += 77;
    const comment = await newComment(harness, key, postId, { content: ' Well <said>, @ada! ' });
    expect(comment.id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(comment).toEqual({
      id: comment.id,
      postId,
      parentId: null,
      content: ' Well <said>, @ada! ',
      author: { id: account.id, username: account.username, displayName: 'Ada', avatar: null, verified: false },
      via: { label: 'Bot' },
      createdAt: '2026-11-24T12:00:00.077Z',
    });
    expect(await pageOf(harness, key, postId)).toEqual({ comments: [comment], nextCursor: null });
  });

  test('is counted, and told as an event without delay', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const { id: postId } = await newPost(harness, author);
    const comment = await newComment(harness, key, postId);
    await newComment(harness, author, postId, { parentId: comment.id });
    expect((await seenPost(harness, author, postId)).counts).toMatchObject({ comments: 2 });
    expect(await outbox.eventsOf(harness, key.accountId)).toEqual([{ event: 'comment.created', data: comment }]);
  });

  test('by a person has no "via"', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const { id: postId } = await newPost(harness, person);
    expect(await newComment(harness, person, postId)).toMatchObject({ via: null, author: { id: person.accountId } });
  });

  test('threads are one level deep: a reply to a reply joins the thread', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id: postId } = await newPost(harness, key);
    const top = await newComment(harness, key, postId);
    const reply = await newComment(harness, key, postId, { parentId: top.id });
    expect(reply.parentId).toBe(top.id);
    expect((await newComment(harness, key, postId, { parentId: reply.id })).parentId).toBe(top.id);
  });

  test('a reply must be to a comment on the same Jes; nothing is counted otherwise', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const [post, other] = [await newPost(harness, key), await newPost(harness, key)];
    const elsewhere = await newComment(harness, key, other.id);
    const reply = (parentId: unknown) =>
      harness.fetch(`/api/posts/${post.id}/comments`, { key: key.key, body: { content: 'Re', parentId } });
    for (const parentId of [elsewhere.id, post.id, '01HK153X000000000000000000']) {
      const refused = invalid({ path: 'parentId', message: 'must be the id of a comment on this Jes' });
      expect(await answerOf(await reply(parentId))).toEqual(refused);
    }
    const noId = invalid({ path: 'parentId', message: 'must be the id of a comment' });
    expect(await answerOf(await reply('nope'))).toEqual(noId);
    expect((await seenPost(harness, key, post.id)).counts).toMatchObject({ comments: 0 });
    expect(await pageOf(harness, key, post.id)).toEqual({ comments: [], nextCursor: null });
  });

  test.each([
    ['empty', { content: ' ' }, { path: 'content', message: 'must not be empty' }],
    [
      '2,001 characters',
      { content: '🚀'.repeat(2_001) },
      { path: 'content', message: 'must be at most 2000 characters' },
    ],
    ['another field', { content: 'x', postId: 'y' }, { path: 'postId', message: 'unknown field' }],
  ])('%s is refused', async (_, body, detail) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id: postId } = await newPost(harness, key);
    const answer = await harness.fetch(`/api/posts/${postId}/comments`, { key: key.key, body });
    expect(await answerOf(answer)).toEqual(invalid(detail));
    await newComment(harness, key, postId, { content: '🚀'.repeat(2_000) });
  });

  test('needs write:comment, and a Jes that the account sees', async () => {
    const harness = new Harness();
    const author = await harness.newKey();
    const [reader, follower] = [await harness.newKey({ scopes: ['read:comment'] }), await harness.newKey()];
    await follow(harness, follower.accountId, author.accountId);
    const { id } = await newPost(harness, author, { visibility: 'FOLLOWERS' });
    const send = async ({ key }: { key: string }, postId: string) =>
      await answerOf(await harness.fetch(`/api/posts/${postId}/comments`, { key, body: { content: 'Hi' } }));
    expect(await send(reader, id)).toMatchObject({ status: 403, body: { requiredScope: 'write:comment' } });
    expect(await send(await harness.newKey(), id)).toEqual(NOT_FOUND);
    expect(await send(follower, 'nope')).toEqual(NOT_FOUND);
    expect(await send(follower, '01HK153X000000000000000000')).toEqual(NOT_FOUND);
    expect((await send(follower, id)).status).toBe(201);
  });

  test.each([
    ['its key was revoked', 'api_key_revoked'],
    ['its session ended', 'authentication_required'],
  ])('does not land after %s', async (_, code) => {
    const harness = new Harness();
    const [author, key, person] = [await harness.newKey(), await harness.newKey(), await harness.newSession()];
    const { id: postId } = await newPost(harness, author);
    await harness.neon.setFaults({ kind: 'hang', match: 'comment_count' });
    const caller = code === 'api_key_revoked' ? key : person;
    const { response, settled } = harness.start(`/api/posts/${postId}/comments`, {
      ...as(caller),
      body: { content: 'Too late' },
    });
    await harness.neon.untilHeld();
    await harness.revoke(key);
    await endSession(harness, person);
    await harness.neon.setFaults();
    expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code } });
    await settled();
    expect((await pageOf(harness, author, postId)).comments).toEqual([]);
  });
});

describe('GET /api/posts/:id/comments', () => {
  test('pages through all of them, the oldest first, each once, whatever is written meanwhile', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const { id: postId } = await newPost(harness, person);
    const written: string[] = [];
    const write = async () => {
      harness.now += 1;
      written.push((await newComment(harness, person, postId)).id);
    };
    for (let i = 0; i < 7; i++) await write();
    const seen: string[] = [];
    let query = '?limit=3';
    for (let pages = 0; pages < 4; pages++) {
      const page = await pageOf(harness, person, postId, query);
      seen.push(...page.comments.map(({ id }) => id));
      if (page.nextCursor === null) break;
      expect(page.comments).toHaveLength(3);
      if (pages < 2) await write();
      query = `?limit=3&cursor=${page.nextCursor}`;
    }
    expect(seen).toEqual(written);
    expect(new Set(seen).size).toBe(9);
  });

  test('has 20 on a page unless told otherwise, and the last page says so', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const { id: postId } = await newPost(harness, person);
    for (let i = 0; i < 21; i++) await newComment(harness, person, postId);
    const first = await pageOf(harness, person, postId);
    expect(first.comments).toHaveLength(20);
    expect(await pageOf(harness, person, postId, '?limit=21')).toMatchObject({ nextCursor: null });
    expect((await pageOf(harness, person, postId, `?cursor=${first.nextCursor}`)).comments).toHaveLength(1);
  });

  test.each([
    '0',
    '101',
    '-1',
    '1.5',
    '',
    'ten',
    '1e1',
    '99999999999999999999',
  ])('limit=%s is refused', async (limit) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id: postId } = await newPost(harness, key);
    const refused = invalid({ path: 'limit', message: 'must be a whole number from 1 to 100' });
    expect(await answerOf(await list(harness, key, postId, `?limit=${limit}`))).toEqual(refused);
  });

  test('a cursor that we did not give for this list is refused', async () => {
    const harness = new Harness();
    const person = await harness.newSession();
    const [post, other] = [await newPost(harness, person), await newPost(harness, person)];
    for (const { id } of [post, post, other, other]) await newComment(harness, person, id);
    const { nextCursor } = await pageOf(harness, person, post.id, '?limit=1');
    const { nextCursor: foreign } = await pageOf(harness, person, other.id, '?limit=1');
    const cursor = nextCursor ?? '';
    expect(cursor).toMatch(/^[\w-]{78}$/);
    const flipped = (at: number) => cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
    const forged = [
      foreign,
      '',
      'x',
      '%00',
      '🚀',
      cursor.slice(1),
      `${cursor}A`,
      `${cursor}%3D`,
      '01HK153X000000000000000000',
    ];
    const refused = invalid({ path: 'cursor', message: 'must be a nextCursor of this list' });
    for (const bad of [...forged, flipped(0), flipped(42), flipped(50), flipped(77)]) {
      expect(await answerOf(await list(harness, person, post.id, `?cursor=${bad}`))).toEqual(refused);
    }
    expect((await list(harness, person, post.id, `?cursor=${cursor}`)).status).toBe(200);
  });

  test('needs read:comment, and a Jes that the account sees', async () => {
    const harness = new Harness();
    const author = await harness.newKey();
    const { id } = await newPost(harness, author, { visibility: 'PRIVATE' });
    const writer = await harness.newKey({ scopes: ['write:comment'] });
    expect(await answerOf(await list(harness, writer, id))).toMatchObject({ status: 403 });
    expect(await answerOf(await list(harness, await harness.newKey(), id))).toEqual(NOT_FOUND);
    expect(await answerOf(await list(harness, author, 'nope'))).toEqual(NOT_FOUND);
    expect((await list(harness, author, id)).status).toBe(200);
  });
});
