import { describe, expect, test } from 'vitest';
import { inspectMedia } from '../../src/lib/media/inspect.ts';
import { invalid } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { seenPost } from '../support/app/posts.ts';
import {
  bytesOf,
  file,
  formOf,
  mediaPart,
  pathOf,
  postForm as post,
  type TestPart,
  upload,
  videoOf,
} from '../support/app/uploads.ts';
import { outbox, rowsOf } from '../support/database/database.ts';
import { MEDIA_FILES, PHOTO_WITH_GPS } from '../support/media/media-files.ts';

const MIB = 1_024 * 1_024;

/** A file as it is stored. `unit/media` tests which parts of a file may be removed. */
function cleaned(bytes: Uint8Array): Uint8Array {
  const inspection = inspectMedia(bytes, { maxPixels: 1_000, maxDrawnPixels: 10_000 });
  if (inspection.outcome === 'refused') throw new Error(inspection.message);
  return bytesOf(...inspection.media.pieces);
}

describe('POST /api/posts with files', () => {
  test('shows them in the response, in reads and in the event', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [
      { name: 'content', body: 'Look #here' },
      ...MEDIA_FILES.slice(0, 4).map(mediaPart),
    ]);
    expect(jes.media).toEqual(
      MEDIA_FILES.slice(0, 4).map(({ mimeType }) => ({
        id: expect.ulid(),
        type: 'image',
        mimeType,
        url: expect.stringMatching(/^https:\/\/jestha\.com\/media\/[0-9A-Z]{26}-[0-9A-Za-z]{22}\.(jpg|png|gif|webp)$/),
        width: 32,
        height: 16,
        size: expect.any(Number),
        alt: null,
      })),
    );
    expect(jes.hashtags).toEqual(['here']);
    expect(await seenPost(harness, key, jes.id)).toEqual(jes);
    expect(await outbox.eventsOf(harness, key.accountId)).toMatchObject([
      { event: 'jes.created', data: { id: jes.id } },
    ]);
  });

  test.each(MEDIA_FILES)('$mimeType is served as it was sent, without its metadata', async (sent) => {
    const harness = new Harness();
    const { media } = await upload(harness, await harness.newKey(), [mediaPart(sent)]);
    expect(media).toMatchObject([
      { type: sent.mimeType.split('/')[0], mimeType: sent.mimeType, width: 32, height: 16 },
    ]);
    const served = await harness.fetch(pathOf(media[0]?.url));
    expect([served.status, served.headers.get('Content-Type')]).toEqual([200, sent.mimeType]);
    expect(served.headers.get('Content-Length')).toBe(String(media[0]?.size));
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(cleaned(sent.bytes));
  });

  test('loses where a photo was taken, and stays upright', async () => {
    const harness = new Harness();
    const { media } = await upload(harness, await harness.newKey(), [file(PHOTO_WITH_GPS, 'a.jpg', 'image/jpeg')]);
    // Turned by a quarter: 32 × 16 pixels are shown as 16 × 32.
    expect(media).toMatchObject([{ width: 16, height: 32 }]);
    const served = await harness.fetch(pathOf(media[0]?.url));
    const text = new TextDecoder('latin1').decode(await served.arrayBuffer());
    expect(text).toMatch(/^\xff\xd8.*Exif/s);
    expect(text).not.toContain('Secret');
    expect(text.length).toBe(media[0]?.size);
  });

  test('takes the same fields as JSON', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [
      file(),
      { name: 'visibility', body: 'FOLLOWERS' },
      { name: 'location', body: '{"name":"Here","latitude":1,"longitude":2}' },
      { name: 'poll', body: '{"options":["a","b"]}' },
    ]);
    expect(jes).toMatchObject({
      content: '',
      visibility: 'FOLLOWERS',
      location: { name: 'Here', latitude: 1, longitude: 2 },
      poll: { options: [{ text: 'a' }, { text: 'b' }] },
    });
  });

  const POLL = '{"options":["a","b"]}';

  test.each<[string, Partial<TestPart>]>([
    ['a text', {}],
    ['a text that says so', { type: 'text/plain; charset=UTF-8' }],
    ['JSON', { type: 'application/json' }],
    ['JSON with parameters', { type: 'application/json; charset=utf8' }],
    ['other JSON', { type: 'application/vnd.jestha+json' }],
    ['JSON named blob, as generated clients send it', { type: 'application/json', filename: 'blob' }],
    ['a file of text', { type: 'text/plain', filename: 'poll.json' }],
    ['a file of no type', { filename: 'poll.json' }],
    ['a file of an unknown type', { type: 'application/octet-stream', filename: 'poll' }],
    ['JSON with a byte order mark', { body: `\uFEFF${POLL}` }],
  ])('takes a poll as %s', async (_, part) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const parts = [{ name: 'content', body: 'Hi' }, { name: 'poll', body: POLL, ...part }, file()];
    const jes = await upload(harness, key, parts);
    expect([jes.poll?.options.map(({ text }) => text), jes.media.length]).toEqual([['a', 'b'], 1]);
  });

  test.each([
    ['base64', 'R3LDvMOf\r\nZSDwn6aK', 'Grüße 🦊'],
    ['BASE64', ' R3LDvMOfZSDwn6aK\r\n', 'Grüße 🦊'],
    ['quoted-printable', 'Gr=C3=BC=C3=9Fe =F0=9F=\r\n=A6=8A', 'Grüße 🦊'],
    ['7bit', 'Hi', 'Hi'],
    ['8bit', 'Grüße', 'Grüße'],
    ['Binary', 'Gr=C3=BC=C3=9Fe', 'Gr=C3=BC=C3=9Fe'],
    ['', 'R3LDvMOf', 'R3LDvMOf'],
  ])('reads a text in %j', async (encoding, body, content) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const header = `text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}`;
    expect(await upload(harness, key, [{ name: 'content', type: header, body }])).toMatchObject({ content });
  });

  test('reads JSON and files in base64, as mail libraries write them', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const base64 = (bytes: Uint8Array) =>
      btoa(String.fromCharCode(...bytes)).replaceAll(/.{76}/g, (line) => `${line}\r\n`);
    const inBase64 = (type: string) => `${type}\r\nContent-Transfer-Encoding: base64`;
    const [photo] = MEDIA_FILES;
    const jes = await upload(harness, key, [
      { name: 'poll', type: inBase64('application/json'), body: base64(bytesOf(POLL)) },
      { name: 'media', filename: 'a.jpg', type: inBase64('image/jpeg'), body: base64(photo?.bytes ?? bytesOf('')) },
    ]);
    expect(jes).toMatchObject({
      poll: { options: [{ text: 'a' }, { text: 'b' }] },
      media: [{ mimeType: 'image/jpeg' }],
    });
    const served = await harness.fetch(pathOf(jes.media[0]?.url));
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(cleaned(photo?.bytes ?? bytesOf('')));
  });

  test('reads a text in Latin-1 where it says so and is no UTF-8', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const type = 'text/plain; charset=ISO-8859-1';
    const latin1 = new Uint8Array([0x47, 0x72, 0xfc, 0xdf, 0x65]);
    expect(await upload(harness, key, [{ name: 'content', type, body: latin1 }])).toMatchObject({ content: 'Grüße' });
    expect(await upload(harness, key, [{ name: 'content', type, body: 'Grüße' }])).toMatchObject({ content: 'Grüße' });
  });

  test('takes as many empty inputs of a form as there may be fields', async () => {
    const harness = new Harness();
    const empty = Array.from({ length: 25 }, () => ({ name: 'media', filename: '', body: '' }));
    const jes = await upload(harness, await harness.newKey(), [{ name: 'content', body: 'Hi' }, ...empty]);
    expect(jes.media).toEqual([]);
  });

  test.each([
    '===17000===',
    '----=_Part_0_1234.5678',
    "'()+_,-./:=?",
  ])('takes the boundary %s unquoted', async (boundary) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const response = await post(harness, key, formOf([{ name: 'content', body: 'Hi' }, file()], boundary));
    await expect(response).toHaveStatus(201);
  });

  test('unfurls no link, even if the request names one', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const words = { name: 'content', body: 'https://example.org/a' };
    const jes = await upload(harness, key, [words, { name: 'linkPreviewUrl', body: 'https://example.org/b' }, file()]);
    await harness.fetch(`/api/posts/${jes.id}`, {
      key: key.key,
      method: 'PATCH',
      body: { content: 'https://example.org/c' },
    });
    expect(harness.previewJobs).toEqual([]);
    expect(await rowsOf(harness, `SELECT link_preview_url FROM posts WHERE id = '${jes.id}'`)).toEqual([
      { link_preview_url: null },
    ]);
    await post(harness, key, formOf([words]));
    expect(harness.previewJobs).toMatchObject([{ url: 'https://example.org/a' }]);
  });

  test('with an empty file input is a Jes without a file', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const none = { name: 'media', filename: '', type: 'application/octet-stream', body: '' };
    expect((await upload(harness, key, [{ name: 'content', body: 'Hi' }, none])).media).toEqual([]);
    expect(await answerOf(await post(harness, key, formOf([none])))).toEqual(
      invalid({ path: 'content', message: 'must be a string' }),
    );
  });

  test.each([
    'application/octet-stream',
    'binary/octet-stream',
    'application/x-octet-stream',
    'application/unknown',
    'image/*',
    'image',
    'image/pjpeg',
    'image/jpg; charset=binary',
    '',
    undefined,
  ])('trusts the bytes if %s is declared', async (type) => {
    const harness = new Harness();
    const { media } = await upload(harness, await harness.newKey(), [
      { name: 'media', filename: 'a.bin', ...(type !== undefined && { type }), body: MEDIA_FILES[0]?.bytes ?? '' },
    ]);
    expect(media).toMatchObject([{ mimeType: 'image/jpeg' }]);
  });

  test('of a key takes 8 MB a file, and no byte more', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const video = (bytes: number) => file(videoOf(bytes), 'a.mp4', 'video/mp4');
    const { media } = await upload(harness, key, [video(8 * MIB)]);
    expect(media).toMatchObject([{ size: 8 * MIB }]);
    expect(await answerOf(await post(harness, key, formOf([file(), video(8 * MIB + 1)])))).toMatchObject({
      status: 413,
      body: { details: [{ path: 'media.1', message: 'is larger than 8,388,608 bytes' }] },
    });
  });

  test('of a person takes ten files, and larger ones', async () => {
    const harness = new Harness();
    const session = await harness.newSession();
    const small = Array.from({ length: 9 }, () => file());
    const { media } = await upload(harness, session, [file(videoOf(9 * MIB), 'a.mp4', 'video/mp4'), ...small]);
    expect(media.map(({ size }) => size)).toEqual([9 * MIB, ...small.map(({ body }) => body.length)]);
    const eleven = await post(harness, session, formOf([...small, file(), file()]));
    expect(await answerOf(eleven)).toMatchObject({ status: 413, body: { details: [{ path: 'media.10' }] } });
  });

  test('comes from a plain form of our own pages, and from no other site', async () => {
    const harness = new Harness();
    const session = await harness.newSession();
    const navigation = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', Origin: 'https://jestha.com' };
    const form = formOf([{ name: 'content', body: 'Hi' }, file()]);
    await expect(await post(harness, session, form, navigation)).toHaveStatus(201);
    const foreign = await post(harness, session, form, { ...navigation, Origin: 'https://example.org' });
    expect(await answerOf(foreign)).toMatchObject({ status: 403, body: { code: 'cross_site_request' } });
  });

  test('is refused before its body is read if the key lacks the scope', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey({ scopes: ['read:comment'] });
    let pulled = 0;
    const pull = () => {
      pulled += 1;
    };
    const body = new ReadableStream({ type: 'bytes', pull }, { highWaterMark: 0 });
    const { headers } = formOf([]);
    const answer = await harness.fetch('/api/posts', { key, method: 'POST', headers, body });
    expect([answer.status, pulled]).toEqual([403, 0]);
  });
});

describe('what an upload costs', () => {
  test('four files of 8 MB: one call of Redis, one of Neon, four of R2', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.neon.reset();
    await harness.upstash.reset();
    const files = Array.from({ length: 4 }, () => file(videoOf(8 * MIB), 'a.mp4', 'video/mp4'));
    const response = await post(harness, key, formOf(files));
    expect([response.status, response.headers.get('Server-Timing')?.replace(/\d+\.\d/g, 'ms')]).toEqual([
      201,
      'auth;dur=ms, redis;dur=ms;desc="1", db;dur=ms;desc="1", objects;dur=ms;desc="4"',
    ]);
    expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1 });
  });

  test('under a key one statement more, which a repetition is answered by', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    const send = async () => {
      await harness.neon.reset();
      const response = await post(harness, key, formOf([file()]), { 'Idempotency-Key': 'k' });
      const { requests } = await harness.neon.counters();
      const objects = /objects;.*desc="(\d)"/.exec(response.headers.get('Server-Timing') ?? '')?.[1];
      return [response.status, requests, objects, response.headers.get('Idempotent-Replayed')];
    };
    expect(await send()).toEqual([201, 2, '1', null]);
    expect(await send()).toEqual([201, 2, undefined, 'true']);
  });
});
