import { describe, expect, test } from 'vitest';
import { NOT_FOUND } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { follow, posts } from '../support/database/database.ts';

const create = (harness: Harness, { key }: { key: string }, body: unknown) =>
  harness.fetch('/api/posts', { key, body });

async function createdId(harness: Harness, key: TestKey, body: unknown): Promise<string> {
  const { status, body: jes } = await answerOf(await create(harness, key, body));
  expect(status).toBe(201);
  return (jes as { id: string }).id;
}

describe('POST /api/posts', () => {
  test('answers 201 with the fully formed Jes', async () => {
    const harness = new Harness();
    const account = await harness.newAccount({ displayName: 'Ada' });
    const key = await harness.newKey({ account, label: 'My “service”', scopes: ['write:jes'] });
    harness.now += 1_234;
    const { status, body } = await answerOf(
      await create(harness, key, { content: 'Hello from my service', visibility: 'PUBLIC' }),
    );
    expect(status).toBe(201);
    const { id } = body as { id: string };
    expect(id).toEqual(expect.ulid());
    expect(body).toEqual({
      id,
      url: `https://jestha.com/post/${id}`,
      content: 'Hello from my service',
      visibility: 'PUBLIC',
      author: { id: account.id, username: account.username, displayName: 'Ada', avatar: null, verified: false },
      via: { label: 'My “service”' },
      media: [],
      poll: null,
      location: null,
      linkPreview: null,
      hashtags: [],
      mentions: [],
      jeHub: null,
      bounceOf: null,
      createdAt: '2026-11-24T12:00:01.234Z',
      updatedAt: '2026-11-24T12:00:01.234Z',
      editedAt: null,
    });
    const read = await answerOf(await harness.fetch(`/api/posts/${id}`, { key: key.key }));
    expect(read).toEqual({ status: 200, body });
  });

  test('carries the counts for keys with read:engagement, and only for them', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const writer = await harness.newKey({ account, scopes: ['write:jes', 'read:engagement'] });
    const reader = await harness.newKey({ account, scopes: ['write:jes'] });
    const { body } = await answerOf(await create(harness, writer, { content: 'Count me' }));
    const { id, counts } = body as { id: string; counts: unknown };
    expect(counts).toEqual({ likes: 0, comments: 0, bounces: 0, saves: 0 });
    const uncounted = await answerOf(await harness.fetch(`/api/posts/${id}`, { key: reader.key }));
    expect(uncounted.body).not.toHaveProperty('counts');
  });

  test.each(['PUBLIC', 'FOLLOWERS', 'PRIVATE'])('keeps visibility %s', async (visibility) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { body } = await answerOf(await create(harness, key, { content: 'Seen by some', visibility }));
    expect(body).toMatchObject({ visibility });
  });

  test('is PUBLIC by default', async () => {
    const harness = new Harness();
    const { body } = await answerOf(await create(harness, await harness.newKey(), { content: 'Hello' }));
    expect(body).toMatchObject({ visibility: 'PUBLIC' });
  });

  test.each([
    ['white space around it', '  two spaces, a tab\t and a newline \n'],
    ['HTML', '<script>alert("&amp;")</script>'],
    ['quotes and backslashes', `'"\\ $1 {"a":1} -- ; DROP TABLE posts`],
    ['other scripts, combining characters and emoji', 'ä a\u0308 العربية 日本語 👩‍👩‍👧‍👦 \u202e'],
    ['control characters', 'a\u0001\u007f\u0085\u2028'],
  ])('keeps content with %s as it was sent', async (_, content) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const id = await createdId(harness, key, { content });
    const { body } = await answerOf(await harness.fetch(`/api/posts/${id}`, { key: key.key }));
    expect((body as { content: string }).content).toBe(content);
  });

  test('counts characters as code points: 5,000 emoji fit, 5,001 do not', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await createdId(harness, key, { content: '🚀'.repeat(5_000) });
    expect(await answerOf(await create(harness, key, { content: '🚀'.repeat(5_001) }))).toEqual({
      status: 400,
      body: {
        error: 'Invalid request',
        message: 'Some fields are invalid; see details.',
        code: 'invalid_request',
        details: [{ path: 'content', message: 'must be at most 5000 characters' }],
      },
    });
  });

  test('fits the largest content as any JSON encoder may escape it', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const body = `{"content":"${'\\ud83d\\ude80'.repeat(5_000)}","visibility":"PUBLIC"}`;
    await expect(await create(harness, key, body)).toHaveStatus(201);
  });

  test('adds to the totals of its account', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await createdId(harness, key, { content: 'One' });
    await createdId(harness, key, { content: 'Two' });
    await harness.chill(key);
    const { body } = await answerOf(await harness.fetch('/api/auth/me', { key: key.key }));
    expect(body).toMatchObject({ totalPosts: 2 });
  });
});

describe('the daily quota of 1,000', () => {
  test('counts all keys of the account until midnight UTC, and no failed request', async () => {
    const harness = new Harness();
    harness.now = Date.UTC(2026, 10, 24, 23, 59, 30);
    const account = await harness.newAccount();
    const first = await harness.newKey({ account });
    const second = await harness.newKey({ account });
    await createdId(harness, first, { content: 'The first of today' });
    await posts.setToday(harness, account.id, '2026-11-24', { creations: 998 });
    await expect(await create(harness, first, { content: '' })).toHaveStatus(400);
    await createdId(harness, first, { content: 'The 999th' });
    await createdId(harness, second, { content: 'The 1,000th' });

    const refused = await create(harness, second, { content: 'One too many' });
    expect(refused.headers.get('Retry-After')).toBe('30');
    expect(await answerOf(refused)).toEqual({
      status: 429,
      body: {
        error: 'Daily quota exceeded',
        message: 'This account is limited to 1,000 Jes and JesClips per UTC day through the API.',
        code: 'daily_quota_exceeded',
        retryAfter: 30,
      },
    });
    expect(await posts.contentsOf(harness, account.id)).toEqual(['The 1,000th', 'The 999th', 'The first of today']);
    await harness.chill(first);
    const whoami = await answerOf(await harness.fetch('/api/auth/me', { key: first.key }));
    expect(whoami.body).toMatchObject({ totalPosts: 3 });

    harness.now += 30_000;
    await createdId(harness, first, { content: 'A new day' });
  });
});

describe('GET /api/posts/:id', () => {
  test.each([
    ['an id nobody has', '01HK153X000000000000000000'],
    ['a lower-case id', '01hk153x000000000000000000'],
    ['something else', 'abc'],
    ['a traversal', '..%2f..%2fetc'],
    ['a NUL', '%00'],
    ['broken percent-encoding', '%E0%A4%A'],
    ['a very long id', 'A'.repeat(2_000)],
  ])('%s is 404', async (_, id) => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    expect(await answerOf(await harness.fetch(`/api/posts/${id}`, { key }))).toEqual(NOT_FOUND);
  });

  describe('who sees what', () => {
    const VIEWERS = ['own', 'follower', 'stranger'] as const;
    test.each([
      ['PUBLIC', false, { own: 200, follower: 200, stranger: 200 }],
      ['FOLLOWERS', false, { own: 200, follower: 200, stranger: 404 }],
      ['PRIVATE', false, { own: 200, follower: 404, stranger: 404 }],
      ['PUBLIC', true, { own: 200, follower: 200, stranger: 404 }],
      ['FOLLOWERS', true, { own: 200, follower: 200, stranger: 404 }],
      ['PRIVATE', true, { own: 200, follower: 404, stranger: 404 }],
    ] as const)('%s of an account whose isPrivate is %s', async (visibility, isPrivate, expected) => {
      const harness = new Harness();
      const author = await harness.newAccount({ isPrivate });
      const own = await harness.newKey({ account: author });
      const follower = await harness.newKey();
      const stranger = await harness.newKey();
      await follow(harness, follower.accountId, author.id);
      // Being followed shows nothing.
      await follow(harness, author.id, stranger.accountId);
      const id = await createdId(harness, own, { content: 'For whom?', visibility });
      const keys = { own, follower, stranger };
      for (const viewer of VIEWERS) {
        const answer = await answerOf(await harness.fetch(`/api/posts/${id}`, { key: keys[viewer].key }));
        expect([viewer, answer.status]).toEqual([viewer, expected[viewer]]);
        if (answer.status === 404) expect(answer).toEqual(NOT_FOUND);
      }
    });
  });
});
