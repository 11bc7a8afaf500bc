import { describe, expect, test } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { file, formOf, mediaPart, objectsOf, pathOf, postForm as post } from '../support/app/uploads.ts';
import { posts } from '../support/database/database.ts';
import { MEDIA_FILES } from '../support/media/media-files.ts';

describe('an Idempotency-Key', () => {
  const parts = [{ name: 'content', body: 'Once' }, file()];

  test('answers the same parts with the same bytes, however they are wrapped', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const headers = { 'Idempotency-Key': 'k' };
    const first = await post(harness, key, formOf(parts), headers);
    const before = (await objectsOf()).length;
    harness.now += 60_000;
    const again = await post(harness, key, formOf(parts, 'another-boundary'), headers);
    expect([first.status, again.status, again.headers.get('Idempotent-Replayed')]).toEqual([201, 201, 'true']);
    expect(await again.text()).toBe(await first.text());
    expect((await objectsOf()).length).toBe(before);
    expect(await posts.contentsOf(harness, key.accountId)).toEqual(['Once']);
  });

  test('also where the addresses are signed', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const form = formOf([...parts, { name: 'visibility', body: 'PRIVATE' }]);
    const first = await post(harness, key, form, { 'Idempotency-Key': 'k' });
    harness.now += 60_000;
    const again = await post(harness, key, form, { 'Idempotency-Key': 'k' });
    const text = await first.text();
    expect(await again.text()).toBe(text);
    expect(text).toContain('&signature=');
  });

  test.each([
    ['another content', [{ name: 'content', body: 'Twice' }, file()]],
    ['another file', [{ name: 'content', body: 'Once' }, mediaPart(MEDIA_FILES[0] as never)]],
    ['another file name', [{ name: 'content', body: 'Once' }, file(undefined, 'b.png')]],
    [
      'another declared type',
      [{ name: 'content', body: 'Once' }, file(undefined, 'a.png', 'application/octet-stream')],
    ],
    ['another order', [file(), { name: 'content', body: 'Once' }]],
    ['a file more', [...parts, file()]],
  ])('refuses %s', async (_, others) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const headers = { 'Idempotency-Key': 'k' };
    await post(harness, key, formOf(parts), headers);
    const before = (await objectsOf()).length;
    expect(await answerOf(await post(harness, key, formOf(others), headers))).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    expect((await objectsOf()).length).toBe(before);
  });

  test('is not burnt by what was refused', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const headers = { 'Idempotency-Key': 'k' };
    await expect(await post(harness, key, formOf([file('no picture')]), headers)).toHaveStatus(415);
    await expect(await post(harness, key, formOf(parts), headers)).toHaveStatus(201);
  });

  test('twenty times at once makes one Jes, and leaves no orphaned object', async () => {
    const harness = new Harness();
    const key = await harness.newSession();
    const before = await objectsOf();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post(harness, key, formOf(parts), { 'Idempotency-Key': 'k' })),
    );
    const created = answers.filter(({ status }) => status === 201);
    expect(created.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 201 && status !== 409)).toEqual([]);
    const bodies = new Set(await Promise.all(created.map((answer) => answer.text())));
    expect(bodies.size).toBe(1);
    const jes = JSON.parse([...bodies][0] ?? '') as Jes;
    const left = (await objectsOf()).filter((name) => !before.includes(name));
    expect(left.map((name) => `/media/${name}`)).toEqual(jes.media.map(({ url }) => pathOf(url)));
  });
});
