import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { as, type Caller, newComment as commentOn, newPost } from '../support/app/posts.ts';
import { endSession, follow, outbox } from '../support/database/database.ts';

/** The two kinds of subjects of comments. Every test here holds for both. */
const SUBJECTS = [
  { name: 'Jes', path: '/api/posts', field: 'postId', create: newPost },
  { name: 'JesClip', path: '/api/jesclips', field: 'jesClipId', create: newJesClip },
] as const;

interface Page {
  comments: { id: string; content: string; parentId: string | null }[];
  nextCursor: string | null;
}

describe.each(SUBJECTS)('comments on a $name', ({ name, path, field, create }) => {
  const newComment = (harness: Harness, caller: Caller, id: string, fields?: object) =>
    commentOn(harness, caller, id, fields, path);

  const list = (harness: Harness, caller: Caller, id: string, query = '') =>
    harness.fetch(`${path}/${id}/comments${query}`, as(caller));

  async function pageOf(harness: Harness, caller: Caller, id: string, query = ''): Promise<Page> {
    const { status, body } = await answerOf(await list(harness, caller, id, query));
    expect(status).toBe(200);
    return body as Page;
  }

  async function countsOf(harness: Harness, caller: Caller, id: string): Promise<unknown> {
    const response = await harness.fetch(`${path}/${id}`, as(caller));
    return ((await response.json()) as { counts: unknown }).counts;
  }

  describe('POST …/:id/comments', () => {
    test('answers 201 with the comment, and the list has it', async () => {
      const harness = new Harness();
      const account = await harness.newAccount({ displayName: 'Ada' });
      const key = await harness.newKey({ account, label: 'Bot', scopes: ['write:comment', 'read:comment'] });
      const { id: subjectId } = await create(harness, await harness.newKey());
      harness.now += 77;
      const comment = await newComment(harness, key, subjectId, { content: ' Well <said>, @ada! ' });
      expect(comment.id).toEqual(expect.ulid());
      expect(comment).toEqual({
        id: comment.id,
        [field]: subjectId,
        parentId: null,
        content: ' Well <said>, @ada! ',
        author: { id: account.id, username: account.username, displayName: 'Ada', avatar: null, verified: false },
        via: { label: 'Bot' },
        createdAt: '2026-11-24T12:00:00.077Z',
      });
      expect(await pageOf(harness, key, subjectId)).toEqual({ comments: [comment], nextCursor: null });
    });

    test('is counted, and sent as an event without delay', async () => {
      const harness = new Harness();
      const [author, key] = [await harness.newKey(), await harness.newKey()];
      const { id: subjectId } = await create(harness, author);
      const comment = await newComment(harness, key, subjectId);
      await newComment(harness, author, subjectId, { parentId: comment.id });
      expect(await countsOf(harness, author, subjectId)).toMatchObject({ comments: 2 });
      expect(await outbox.eventsOf(harness, key.accountId)).toEqual([{ event: 'comment.created', data: comment }]);
    });

    test('by a person has no "via"', async () => {
      const harness = new Harness();
      const person = await harness.newSession();
      const { id: subjectId } = await create(harness, person);
      expect(await newComment(harness, person, subjectId)).toMatchObject({
        via: null,
        author: { id: person.accountId },
      });
    });

    test('threads are one level deep: a reply to a reply joins the thread', async () => {
      const harness = new Harness();
      const key = await harness.newKey();
      const { id: subjectId } = await create(harness, key);
      const top = await newComment(harness, key, subjectId);
      const reply = await newComment(harness, key, subjectId, { parentId: top.id });
      expect(reply.parentId).toBe(top.id);
      expect((await newComment(harness, key, subjectId, { parentId: reply.id })).parentId).toBe(top.id);
    });

    test('a reply must be to a comment on the same one; nothing is counted otherwise', async () => {
      const harness = new Harness();
      const key = await harness.newKey();
      const [subject, other] = [await create(harness, key), await create(harness, key)];
      const elsewhere = await newComment(harness, key, other.id);
      const reply = (parentId: unknown) =>
        harness.fetch(`${path}/${subject.id}/comments`, { key: key.key, body: { content: 'Re', parentId } });
      for (const parentId of [elsewhere.id, subject.id, '01HK153X000000000000000000']) {
        const refused = invalid({ path: 'parentId', message: `must be the id of a comment on this ${name}` });
        expect(await answerOf(await reply(parentId))).toEqual(refused);
      }
      const noId = invalid({ path: 'parentId', message: 'must be the id of a comment' });
      expect(await answerOf(await reply('nope'))).toEqual(noId);
      expect(await countsOf(harness, key, subject.id)).toMatchObject({ comments: 0 });
      expect(await pageOf(harness, key, subject.id)).toEqual({ comments: [], nextCursor: null });
    });

    test.each([
      ['empty', { content: ' ' }, { path: 'content', message: 'must not be empty' }],
      [
        '2,001 characters',
        { content: '🚀'.repeat(2_001) },
        { path: 'content', message: 'must be at most 2000 characters' },
      ],
      ['another field', { content: 'x', author: 'y' }, { path: 'author', message: UNKNOWN_FIELD }],
    ])('%s is refused', async (_, body, detail) => {
      const harness = new Harness();
      const key = await harness.newKey();
      const { id: subjectId } = await create(harness, key);
      const answer = await harness.fetch(`${path}/${subjectId}/comments`, { key: key.key, body });
      expect(await answerOf(answer)).toEqual(invalid(detail));
      await newComment(harness, key, subjectId, { content: '🚀'.repeat(2_000) });
    });

    test('needs write:comment, and that the account sees it', async () => {
      const harness = new Harness();
      const author = await harness.newKey();
      const [reader, follower] = [await harness.newKey({ scopes: ['read:comment'] }), await harness.newKey()];
      await follow(harness, follower.accountId, author.accountId);
      const { id } = await create(harness, author, { visibility: 'FOLLOWERS' });
      const send = async ({ key }: { key: string }, subjectId: string) =>
        await answerOf(await harness.fetch(`${path}/${subjectId}/comments`, { key, body: { content: 'Hi' } }));
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
      const { id: subjectId } = await create(harness, author);
      await harness.neon.setFaults({ kind: 'hang', match: 'comment_count' });
      const caller = code === 'api_key_revoked' ? key : person;
      const { response, settled } = harness.start(`${path}/${subjectId}/comments`, {
        ...as(caller),
        body: { content: 'Too late' },
      });
      await harness.neon.untilHeld();
      await harness.revoke(key);
      await endSession(harness, person);
      await harness.neon.setFaults();
      expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code } });
      await settled();
      expect((await pageOf(harness, author, subjectId)).comments).toEqual([]);
    });
  });

  describe('GET …/:id/comments', () => {
    test('pages through all of them, the oldest first, each once, whatever is written meanwhile', async () => {
      const harness = new Harness();
      const person = await harness.newSession();
      const { id: subjectId } = await create(harness, person);
      const written: string[] = [];
      const write = async () => {
        harness.now += 1;
        written.push((await newComment(harness, person, subjectId)).id);
      };
      for (let i = 0; i < 7; i++) await write();
      const seen: string[] = [];
      let query = '?limit=3';
      for (let pages = 0; pages < 4; pages++) {
        const page = await pageOf(harness, person, subjectId, query);
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
      const { id: subjectId } = await create(harness, person);
      for (let i = 0; i < 21; i++) await newComment(harness, person, subjectId);
      const first = await pageOf(harness, person, subjectId);
      expect(first.comments).toHaveLength(20);
      expect(await pageOf(harness, person, subjectId, '?limit=21')).toMatchObject({ nextCursor: null });
      expect((await pageOf(harness, person, subjectId, '?limit=1')).comments).toHaveLength(1);
      expect((await pageOf(harness, person, subjectId, '?limit=100')).comments).toHaveLength(21);
      expect((await pageOf(harness, person, subjectId, `?cursor=${first.nextCursor}`)).comments).toHaveLength(1);
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
      const { id: subjectId } = await create(harness, key);
      const refused = invalid({ path: 'limit', message: 'must be a whole number from 1 to 100' });
      expect(await answerOf(await list(harness, key, subjectId, `?limit=${limit}`))).toEqual(refused);
    });

    test('a cursor that we did not give for this list is refused', async () => {
      const harness = new Harness();
      const person = await harness.newSession();
      const [subject, other] = [await create(harness, person), await create(harness, person)];
      for (const { id } of [subject, subject, other, other]) await newComment(harness, person, id);
      const { nextCursor } = await pageOf(harness, person, subject.id, '?limit=1');
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
        expect(await answerOf(await list(harness, person, subject.id, `?cursor=${bad}`))).toEqual(refused);
      }
      await expect(await list(harness, person, subject.id, `?cursor=${cursor}`)).toHaveStatus(200);
    });

    test('needs read:comment, and that the account sees it', async () => {
      const harness = new Harness();
      const author = await harness.newKey();
      const { id } = await create(harness, author, { visibility: 'PRIVATE' });
      const writer = await harness.newKey({ scopes: ['write:comment'] });
      expect(await answerOf(await list(harness, writer, id))).toMatchObject({ status: 403 });
      expect(await answerOf(await list(harness, await harness.newKey(), id))).toEqual(NOT_FOUND);
      expect(await answerOf(await list(harness, author, 'nope'))).toEqual(NOT_FOUND);
      await expect(await list(harness, author, id)).toHaveStatus(200);
    });
  });
});
