import { describe, expect, test } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { invalid } from '../support/app/answers.ts';
import { Harness } from '../support/app/harness.ts';
import { bouncePost as bounce, editPost as edit, removePost as remove, totalPosts } from '../support/app/jes.ts';
import { type Caller, newJehub, newPost, seenPost } from '../support/app/posts.ts';
import { outbox, posts } from '../support/database/database.ts';

async function bounced(harness: Harness, caller: Caller, id: string, body?: unknown): Promise<Jes> {
  const { status, body: jes } = await bounce(harness, caller, id, body);
  expect(status).toBe(201);
  return jes as Jes;
}

describe('POST /api/posts/:id/bounce', () => {
  test('bounces once, with the original in the answer and one more in its count', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const original = await newPost(harness, author);
    const jes = await bounced(harness, key, original.id);
    const { counts } = original;
    expect(jes).toMatchObject({
      content: '',
      visibility: 'PUBLIC',
      author: { id: key.accountId },
      via: { label: 'Test service' },
      bounceOf: { ...original, counts: { ...counts, bounces: 1 } },
    });
    expect(await seenPost(harness, author, jes.id)).toEqual(jes);
    expect(await bounce(harness, key, original.id)).toEqual({
      status: 409,
      body: {
        error: 'Already bounced',
        message: 'This account already bounced this Jes. A quote-bounce, with content, is still possible.',
        code: 'already_bounced',
      },
    });
    expect((await seenPost(harness, author, original.id)).counts).toMatchObject({ bounces: 1 });
    expect(await outbox.eventsOf(harness, key.accountId)).toHaveLength(1);
  });

  test('quote-bounces as often as one likes', async () => {
    const harness = new Harness();
    const [author, person] = [await harness.newKey(), await harness.newSession()];
    const { id } = await newPost(harness, author);
    await bounced(harness, person, id, {});
    await bounced(harness, person, id, { content: 'Look #here' });
    const quote = await bounced(harness, person, id, { content: 'Look #again' });
    expect(quote).toMatchObject({ content: 'Look #again', hashtags: ['again'], via: null, bounceOf: { id } });
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ bounces: 3 });
    const deeper = await bounced(harness, author, quote.id, { content: 'Indeed' });
    expect(deeper.bounceOf).toMatchObject({ id: quote.id, bounceOf: null, bounceOfId: id });
  });

  test('of a bounce bounces the original', async () => {
    const harness = new Harness();
    const [author, first, second] = [await harness.newKey(), await harness.newKey(), await harness.newKey()];
    const { id } = await newPost(harness, author);
    const plain = await bounced(harness, first, id);
    expect((await bounced(harness, second, plain.id)).bounceOf).toMatchObject({ id });
    expect(await bounce(harness, second, id)).toMatchObject({ status: 409 });
    expect(await bounce(harness, first, plain.id)).toMatchObject({ status: 409 });
    expect(await edit(harness, first, plain.id, { content: 'Words' })).toMatchObject({ status: 400 });
  });

  test('is possible for a PUBLIC Jes of a public account only', async () => {
    const harness = new Harness();
    const [author, hidden] = [
      await harness.newSession(),
      await harness.newSession({ account: await harness.newAccount({ isPrivate: true }) }),
    ];
    const hub = await newJehub(harness, author, 'Hub');
    const refused = invalid({ path: 'id', message: 'only a Jes that is PUBLIC can be bounced' });
    for (const fields of [{ visibility: 'FOLLOWERS' }, { visibility: 'PRIVATE' }, { jeHubId: hub.id }]) {
      expect(await bounce(harness, author, (await newPost(harness, author, fields)).id)).toEqual(refused);
    }
    expect(await bounce(harness, hidden, (await newPost(harness, hidden)).id)).toEqual(refused);
    expect(await totalPosts(harness, author)).toBe(3);
  });

  test('stays without the original’s content when the original is deleted', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const original = await newPost(harness, author);
    const quote = await bounced(harness, key, original.id, { content: 'Wise words' });
    await remove(harness, author, original.id);
    const left = { ...quote, bounceOf: null, bounceOfDeleted: true };
    expect(await seenPost(harness, key, quote.id)).toEqual(left);
    await harness.sweep();
    expect(await seenPost(harness, key, quote.id)).toEqual(left);
  });

  test('shows no original that the viewer may not see any more', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const original = await newPost(harness, author);
    const { id } = await bounced(harness, key, original.id);
    await edit(harness, author, original.id, { visibility: 'PRIVATE' });
    expect(await seenPost(harness, key, id)).toMatchObject({ bounceOf: null, bounceOfDeleted: true });
    expect(await seenPost(harness, author, id)).toMatchObject({ bounceOf: { id: original.id } });
  });

  test('deleted takes one from the count, and may be done again', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const { id } = await newPost(harness, author);
    const plain = await bounced(harness, key, id);
    await remove(harness, key, plain.id);
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ bounces: 0 });
    await bounced(harness, key, id);
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ bounces: 1 });
  });

  test('counts against the daily quota of keys', async () => {
    const harness = new Harness();
    const [author, key] = [await harness.newKey(), await harness.newKey()];
    const { id } = await newPost(harness, author);
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 999 });
    await bounced(harness, key, id);
    expect(await bounce(harness, key, id, { content: 'x' })).toMatchObject({
      status: 429,
      body: { code: 'daily_quota_exceeded', retryAfter: 43_200 },
    });
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ bounces: 1 });
  });

  test('twenty at once bounce once', async () => {
    const harness = new Harness();
    const [author, person] = [await harness.newSession(), await harness.newSession()];
    const { id } = await newPost(harness, author);
    const answers = await Promise.all(Array.from({ length: 20 }, () => bounce(harness, person, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ bounces: 1 });
    expect(await totalPosts(harness, person)).toBe(1);
  });

  test('an invalid body is refused, not taken for an empty one', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    expect(await bounce(harness, key, id, '[]')).toMatchObject({ status: 400 });
    expect(await bounce(harness, key, id, '{')).toMatchObject({ status: 400, body: { code: 'invalid_json' } });
    expect(await bounce(harness, key, id, { content: '' })).toMatchObject({ status: 400 });
    expect(await bounce(harness, key, id)).toMatchObject({ status: 201 });
  });
});
