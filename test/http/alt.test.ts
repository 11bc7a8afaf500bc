import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { open } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { as, type Caller, newPost, seenPost } from '../support/app/posts.ts';
import { bucketWithout, failing, file, formOf, mediaPart, type TestPart, upload } from '../support/app/uploads.ts';
import { outbox, rowsOf } from '../support/database/database.ts';
import { MEDIA_FILES } from '../support/media/media-files.ts';

const alt = (body: string, type?: string): TestPart => ({ name: 'alt', body, ...(type !== undefined && { type }) });

const post = (harness: Harness, caller: Caller, parts: readonly TestPart[], headers: Record<string, string> = {}) => {
  const form = formOf(parts);
  return harness.fetch('/api/posts', { ...as(caller), body: form.body, headers: { ...form.headers, ...headers } });
};

const edit = (harness: Harness, caller: Caller, id: string, body: unknown, headers: Record<string, string> = {}) =>
  harness.fetch(`/api/posts/${id}`, { ...as(caller), method: 'PATCH', body, headers });

const textsOf = ({ media }: { readonly media: readonly { readonly alt: string | null }[] }) =>
  media.map((one) => one.alt);

describe('alt of a new Jes', () => {
  test('is in responses, reads, bounces and events with its file', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [file(), alt('A fox'), file(), alt('The fox, asleep')]);
    expect(jes.media.map((one) => Object.keys(one))).toEqual(
      Array(2).fill(['id', 'type', 'mimeType', 'url', 'width', 'height', 'size', 'alt']),
    );
    expect(textsOf(jes)).toEqual(['A fox', 'The fox, asleep']);
    expect(await seenPost(harness, key, jes.id)).toEqual(jes);
    const bounce = await harness.fetch(`/api/posts/${jes.id}/bounce`, { key: key.key, method: 'POST' });
    expect(await bounce.json()).toMatchObject({ media: [], bounceOf: { media: [{ alt: 'A fox' }, {}] } });
    expect(await outbox.eventsOf(harness, key.accountId)).toMatchObject([
      { event: 'jes.created', data: { media: [{ alt: 'A fox' }, { alt: 'The fox, asleep' }] } },
      { event: 'jes.created', data: { bounceOf: { media: [{ alt: 'A fox' }, {}] } } },
    ]);
  });

  test.each<[string, readonly TestPart[], readonly (string | null)[]]>([
    ['is null if no text was sent', [], [null, null]],
    ['is null for files without one', [alt('A fox')], ['A fox', null]],
    ['is null where the text is empty', [alt(''), alt('A wall')], [null, 'A wall']],
    ['is null where the text shows nothing', [alt(' \u200b\t'), alt('\u2800\ufe0f')], [null, null]],
    ['is a JSON list', [alt('["A fox","A wall"]')], ['A fox', 'A wall']],
    ['is a JSON list with a part of its own type', [alt(' ["A fox", ""]', 'application/json')], ['A fox', null]],
    ['is an empty JSON list', [alt('[]')], [null, null]],
    ['is a text that begins like a list', [alt('[photo] A fox')], ['[photo] A fox', null]],
    ['is a text that is JSON, but no list', [alt('"42"')], ['"42"', null]],
    ['is two texts that are lists', [alt('["A"]'), alt('[1]')], ['["A"]', '[1]']],
    ['ignores empty texts beyond the files', [alt('A'), alt('B'), alt(''), alt(' ')], ['A', 'B']],
    [
      'keeps white space, lines and every script',
      [alt(' A\n<b>&amp;</b> \u202eفنك 🦊 ')],
      [' A\n<b>&amp;</b> \u202eفنك 🦊 ', null],
    ],
  ])('%s', async (_, parts, expected) => {
    const harness = new Harness();
    expect(textsOf(await upload(harness, await harness.newKey(), [file(), file(), ...parts]))).toEqual(expected);
  });

  test('may have 1,500 code points, and no more', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const longest = '🦊'.repeat(1_500);
    expect(textsOf(await upload(harness, key, [file(), alt(longest)]))).toEqual([longest]);
    expect(await answerOf(await post(harness, key, [file(), file(), alt('A'), alt(`${longest}.`)]))).toEqual(
      invalid({ path: 'alt.1', message: 'must be at most 1500 characters' }),
    );
  });

  test.each<[string, readonly TestPart[], readonly { path: string; message: string }[]]>([
    ['one text too many', [alt('A'), alt('B')], [{ path: 'alt.1', message: 'describes no file: there is 1' }]],
    [
      'a list too long',
      [alt('["A","","C","D"]')],
      [
        { path: 'alt.2', message: 'describes no file: there is 1' },
        { path: 'alt.3', message: 'describes no file: there is 1' },
      ],
    ],
    ['a list of other things', [alt('[1]')], [{ path: 'alt.0', message: 'must be a string' }]],
    ['a NUL character', [alt('["\\u0000"]')], [{ path: 'alt.0', message: 'contains a NUL character' }]],
    [
      'a lone surrogate',
      [alt('["\\ud83d"]')],
      [{ path: 'alt.0', message: 'contains a lone surrogate, which is not a character' }],
    ],
    [
      'more texts than a request has files',
      [alt(JSON.stringify(Array(11).fill('')))],
      [{ path: 'alt', message: 'at most 10 texts' }],
    ],
    ['21 fields', Array(21).fill(alt('')), [{ path: 'body', message: 'holds more than 20 fields' }]],
  ])('is refused: %s', async (_, parts, details) => {
    const harness = new Harness();
    const key = await harness.newKey();
    expect(await answerOf(await post(harness, key, [file(), ...parts]))).toEqual(invalid(...details));
    expect(await outbox.eventsOf(harness, key.accountId)).toEqual([]);
  });

  test('without files is refused, in JSON and in a form, unless it says nothing', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const refused = invalid({
      path: 'alt',
      message: 'describes files, and there are none; send a form with files',
    });
    const json = (texts: unknown) => harness.fetch('/api/posts', { key: key.key, body: { content: 'Hi', alt: texts } });
    expect(await answerOf(await json(['A fox']))).toEqual(refused);
    expect(await answerOf(await json('A fox'))).toMatchObject({ status: 400, body: { details: [{ path: 'alt' }] } });
    const content = { name: 'content', body: 'Hi' };
    expect(await answerOf(await post(harness, key, [content, alt('A fox')]))).toEqual(refused);
    await expect(await json([])).toHaveStatus(201);
    await expect(await json([''])).toHaveStatus(201);
    await expect(await post(harness, key, [content, alt(''), alt('')])).toHaveStatus(201);
  });

  test('describes as many files as a person may send', async () => {
    const harness = new Harness();
    const texts = Array.from({ length: 10 }, (_, i) => `Picture ${i}`);
    const parts = [...texts.map(() => file()), ...texts.map((text) => alt(text))];
    expect(textsOf(await upload(harness, await harness.newSession(), parts))).toEqual(texts);
  });

  test('belongs to the request that an Idempotency-Key repeats', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const headers = { 'Idempotency-Key': 'k' };
    const first = await post(harness, key, [file(), alt('A fox')], headers);
    const text = await first.text();
    expect([first.status, textsOf(JSON.parse(text))]).toEqual([201, ['A fox']]);
    const again = await post(harness, key, [file(), alt('A fox')], headers);
    expect([again.status, again.headers.get('Idempotent-Replayed'), await again.text()]).toEqual([201, 'true', text]);
    for (const parts of [[alt('A dog')], [], [alt('A fox'), alt('')]]) {
      await expect(await post(harness, key, [file(), ...parts], headers)).toHaveStatus(422);
    }
  });

  test('is null in an answer that was kept before there were texts', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const headers = { 'Idempotency-Key': 'k' };
    await post(harness, key, [file()], headers);
    await rowsOf(
      harness,
      `UPDATE idempotency_keys SET body = regexp_replace(body, ',"alt":null', '') WHERE account_id = '${key.accountId}'`,
    );
    const again = await post(harness, key, [file()], headers);
    expect([again.headers.get('Idempotent-Replayed'), textsOf(await again.json())]).toEqual(['true', [null]]);
  });
});

describe('PATCH /api/posts/:id with media', () => {
  test('adds, changes and removes texts, and leaves other files alone', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [file(), alt('A'), file(), alt('B'), file(), file(), alt(''), alt('D')]);
    const [a, b, c] = jes.media.map(({ id }) => id);
    harness.now += 1_000;
    const edited = await edit(harness, key, jes.id, {
      media: [
        { id: c, alt: 'C' },
        { id: b, alt: '' },
        { id: a, alt: 'Another' },
      ],
    });
    const expected = { ...jes, updatedAt: '2026-11-24T12:00:01.000Z', editedAt: '2026-11-24T12:00:01.000Z' };
    const texts = ['Another', null, 'C', 'D'];
    const media = jes.media.map((one, i) => ({ ...one, alt: texts[i] }));
    expect(await answerOf(edited)).toEqual({ status: 200, body: { ...expected, media } });
    expect(await seenPost(harness, key, jes.id)).toEqual({ ...expected, media });

    const gone = await edit(harness, key, jes.id, { content: 'Foxes', media: [{ id: a, alt: null }] });
    expect(await gone.json()).toMatchObject({ content: 'Foxes', media: [{ alt: null }, {}, { alt: 'C' }, {}] });
  });

  test('costs one call of Redis and one of Neon, with other fields or alone', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id, media } = await upload(harness, key, [file()]);
    for (const fields of [{}, { content: 'Foxes', visibility: 'PRIVATE' }]) {
      await harness.neon.reset();
      await harness.upstash.reset();
      await expect(await edit(harness, key, id, { ...fields, media: [{ id: media[0]?.id, alt: 'A' }] })).toHaveStatus(
        200,
      );
      expect(await harness.neon.counters()).toMatchObject({ requests: 1 });
      expect(await harness.upstash.counters()).toMatchObject({ requests: 1 });
    }
  });

  test('is repeated with its Idempotency-Key', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id, media } = await upload(harness, key, [file()]);
    const change = (text: string) => ({ media: [{ id: media[0]?.id, alt: text }] });
    const headers = { 'Idempotency-Key': 'k' };
    const first = await (await edit(harness, key, id, change('A'), headers)).text();
    await edit(harness, key, id, change('B'));
    const again = await edit(harness, key, id, change('A'), headers);
    expect([again.headers.get('Idempotent-Replayed'), await again.text()]).toEqual(['true', first]);
    expect(textsOf(await seenPost(harness, key, id))).toEqual(['B']);
    await expect(await edit(harness, key, id, change('C'), headers)).toHaveStatus(422);
  });

  test('names files that are not of this Jes, and changes nothing', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const jes = await upload(harness, key, [file(), alt('A')]);
    const other = await upload(harness, key, [file(), alt('Other')]);
    const clip = await newJesClip(harness, key);
    const plain = await newPost(harness, key);
    const unknown = '01HK153X000000000000000000';
    const message = 'must be the id of a file of this Jes';
    const named = [jes.media[0]?.id, other.media[0]?.id, unknown, clip.video.id, jes.id];
    for (const headers of [{}, { 'Idempotency-Key': 'k' }]) {
      const change = { content: 'New', media: named.map((id) => ({ id, alt: 'Mine' })) };
      expect(await answerOf(await edit(harness, key, jes.id, change, headers))).toEqual(
        invalid(...[1, 2, 3, 4].map((i) => ({ path: `media.${i}.id`, message }))),
      );
    }
    expect(await answerOf(await edit(harness, key, plain.id, { media: [{ id: unknown, alt: 'A' }] }))).toEqual(
      invalid({ path: 'media.0.id', message }),
    );
    expect(await seenPost(harness, key, jes.id)).toEqual(jes);
    expect(await seenPost(harness, key, other.id)).toEqual(other);
  });

  test.each<[string, unknown, readonly { path: string; message: string }[]]>([
    ['no file', [], [{ path: 'media', message: 'at least one file' }]],
    ['no id', [{ id: 'x', alt: 'A' }], [{ path: 'media.0.id', message: 'must be the id of a file of this Jes' }]],
    ['no text', [{ id: '01HK153X000000000000000000' }], [{ path: 'media.0.alt', message: 'must be a string' }]],
    [
      'a number',
      [{ id: '01HK153X000000000000000000', alt: 1 }],
      [{ path: 'media.0.alt', message: 'must be a string' }],
    ],
    [
      'a long text',
      [{ id: '01HK153X000000000000000000', alt: 'a'.repeat(1_501) }],
      [{ path: 'media.0.alt', message: 'must be at most 1500 characters' }],
    ],
    [
      'a file twice',
      Array(2).fill({ id: '01HK153X000000000000000000', alt: 'A' }),
      [{ path: 'media.1.id', message: 'was named before' }],
    ],
    [
      'eleven files',
      Array.from({ length: 11 }, (_, i) => ({ id: `01HK153X0000000000000000${i + 10}`, alt: 'A' })),
      [{ path: 'media', message: 'at most 10 files' }],
    ],
    [
      'another field',
      [{ id: '01HK153X000000000000000000', alt: 'A', url: 'x' }],
      [{ path: 'media.0.url', message: UNKNOWN_FIELD }],
    ],
  ])('is refused: %s', async (_, media, details) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key);
    expect(await answerOf(await edit(harness, key, id, { media }))).toEqual(invalid(...details));
  });

  test('is for the author alone, whoever sees the Jes', async () => {
    const harness = new Harness();
    const [key, other] = [await harness.newKey(), await harness.newKey()];
    for (const visibility of ['PUBLIC', 'PRIVATE']) {
      const jes = await upload(harness, key, [file(), alt('A'), { name: 'visibility', body: visibility }]);
      const change = { media: [{ id: jes.media[0]?.id, alt: 'Not mine' }] };
      const answer = await answerOf(await edit(harness, other, jes.id, change));
      if (visibility === 'PRIVATE') expect(answer).toEqual(NOT_FOUND);
      else expect(answer).toMatchObject({ status: 403, body: { code: 'not_owner' } });
      expect(await seenPost(harness, key, jes.id)).toEqual(jes);
    }
  });

  test('of a revoked key changes nothing', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const [key, other] = [await harness.newKey({ account }), await harness.newKey({ account })];
    const jes = await upload(harness, key, [file(), alt('A')]);
    await harness.revoke(key);
    await expect(await edit(harness, key, jes.id, { media: [{ id: jes.media[0]?.id, alt: 'B' }] })).toHaveStatus(401);
    expect(textsOf(await seenPost(harness, other, jes.id))).toEqual(['A']);
  });
});

test('a deleted Jes keeps no text of its files, though their objects cannot be deleted yet', async () => {
  const harness = new Harness({ MEDIA: bucketWithout('delete', failing) });
  const key = await harness.newKey();
  const jes = await upload(harness, key, [file(), alt('Secret')]);
  await harness.fetch(`/api/posts/${jes.id}`, { key: key.key, method: 'DELETE' });
  expect(await rowsOf(harness, `SELECT alt FROM media WHERE post_id = '${jes.id}'`)).toEqual([{ alt: null }]);
  await expect(await edit(harness, key, jes.id, { media: [{ id: jes.media[0]?.id, alt: 'B' }] })).toHaveStatus(404);
});

test('pages name files by their texts, and by their author where there is none', async () => {
  const harness = new Harness();
  const key = await harness.newKey({ account: await harness.newAccount({ displayName: 'Ada' }) });
  const [jpeg, , , , mp4] = MEDIA_FILES.map(mediaPart);
  const parts = [jpeg, jpeg, mp4, mp4].flatMap((part) => part ?? []);
  const texts = [alt('"A" fox & a <wall>'), alt(''), alt('It jumps'), alt('')];
  const jes = await upload(harness, key, [...parts, ...texts]);
  const page = (await (await open(harness, `/post/${jes.id}`)).text()).replace(/^.*<main/s, '');
  expect([...page.matchAll(/<img [^>]*alt="([^"]*)"/g)].map(([, text]) => text)).toEqual([
    '&quot;A&quot; fox &amp; a &lt;wall&gt;',
    'Image 2 of 4 by Ada',
  ]);
  expect([...page.matchAll(/<video [^>]*aria-label="([^"]*)"/g)].map(([, text]) => text)).toEqual([
    'It jumps',
    'Video 4 of 4 by Ada',
  ]);
});
