import { beforeEach, describe, expect, test } from 'vitest';
import { newObjectName } from '../../src/domain/media/object-name.ts';
import { newId } from '../../src/lib/id.ts';
import { NOT_FOUND } from '../support/app/answers.ts';
import { open } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newPost } from '../support/app/posts.ts';
import { file, pathOf, upload, videoOf } from '../support/app/uploads.ts';

const WEB = 'https://jestha.com';
const API = 'https://api.jestha.com';
const MINUTE_MS = 60_000;

let harness: Harness;
let key: TestKey;
beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

/** Statements that Neon ran for something. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  await harness.neon.reset();
  await work();
  return (await harness.neon.counters()).statements ?? 0;
}

async function statusesOf(count: number, ask: (i: number) => Promise<Response>): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const response = await ask(i);
    await response.arrayBuffer();
    seen[response.status] = (seen[response.status] ?? 0) + 1;
  }
  return seen;
}

const BYTES = videoOf(5_000);
/** The path of a public video of 5,000 bytes. */
async function newVideo(fields: Record<string, string> = {}) {
  const parts = Object.entries(fields).map(([name, body]) => ({ name, body }));
  const jes = await upload(harness, key, [file(BYTES, 'a.mp4', 'video/mp4'), ...parts]);
  return { jes, path: pathOf(jes.media[0]?.url) };
}
/** The stored form of {@link BYTES}, read while no cache has it. */
async function bytesOf(path: string): Promise<Uint8Array> {
  return new Uint8Array(await (await harness.fetch(path)).arrayBuffer());
}

describe('a public file', () => {
  test('costs one statement for 100 requests in a minute: of both hosts, any query, part, method and condition', async () => {
    const { path } = await newVideo();
    const ways: ((i: number) => Parameters<Harness['fetch']>)[] = [
      () => [path],
      (i) => [`${path}?v=${i}`],
      (i) => [`${path}?expires=${2_000_000_000 + i}&signature=${'A'.repeat(43)}`],
      () => [path, { origin: API }],
      () => [path, { method: 'HEAD' }],
      (i) => [path, { headers: { Range: `bytes=${i}-` } }],
      () => [path, { headers: { 'If-None-Match': '*' } }],
      (i) => [path, { headers: { Accept: `image/${i}`, 'Accept-Encoding': 'br', Origin: `https://${i}.example` } }],
      () => [path, { key: 'jes_live_short' }],
      () => [path, { headers: { 'Cache-Control': 'no-cache', Pragma: 'no-cache' } }],
    ];
    let statuses: unknown;
    const spent = await statementsOf(async () => {
      statuses = await statusesOf(100, (i) => harness.fetch(...(ways[i % 10]?.(i) ?? [path])));
    });
    expect([statuses, spent]).toEqual([{ 200: 80, 206: 10, 304: 10 }, 1]);
  });

  test('costs one statement, however many ask at once', async () => {
    const { path } = await newVideo();
    const spent = await statementsOf(() =>
      Promise.all(Array.from({ length: 100 }, async () => await (await harness.fetch(path)).arrayBuffer())),
    );
    expect(spent).toBe(1);
  });

  test('is asked for again after a minute', async () => {
    const { path } = await newVideo();
    const ask = () => harness.fetch(path).then((response) => response.arrayBuffer());
    expect(await statementsOf(ask)).toBe(1);
    harness.now += MINUTE_MS - 1;
    expect(await statementsOf(ask)).toBe(0);
    harness.now += 1;
    expect(await statementsOf(ask)).toBe(1);
    expect(await statementsOf(ask)).toBe(0);
  });

  test('comes from the cache without the bucket, with the bytes and headers of the first answer', async () => {
    const { path } = await newVideo();
    const first = await harness.fetch(path);
    const whole = new Uint8Array(await first.arrayBuffer());
    const away = Object.create(harness.env.MEDIA, {
      get: { value: () => Promise.reject(new Error('away')) },
      head: { value: () => Promise.reject(new Error('away')) },
    }) as R2Bucket;
    const without = new Harness({ MEDIA: away });
    const shown = ({ status, headers }: Response) => {
      const { 'x-request-id': id, ...others } = Object.fromEntries(headers);
      return [status, id === first.headers.get('X-Request-Id'), others];
    };
    const again = await without.fetch(path);
    expect(shown(again)).toEqual([200, false, shown(first)[2]]);
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(whole);
    const head = await without.fetch(path, { method: 'HEAD' });
    expect(shown(head)).toEqual([200, false, shown(first)[2]]);
  });

  test.each([
    ['bytes=0-3', 206, [0, 4]],
    ['bytes=-4', 206, [-4]],
    ['bytes=990-', 206, [990]],
    ['bytes=0-1,4-5', 200, [0]],
    ['bytes=5-1', 200, [0]],
    ['lines=1-2', 200, [0]],
    ['bytes=99999-', 416, [0, 0]],
  ])('a video from the cache answers the range %s with %i and its bytes', async (range, status, slice) => {
    const { path } = await newVideo();
    const whole = await bytesOf(path);
    await harness.neon.setFaults({ kind: 'refuse' });
    const response = await harness.fetch(path, { headers: { Range: range } });
    await expect(response).toHaveStatus(status);
    const expected = whole.slice(slice[0], slice[1]);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(expected);
    if (status !== 416) expect(response.headers.get('Content-Length')).toBe(String(expected.length));
    const from = whole.length - (slice[0] === -4 ? 4 : whole.length - (slice[0] ?? 0));
    expect(response.headers.get('Content-Range')).toBe(
      { 200: null, 206: `bytes ${from}-${from + expected.length - 1}/${whole.length}`, 416: `bytes */${whole.length}` }[
        status
      ],
    );
  });

  test('from the cache answers If-Range and If-None-Match as the bucket does', async () => {
    const { path } = await newVideo();
    const etag = (await harness.fetch(path)).headers.get('ETag') ?? '';
    const whole = await bytesOf(path);
    await harness.neon.setFaults({ kind: 'refuse' });
    const ask = async (headers: Record<string, string>) => {
      const response = await harness.fetch(path, { headers });
      return [response.status, (await response.arrayBuffer()).byteLength];
    };
    expect(await ask({ Range: 'bytes=0-3', 'If-Range': etag })).toEqual([206, 4]);
    expect(await ask({ Range: 'bytes=0-3', 'If-Range': '"other"' })).toEqual([200, whole.length]);
    expect(await ask({ 'If-None-Match': etag })).toEqual([304, 0]);
    expect(await ask({ 'If-None-Match': '"other"' })).toEqual([200, whole.length]);
  });

  test('that was first asked for in part, or by HEAD, is in the cache as a whole', async () => {
    for (const first of [{ headers: { Range: 'bytes=1-2' } }, { method: 'HEAD' }]) {
      const { path } = await newVideo();
      await harness.fetch(path, first);
      await harness.neon.setFaults({ kind: 'refuse' });
      const response = await harness.fetch(path);
      expect([response.status, (await response.arrayBuffer()).byteLength > 5_000 - 1]).toEqual([200, true]);
      await harness.neon.setFaults();
    }
  });

  test('ends in the cache when its Jes is deleted, or is not for everybody any more', async () => {
    const [{ jes, path }, { jes: other, path: otherPath }] = [await newVideo(), await newVideo()];
    for (const each of [path, otherPath]) await expect(await harness.fetch(each)).toHaveStatus(200);
    await harness.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE' });
    await harness.fetch(`/api/posts/${other.id}`, { key: key.key, method: 'PATCH', body: { visibility: 'PRIVATE' } });
    for (const each of [path, otherPath]) expect(await answerOf(await harness.fetch(each))).toEqual(NOT_FOUND);
  });

  test('of a JesClip ends in the cache when the JesClip is not for everybody any more', async () => {
    const { id, video } = await newJesClip(harness, key);
    const path = pathOf(video.url);
    await expect(await harness.fetch(path)).toHaveStatus(200);
    const body = { visibility: 'FOLLOWERS' };
    await harness.fetch(`/api/jesclips/${id}`, { key: key.key, method: 'PATCH', body });
    await expect(await harness.fetch(path)).toHaveStatus(404);
  });
});

describe('a file that is not for everybody', () => {
  test('never comes from the cache: its signature is asked each time', async () => {
    const { path } = await newVideo({ visibility: 'PRIVATE' });
    for (let i = 0; i < 3; i++) await expect(await harness.fetch(path)).toHaveStatus(200);
    const [plain = ''] = path.split('?');
    expect(await caches.default.match(`${WEB}${plain}`)).toBe(undefined);
    expect(await caches.default.match(`${WEB}${path}`)).toBe(undefined);
    harness.now += 3_600_000;
    await expect(await harness.fetch(path)).toHaveStatus(404);
  });

  test('costs one statement for 100 requests without a good signature', async () => {
    const { path } = await newVideo({ visibility: 'PRIVATE' });
    const [plain = ''] = path.split('?');
    let statuses: unknown;
    const spent = await statementsOf(async () => {
      statuses = await statusesOf(100, (i) => harness.fetch(i % 2 ? plain : `${path}${i}`));
    });
    expect([statuses, spent]).toEqual([{ 404: 100 }, 1]);
    // The signed address shows the file all the same.
    await expect(await harness.fetch(path)).toHaveStatus(200);
  });
});

describe('a file that is not there', () => {
  test('costs one statement for 100 requests, and no cache of a client keeps its 404', async () => {
    const path = `/media/${newObjectName(newId(harness.now), 'png')}`;
    const ids = new Set<unknown>();
    const spent = await statementsOf(() =>
      statusesOf(100, async () => {
        const response = await harness.fetch(path);
        ids.add(response.headers.get('X-Request-Id'));
        expect(response.headers.get('Cache-Control')).toBe('no-store');
        expect(await answerOf(response.clone())).toEqual(NOT_FOUND);
        return response;
      }),
    );
    expect([spent, ids.size]).toEqual([1, 100]);
  });
});

describe.each(['post', 'jesclip'])('the permalink /%s/:id', (kind) => {
  test('of an unknown id costs visitors one statement for 100 requests', async () => {
    const path = `/${kind}/${newId(harness.now)}`;
    let statuses: unknown;
    const spent = await statementsOf(async () => {
      statuses = await statusesOf(100, (i) =>
        i % 3 === 0
          ? open(harness, `${path}?cursor=${i}`)
          : harness.fetch(path, { method: i % 3 === 1 ? 'HEAD' : 'GET', headers: { 'User-Agent': `${i}` } }),
      );
    });
    expect([statuses, spent]).toEqual([{ 404: 100 }, 1]);
  });

  test('of an unknown id costs one statement, however many visitors ask at once', async () => {
    const path = `/${kind}/${newId(harness.now)}`;
    const ask = async () => await expect(await open(harness, path)).toHaveStatus(404);
    expect(await statementsOf(() => Promise.all(Array.from({ length: 50 }, ask)))).toBe(1);
  });

  test('is asked for again after a minute', async () => {
    const path = `/${kind}/${newId(harness.now)}`;
    expect(await statementsOf(() => open(harness, path))).toBe(1);
    harness.now += MINUTE_MS - 1;
    expect(await statementsOf(() => open(harness, path))).toBe(0);
    harness.now += 1;
    expect(await statementsOf(() => open(harness, path))).toBe(1);
  });

  test('that is a cached 404 for visitors still shows the thing to people who may see it', async () => {
    const session = await harness.newSession();
    const fields = { visibility: 'PRIVATE' };
    const { id } =
      kind === 'post' ? await newPost(harness, session, fields) : await newJesClip(harness, session, fields);
    const path = `/${kind}/${id}`;
    for (let i = 0; i < 2; i++) {
      await expect(await open(harness, path)).toHaveStatus(404);
      await expect(await open(harness, path, session.cookie)).toHaveStatus(200);
    }
    await expect(await open(harness, path)).toHaveStatus(404);
  });

  test('shows visitors at once what its author opens to everybody', async () => {
    const { id } =
      kind === 'post'
        ? await newPost(harness, key, { visibility: 'PRIVATE' })
        : await newJesClip(harness, key, { visibility: 'PRIVATE' });
    const path = `/${kind}/${id}`;
    await expect(await open(harness, path)).toHaveStatus(404);
    const api = `/api/${kind === 'post' ? 'posts' : 'jesclips'}/${id}`;
    await harness.fetch(api, { key: key.key, method: 'PATCH', body: { visibility: 'PUBLIC' } });
    await expect(await open(harness, path)).toHaveStatus(200);
  });

  test('of a public Jes or JesClip is kept by no cache', async () => {
    const { id } = kind === 'post' ? await newPost(harness, key) : await newJesClip(harness, key);
    await expect(await open(harness, `/${kind}/${id}`)).toHaveStatus(200);
    expect(await caches.default.match(`${WEB}/${kind}/${id}`)).toBe(undefined);
  });
});
