import { describe, expect, test, vi } from 'vitest';
import { invalid, UNAVAILABLE } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newPost } from '../support/app/posts.ts';
import {
  BOUNDARY,
  bucketWithout,
  bytesOf,
  failing,
  file,
  formOf,
  objectsOf,
  postForm as post,
  upload,
} from '../support/app/uploads.ts';
import { posts, rowsOf } from '../support/database/database.ts';

describe('a refused upload', () => {
  test.each<[string, object, number]>([
    ['for what it says', { content: 'x'.repeat(5_001) }, 400],
    ['for its JeHub', { jeHubId: '01HK153X000000000000000000' }, 400],
    ['for an unknown field', { nonsense: '1' }, 400],
  ])('%s leaves no object', async (_, fields, status) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const before = await objectsOf();
    const parts = Object.entries(fields).map(([name, body]) => ({ name, body }));
    await expect(await post(harness, key, formOf([file(), file(), ...parts]))).toHaveStatus(status);
    expect(await objectsOf()).toEqual(before);
  });

  test('for its second file leaves nothing of the first', async () => {
    const harness = new Harness();
    const before = await objectsOf();
    const answer = await post(
      harness,
      await harness.newKey(),
      formOf([file(), file('<svg/>', 'a.svg', 'image/svg+xml')]),
    );
    expect(await answerOf(answer)).toMatchObject({ status: 415, body: { details: [{ path: 'media.1' }] } });
    expect(await objectsOf()).toEqual(before);
  });

  test('for the daily quota leaves no object', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await posts.setToday(harness, key.accountId, '2026-11-24', { creations: 1_000 });
    const before = await objectsOf();
    await expect(await post(harness, key, formOf([file()]))).toHaveStatus(429);
    expect(await objectsOf()).toEqual(before);
  });
});

describe('when something is down', () => {
  test('R2: 503, and nothing is written', async () => {
    const harness = new Harness({ MEDIA: bucketWithout('put', failing) });
    const key = await harness.newKey();
    const answer = await post(harness, key, formOf([{ name: 'content', body: 'Hi' }, file()]));
    expect(answer.headers.get('Retry-After')).toBe('5');
    expect(await answerOf(answer)).toEqual(UNAVAILABLE);
    expect(await posts.contentsOf(harness, key.accountId)).toEqual([]);
    // A Jes without files needs no bucket.
    expect((await newPost(harness, key)).media).toEqual([]);
  });

  test('R2 that does not answer: 503 after ten seconds', async () => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const hanging = () => {
      asked();
      return new Promise<never>(() => undefined);
    };
    const harness = new Harness({ MEDIA: bucketWithout('put', hanging) });
    const key = await harness.newKey();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { response } = harness.start('/api/posts', { key: key.key, ...formOf([file()]) });
      await isAsked;
      vi.advanceTimersByTime(10_000);
      expect(await answerOf(await response)).toEqual(UNAVAILABLE);
    } finally {
      vi.useRealTimers();
    }
  });

  test('R2 that cannot delete: the sweep does', async () => {
    const key = await new Harness().newKey();
    const broken = new Harness({ MEDIA: bucketWithout('delete', failing) });
    const harness = new Harness();
    const jes = await upload(broken, key, [file(), file()]);
    await expect(await broken.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE' })).toHaveStatus(204);
    expect(await objectsOf(jes.media)).toHaveLength(2);
    await harness.sweep();
    expect(await objectsOf(jes.media)).toEqual([]);
    expect(await rowsOf(harness, `SELECT id FROM media WHERE post_id = '${jes.id}'`)).toEqual([]);
  });

  test.each([
    'refuse',
    'truncate',
  ] as const)('Neon (%s): 503, and objects that may have a row stay until it is known', async (kind) => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    const before = await objectsOf();
    await harness.neon.setFaults({ kind });
    expect(await answerOf(await post(harness, key, formOf([file()])))).toEqual(UNAVAILABLE);
    await harness.neon.setFaults();
    expect(await objectsOf()).toHaveLength(before.length + 1);
  });
});

describe('a body that stops arriving', () => {
  test('is 400 after eight seconds', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const start = bytesOf(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n\r\nab`);
    let pulled = () => {};
    const isWaitedFor = new Promise<void>((resolve) => {
      pulled = resolve;
    });
    let wasCancelled = false;
    const body = new ReadableStream(
      {
        type: 'bytes',
        start: (controller) => controller.enqueue(start),
        pull: () => pulled(),
        cancel: () => {
          wasCancelled = true;
        },
      },
      { highWaterMark: 1 },
    );
    await harness.fetch('/api/auth/me', { key: key.key });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { response } = harness.start('/api/posts', { key: key.key, ...formOf([]), body, method: 'POST' });
      await isWaitedFor;
      vi.advanceTimersByTime(7_999);
      vi.advanceTimersByTime(1);
      expect(await answerOf(await response)).toEqual(invalid({ path: 'body', message: 'stopped arriving' }));
    } finally {
      vi.useRealTimers();
    }
    expect(wasCancelled).toBe(true);
  });
});
