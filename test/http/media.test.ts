import { describe, expect, test } from 'vitest';
import { NOT_FOUND } from '../support/app/answers.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { watchLog } from '../support/app/people.ts';
import { type Caller, newJehub, seenPost } from '../support/app/posts.ts';
import { file, pathOf, upload, videoOf } from '../support/app/uploads.ts';
import { rowsOf } from '../support/database/database.ts';

const FOR_EVERYBODY = 'public, max-age=31536000, immutable';

async function uploaded(harness: Harness, caller: Caller, fields: Record<string, string> = {}) {
  const parts = Object.entries(fields).map(([name, body]) => ({ name, body }));
  const jes = await upload(harness, caller, [file(), ...parts]);
  return { jes, path: pathOf(jes.media[0]?.url) };
}

describe('GET /media/:object', () => {
  test('has its type, runs no script, and may be cached forever', async () => {
    const harness = new Harness();
    const { jes, path } = await uploaded(harness, await harness.newKey());
    const { status, headers } = await harness.fetch(path);
    const { 'x-request-id': _, etag, ...others } = Object.fromEntries(headers);
    expect([status, others]).toEqual([
      200,
      {
        'accept-ranges': 'bytes',
        'cache-control': FOR_EVERYBODY,
        'content-disposition': `inline; filename="${jes.media[0]?.id}.png"`,
        'content-length': String(jes.media[0]?.size),
        'content-security-policy': "default-src 'none'; sandbox",
        'content-type': 'image/png',
        'cross-origin-resource-policy': 'cross-origin',
        'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
        'x-content-type-options': 'nosniff',
        'x-jestha-api-version': '1',
      },
    ]);
    expect(etag).toMatch(/^"[^"]+"$/);
  });

  test('HEAD has no body and the same headers', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey());
    const shown = ({ headers }: Response) =>
      Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id'));
    const [get, head] = [await harness.fetch(path), await harness.fetch(path, { method: 'HEAD' })];
    expect([head.status, await head.text(), shown(head)]).toEqual([200, '', shown(get)]);
  });

  test('is one statement and one call of R2', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey());
    const log = watchLog();
    await harness.fetch(path);
    expect(log.events()).toMatchObject([{ event: 'request', redis: 0, db: 1, objects: 1 }]);
  });

  test('is 304 for a client that has it', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey());
    const etag = (await harness.fetch(path)).headers.get('ETag') ?? '';
    for (const known of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const response = await harness.fetch(path, { headers: { 'If-None-Match': known } });
      expect([known, response.status, await response.text()]).toEqual([known, 304, '']);
      expect(response.headers.get('Cache-Control')).toBe(FOR_EVERYBODY);
    }
    await expect(await harness.fetch(path, { headers: { 'If-None-Match': '"other"' } })).toHaveStatus(200);
  });

  test.each([
    ['bytes=0-3', 206, 'bytes 0-3/1000'],
    ['bytes=-4', 206, 'bytes 996-999/1000'],
    ['bytes=990-', 206, 'bytes 990-999/1000'],
    ['bytes=990-5000', 206, 'bytes 990-999/1000'],
    ['bytes=1000-', 416, 'bytes */1000'],
    ['bytes=0-1,4-5', 200, null],
    ['bytes=5-1', 200, null],
    ['lines=1-2', 200, null],
  ])('of a video %s', async (range, status, contentRange) => {
    const harness = new Harness();
    const bytes = videoOf(1_000);
    const jes = await upload(harness, await harness.newKey(), [file(bytes, 'a.mp4', 'video/mp4')]);
    const path = pathOf(jes.media[0]?.url);
    const response = await harness.fetch(path, { headers: { Range: range } });
    expect([response.status, response.headers.get('Content-Range')]).toEqual([status, contentRange]);
    const whole = new Uint8Array(await (await harness.fetch(path)).arrayBuffer());
    const [, from = '0', to = '999'] = /^bytes (\d+)-(\d+)/.exec(contentRange ?? '') ?? [];
    const expected = status === 416 ? new Uint8Array() : whole.slice(Number(from), Number(to) + 1);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(expected);
    if (status !== 416) expect(response.headers.get('Content-Length')).toBe(String(expected.length));
    const head = await harness.fetch(path, { method: 'HEAD', headers: { Range: range } });
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([
      200,
      String(whole.length),
      '',
    ]);
  });

  test('sends the whole file if If-Range names another version', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey());
    const etag = (await harness.fetch(path)).headers.get('ETag') ?? '';
    const statusOf = async (condition: string) =>
      (await harness.fetch(path, { headers: { Range: 'bytes=0-3', 'If-Range': condition } })).status;
    expect([await statusOf(etag), await statusOf('"other"'), await statusOf('Tue, 24 Nov 2026 12:00:00 GMT')]).toEqual([
      206, 200, 200,
    ]);
  });

  test.each([
    '/media/x',
    '/media/01M86PTPG0VJ5XMMMMMMMMMMMM-aaaaaaaaaaaaaaaaaaaaaa.png',
    '/media/..%2f..%2fetc%2fpasswd',
    '/media/%00',
    '/media/',
    '/media/a/b',
  ])('%s is 404', async (path) => {
    expect(await answerOf(await new Harness().fetch(path))).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  test('needs no credential, and looks at none', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey());
    await expect(await harness.fetch(path, { key: 'jes_live_short' })).toHaveStatus(200);
  });

  test.each(['POST', 'PUT', 'DELETE'])('%s is 405', async (method) => {
    const response = await new Harness().fetch('/media/x', { method });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('who may have a file', () => {
  const AUDIENCES: Record<string, { isPrivate?: boolean; fields?: Record<string, string>; isForEverybody: boolean }> = {
    'PUBLIC of a public account': { isForEverybody: true },
    FOLLOWERS: { fields: { visibility: 'FOLLOWERS' }, isForEverybody: false },
    PRIVATE: { fields: { visibility: 'PRIVATE' }, isForEverybody: false },
    'PUBLIC of a private account': { isPrivate: true, isForEverybody: false },
    'of a JeHub': { fields: { jeHubId: '' }, isForEverybody: false },
  };

  test.each(Object.entries(AUDIENCES))('%s', async (_, { isPrivate = false, fields = {}, isForEverybody }) => {
    const harness = new Harness();
    const session = await harness.newSession({ account: await harness.newAccount({ isPrivate }) });
    const jehub = 'jeHubId' in fields ? { jeHubId: (await newJehub(harness, session, 'Hub')).id } : {};
    const { jes, path } = await uploaded(harness, session, { ...fields, ...jehub });
    const plain = path.replace(/\?.*/, '');
    expect(path === plain).toBe(isForEverybody);
    await expect(await harness.fetch(path)).toHaveStatus(200);
    if (isForEverybody) return;
    // Without the signature every caller gets a 404.
    expect(await answerOf(await harness.fetch(plain))).toEqual(NOT_FOUND);
    await expect(await harness.fetch(plain, { cookie: session.cookie })).toHaveStatus(404);
    // The event of a webhook has no signature either.
    const told = await rowsOf(
      harness,
      `SELECT data::text AS data FROM outbox_events WHERE account_id = '${session.accountId}'`,
    );
    expect([told.length, told.filter(({ data }) => String(data).includes('signature'))]).toEqual([1, []]);

    harness.now += 1_800_000;
    const later = pathOf((await seenPost(harness, session, jes.id)).media[0]?.url);
    const half = await harness.fetch(path);
    expect([half.status, half.headers.get('Cache-Control')]).toEqual([200, 'private, max-age=1800']);
    harness.now += 1_800_000;
    await expect(await harness.fetch(path)).toHaveStatus(404);
    await expect(await harness.fetch(later)).toHaveStatus(200);
  });

  test('changes with what its author changes', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { jes, path } = await uploaded(harness, key);
    const edit = async (visibility: string) => {
      const answer = await harness.fetch(`/api/posts/${jes.id}`, {
        key: key.key,
        method: 'PATCH',
        body: { visibility },
      });
      return pathOf(((await answer.json()) as typeof jes).media[0]?.url);
    };
    const signed = await edit('PRIVATE');
    expect([(await harness.fetch(path)).status, (await harness.fetch(signed)).status]).toEqual([404, 200]);
    expect(await edit('PUBLIC')).toBe(path);
    expect((await harness.fetch(path)).headers.get('Cache-Control')).toBe(FOR_EVERYBODY);
  });

  test('is not changed by changing the address', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const [{ path }, { path: other }] = [
      await uploaded(harness, key, { visibility: 'PRIVATE' }),
      await uploaded(harness, key, { visibility: 'PRIVATE' }),
    ];
    const [plain, query = ''] = path.split('?');
    const expires = Number(/expires=(\d+)/.exec(query)?.[1]);
    const wrong = [
      `${other.split('?')[0]}?${query}`,
      `${plain}?${query.replace(String(expires), String(expires + 1))}`,
      `${plain}?${query.replace(String(expires), `0${expires}`)}`,
      `${plain}?${query.slice(0, -1)}${query.endsWith('A') ? 'Q' : 'A'}`,
      `${plain}?${query.slice(0, -1)}`,
      `${plain}?expires=${expires}`,
      `${plain}?${query.replace(/expires=\d+/, 'expires=-1')}`,
      `${plain}?${query.replace(/expires=\d+/, 'expires=99999999999999999999')}`,
      `${plain}?expires=${expires}&signature=${'%ff'.repeat(43)}`,
      `${plain}?expires=${expires}&signature=${'A'.repeat(43)}`,
    ];
    for (const address of wrong) expect([address, (await harness.fetch(address)).status]).toEqual([address, 404]);
    await expect(await harness.fetch(path)).toHaveStatus(200);
  });

  test('is decided by the previous secret too', async () => {
    const harness = new Harness({ SESSION_SECRET: 'a'.repeat(32) });
    const { path } = await uploaded(harness, await harness.newKey(), { visibility: 'PRIVATE' });
    const rotated = new Harness({ SESSION_SECRET: 'x'.repeat(32), SESSION_SECRET_PREVIOUS: 'a'.repeat(32) });
    const stranger = new Harness({ SESSION_SECRET: 'x'.repeat(32) });
    expect([(await rotated.fetch(path)).status, (await stranger.fetch(path)).status]).toEqual([200, 404]);
  });

  test('with a signature costs no look-up of the caller', async () => {
    const harness = new Harness();
    const { path } = await uploaded(harness, await harness.newKey(), { visibility: 'PRIVATE' });
    await harness.neon.setFaults({ kind: 'refuse' });
    await expect(await harness.fetch(path)).toHaveStatus(200);
    await harness.neon.setFaults();
  });

  test('ends at once when the Jes is deleted, with a signature too', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { jes, path } = await uploaded(harness, key, { visibility: 'PRIVATE' });
    await harness.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE' });
    expect(await answerOf(await harness.fetch(path))).toEqual(NOT_FOUND);
  });
});
