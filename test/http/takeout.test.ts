import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../support/app/answers.ts';
import { Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newPerson, type TestPerson } from '../support/app/people.ts';
import { newComment, newJehub, newPost } from '../support/app/posts.ts';
import { file, pathOf, upload } from '../support/app/uploads.ts';
import { newWebhook } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';

let harness: Harness;

let person: TestPerson;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
});

describe('a download of one’s data', () => {
  const download = (cookie = person.cookie) => harness.fetch('/api/auth/account/export', { cookie });

  test('holds everything of the person, and no secret', async () => {
    const other = await harness.newSession();
    const key = await harness.newKey({ account: person, label: 'Bridge', ipAllowlist: ['192.0.2.0/24'] });
    await harness.fetch(ME, { key: key.key, address: '192.0.2.1' });
    const withFile = await upload(harness, { cookie: person.cookie }, [file()]);
    const jes = await newPost(
      harness,
      { cookie: person.cookie },
      {
        content: 'Hello #there',
        visibility: 'PRIVATE',
        location: { name: 'Here' },
        poll: { options: ['a', 'b'] },
      },
    );
    const webhook = await newWebhook(harness, { cookie: person.cookie, id: key.id });
    const gone = await newPost(harness, { cookie: person.cookie }, { content: 'Deleted' });
    await harness.fetch(`/api/posts/${gone.id}`, { method: 'DELETE', cookie: person.cookie });
    const theirs = await newPost(harness, other, { poll: { options: ['yes', 'no'] } });
    const comment = await newComment(harness, { cookie: person.cookie }, theirs.id, { content: 'A word' });
    const clip = await newJesClip(harness, { cookie: person.cookie }, { caption: 'Look' });
    await newComment(harness, { cookie: person.cookie }, clip.id, { content: 'Mine' }, '/api/jesclips');
    for (const mark of ['like', 'save']) {
      await harness.fetch(`/api/posts/${theirs.id}/${mark}`, { method: 'POST', cookie: person.cookie });
    }
    const optionIds = [theirs.poll?.options[0]?.id];
    await harness.fetch(`/api/posts/${theirs.id}/poll/votes`, { cookie: person.cookie, body: { optionIds } });
    await harness.fetch(`/api/users/${other.username}/follow`, { method: 'POST', cookie: person.cookie });
    const hub = await newJehub(harness, person, 'Hub');

    const response = await download();
    expect([
      response.status,
      response.headers.get('Content-Type'),
      response.headers.get('Content-Disposition'),
    ]).toEqual([200, 'application/json', `attachment; filename="jestha-${person.username}.json"`]);
    const text = await response.text();
    const data = JSON.parse(text) as Record<string, Record<string, unknown>[]>;
    expect(data).toMatchObject({
      exportedAt: '2026-11-24T12:00:00.000Z',
      account: { id: person.id, username: person.username, email: person.email, displayName: 'Zoë 🦊' },
      signInMethods: [{ provider: 'credential' }],
      apiKeys: [{ id: key.id, label: 'Bridge', ipAllowlist: ['192.0.2.0/24'], termsVersion: '2026-05-28' }],
      webhooks: [{ id: webhook.id, apiKeyId: key.id, url: webhook.url, events: webhook.events, disabledReason: null }],
      comments: [{ id: comment.id, postId: theirs.id, content: 'A word' }],
      jesclips: [{ id: clip.id, caption: 'Look', media: [{ type: 'video' }] }],
      jesclipComments: [{ content: 'Mine' }],
      likes: [{ postId: theirs.id }],
      saves: [{ postId: theirs.id }],
      pollVotes: [{ postId: theirs.id, option: 'yes' }],
      following: [{ accountId: other.accountId, username: other.username }],
      jeHubs: [{ id: hub.id, name: 'Hub', isCreator: true }],
    });
    expect(data.sessions).toHaveLength(1);
    expect(data.apiKeyHistory?.map(({ event }) => event).sort()).toEqual(['created', 'first_use', 'webhook_created']);
    expect(data.posts?.map(({ id }) => id).sort()).toEqual([withFile.id, jes.id].sort());
    expect(data.posts?.find(({ id }) => id === jes.id)).toMatchObject({
      content: 'Hello #there',
      visibility: 'PRIVATE',
      hashtags: ['there'],
      location: { name: 'Here' },
      poll: {
        options: [
          { text: 'a', votes: 0 },
          { text: 'b', votes: 0 },
        ],
      },
    });
    const { media } = data.posts?.find(({ id }) => id === withFile.id) as { media: { url: string }[] };
    await expect(await harness.fetch(pathOf(media[0]?.url))).toHaveStatus(200);

    const [credential] = await rowsOf<{ password_hash: string }>(
      harness,
      `SELECT password_hash FROM credentials WHERE account_id = '${person.id}'`,
    );
    const [kept] = await rowsOf<{ hash: string }>(harness, `SELECT hash FROM api_keys WHERE id = '${key.id}'`);
    const secrets = [
      credential?.password_hash,
      kept?.hash,
      key.key,
      /=(\w+)\./.exec(person.cookie)?.[1],
      person.password,
    ];
    for (const secret of secrets) expect(text).not.toContain(secret ?? 'none');
  });

  test('has every row of a list that is longer than a page, once', async () => {
    const posts = 1_203;
    await rowsOf(
      harness,
      `INSERT INTO posts (id, author_id, content, visibility, created_at, updated_at)
        SELECT '01' || left(upper(md5('${person.id}' || n)), 24), '${person.id}', n::text, 'PUBLIC',
          timestamptz '2026-11-01' + (n / 7) * interval '1 second', now()
        FROM generate_series(1, ${posts}) n`,
    );
    await harness.neon.reset();
    const data = (await (await download()).json()) as { posts: { content: string }[] };
    expect(new Set(data.posts.map(({ content }) => content)).size).toBe(posts);
    expect(data.posts).toHaveLength(posts);
    // The session, the account, fifteen lists, two more pages of Jes.
    expect(await harness.neon.counters()).toMatchObject({ requests: 20 });
  });

  test('is one’s own, and had five times a day', async () => {
    await expect(await harness.fetch('/api/auth/account/export')).toHaveStatus(401);
    for (let i = 0; i < 5; i++) await expect(await download()).toHaveStatus(200);
    expect(await codeOf(await download())).toBe('rate_limit_exceeded');
  });
});
