import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newPost } from '../support/app/posts.ts';
import { file, objectsOf, pathOf, upload } from '../support/app/uploads.ts';
import { rowsOf } from '../support/database/database.ts';

describe('the life of the files', () => {
  test('ends with the Jes', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [file(), file()]);
    expect(await objectsOf(jes.media)).toHaveLength(2);
    await expect(await harness.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE' })).toHaveStatus(204);
    expect(await objectsOf(jes.media)).toEqual([]);
    expect(await answerOf(await harness.fetch(pathOf(jes.media[0]?.url)))).toEqual(NOT_FOUND);
    await harness.sweep();
    expect(await rowsOf(harness, `SELECT id FROM posts WHERE id = '${jes.id}'`)).toEqual([]);
  });

  test.each([
    ['empty', `''`],
    [
      'as earlier Workers kept it, the names of the objects',
      `'01HK153X000000000000000000-a.png 01HK153X000000000000000000-b.png'`,
    ],
  ])('ends with a deletion under an Idempotency-Key, whose kept answer is empty; it replays %s', async (_, kept) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [file(), file()]);
    const remove = () =>
      harness.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE', headers: { 'Idempotency-Key': 'k' } });
    await expect(await remove()).toHaveStatus(204);
    expect(await objectsOf(jes.media)).toEqual([]);
    const ofClaim = `WHERE account_id = '${key.accountId}' AND key = 'k'`;
    expect(await rowsOf(harness, `SELECT status, body FROM idempotency_keys ${ofClaim}`)).toEqual([
      { status: 204, body: '' },
    ]);
    await rowsOf(harness, `UPDATE idempotency_keys SET body = ${kept} ${ofClaim}`);
    const again = await remove();
    expect([again.status, again.headers.get('Idempotent-Replayed'), await again.text()]).toEqual([204, 'true', '']);
  });

  test('content may be taken away where there are some', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const edit = async (id: string, body: object) =>
      await answerOf(await harness.fetch(`/api/posts/${id}`, { key: key.key, method: 'PATCH', body }));
    const jes = await upload(harness, key, [{ name: 'content', body: 'Hi' }, file()]);
    expect(await edit(jes.id, { content: '' })).toMatchObject({ status: 200, body: { content: '', media: jes.media } });
    expect(await edit(jes.id, { content: 'Hi again' })).toMatchObject({ status: 200, body: { content: 'Hi again' } });
    const words = await newPost(harness, key);
    for (const content of ['', ' \n']) {
      expect(await edit(words.id, { content })).toEqual(invalid({ path: 'content', message: 'must not be empty' }));
    }
  });

  test('a bounce shows them', async () => {
    const harness = new Harness();
    const jes = await upload(harness, await harness.newKey(), [file()]);
    const { key } = await harness.newKey();
    const bounce = await harness.fetch(`/api/posts/${jes.id}/bounce`, { key, method: 'POST' });
    expect(await bounce.json()).toMatchObject({ media: [], bounceOf: { id: jes.id, media: jes.media } });
  });
});

describe('the sweep', () => {
  /** An object left by an upload whose Worker died, beside one that has a row. */
  async function orphan(now: number, random: string): Promise<{ readonly name: string; readonly owned: string }> {
    const harness = new Harness();
    harness.now = now;
    const { media } = await upload(harness, await harness.newKey(), [file()]);
    const [, object = ''] = /([^/]+)$/.exec(media[0]?.url ?? '') ?? [];
    const name = `${object.slice(0, 27)}${random}${object.slice(27 + random.length)}`;
    await env.MEDIA.put(name, 'orphan');
    return { name, owned: object };
  }

  test('deletes orphaned objects that are older than an hour', async () => {
    const harness = new Harness();
    const old = await orphan(harness.now - 3_600_001, 'aaaa');
    const young = await orphan(harness.now - 3_500_000, 'bbbb');
    const foreign = `00-by-hand-${crypto.randomUUID()}`;
    await env.MEDIA.put(foreign, 'x');
    // From the beginning of the bucket, however far the walk of another suite has come.
    await rowsOf(harness, `DELETE FROM sweep_positions WHERE task = 'objects'`);
    await harness.sweep();
    const left = await objectsOf();
    const names = [old.name, old.owned, young.name, young.owned, foreign];
    expect(names.map((name) => left.includes(name))).toEqual([false, true, true, true, true]);
  });
});
