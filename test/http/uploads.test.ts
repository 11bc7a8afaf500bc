import { describe, expect, test } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { answerOf, Harness } from '../support/harness.ts';
import { seenPost } from '../support/posts.ts';
import { file, formOf, PNG } from '../support/uploads.ts';

describe('POST /api/posts with files', () => {
  test('is answered and read with them', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const form = formOf([{ name: 'content', body: 'Look #here' }, file(PNG)]);
    const { status, body } = await answerOf(await harness.fetch('/api/posts', { key, ...form }));
    expect([status, body]).toEqual([201, body]);
    const jes = body as Jes;
    expect(jes.media).toEqual([
      {
        id: expect.stringMatching(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
        type: 'image',
        mimeType: 'image/png',
        url: expect.stringMatching(/^https:\/\/jestha\.com\/media\/[0-9A-Z]{26}-[0-9A-Za-z]{22}\.png$/),
        width: 1,
        height: 1,
        size: PNG.length,
      },
    ]);
    expect(jes.hashtags).toEqual(['here']);
    expect(await seenPost(harness, { key }, jes.id)).toEqual(jes);
  });
});
