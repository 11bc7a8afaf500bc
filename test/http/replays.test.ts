import { expect, test } from 'vitest';
import { answerOf, Harness } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { as, type Caller, newPost } from '../support/app/posts.ts';
import { rowsOf } from '../support/database/database.ts';

const WORDS = 'Words that are taken back';

/** Sends a write with an Idempotency-Key; returns the parts that a caller sees. */
async function write(harness: Harness, caller: Caller, path: string, body?: unknown, headers?: Record<string, string>) {
  const response = await harness.fetch(path, {
    method: 'POST',
    ...as(caller),
    ...(body !== undefined && { body }),
    headers: { ...headers, 'Idempotency-Key': 'k' },
  });
  const replayed = response.headers.get('Idempotent-Replayed') === 'true';
  const answer = await answerOf(response);
  return { status: answer.status, replayed, body: answer.body as Record<string, unknown> };
}

/** The tables whose rows hold a text. */
async function tablesWith(harness: Harness, text: string): Promise<string[]> {
  const tables = await rowsOf<{ name: string }>(
    harness,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await rowsOf(harness, `SELECT 1 FROM "${name}" t WHERE t::text LIKE '%${text}%' LIMIT 1`);
    if (rows.length > 0) found.push(name);
  }
  return found;
}

test('a replay shows counts to a key with read:engagement only, whichever key wrote first', async () => {
  const harness = new Harness();
  const account = await harness.newAccount();
  const seeing = await harness.newKey({ account });
  const blind = await harness.newKey({ account, scopes: ['write:jes', 'write:jesclip'] });
  for (const [first, second] of [
    [seeing, blind],
    [blind, seeing],
  ] as const) {
    const body = { content: 'Once' };
    const headers = { 'Idempotency-Key': first.id };
    const send = async (caller: Caller) =>
      (await answerOf(await harness.fetch('/api/posts', { ...as(caller), body, headers }))).body as {
        counts?: unknown;
      };
    const counts = { likes: 0, comments: 0, bounces: 0, saves: 0 };
    const answers = [await send(first), await send(second)];
    expect(answers.map((answer) => answer.counts)).toEqual(
      first === seeing ? [counts, undefined] : [undefined, counts],
    );
  }
  const clip = await multipart(clipForm());
  const send = async (caller: Caller) =>
    (await write(harness, caller, '/api/jesclips', clip.body, clip.headers)).body as { counts?: unknown };
  expect([(await send(seeing)).counts, (await send(blind)).counts]).toEqual([{ comments: 0 }, undefined]);
});

test('a replay of a creation shows nothing that a deleted Jes said, and no table holds its words', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  const said = {
    content: `${WORDS} #tag`,
    location: { name: `${WORDS}, place` },
    poll: { options: [`${WORDS} a`, `${WORDS} b`] },
  };
  const first = await write(harness, key, '/api/posts', said);
  const { id } = first.body as { id: string };
  expect(await tablesWith(harness, WORDS)).toEqual(
    expect.arrayContaining(['posts', 'idempotency_keys', 'outbox_events']),
  );
  await expect(await harness.fetch(`/api/posts/${id}`, { ...as(key), method: 'DELETE' })).toHaveStatus(204);
  const again = await write(harness, key, '/api/posts', said);
  expect(again).toEqual({
    status: 201,
    replayed: true,
    body: {
      ...first.body,
      content: '',
      location: null,
      poll: null,
      hashtags: [],
    },
  });
  expect(await tablesWith(harness, WORDS)).toEqual([]);
});

test('a replay of an edit shows nothing of a Jes that was deleted since', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  const { id } = await newPost(harness, key);
  const edit = () =>
    harness.fetch(`/api/posts/${id}`, {
      ...as(key),
      method: 'PATCH',
      body: { content: WORDS },
      headers: { 'Idempotency-Key': 'k' },
    });
  await expect(await edit()).toHaveStatus(200);
  await harness.fetch(`/api/posts/${id}`, { ...as(key), method: 'DELETE' });
  expect((await answerOf(await edit())).body).toMatchObject({ id, content: '' });
  expect(await tablesWith(harness, WORDS)).toEqual([]);
});

test('a replay of a bounce shows nothing of a bounced Jes that was deleted since', async () => {
  const harness = new Harness();
  const [author, bouncer] = [await harness.newKey(), await harness.newKey()];
  const { id } = await newPost(harness, author, { content: WORDS });
  const path = `/api/posts/${id}/bounce`;
  const first = await write(harness, bouncer, path, { content: 'Look' });
  expect(first.body.bounceOf).toMatchObject({ id, content: WORDS });
  await harness.fetch(`/api/posts/${id}`, { ...as(author), method: 'DELETE' });
  const { bounceOf: _, ...rest } = first.body;
  const again = await write(harness, bouncer, path, { content: 'Look' });
  expect(again).toEqual({ status: 201, replayed: true, body: { ...rest, bounceOf: null, bounceOfDeleted: true } });
  expect(await tablesWith(harness, WORDS)).toEqual([]);
});

test('a replay of a bounce shows nothing of a bounced Jes that was narrowed since, until it is for everybody again', async () => {
  const harness = new Harness();
  const [author, bouncer] = [await harness.newKey(), await harness.newKey()];
  const { id } = await newPost(harness, author, { content: WORDS });
  const path = `/api/posts/${id}/bounce`;
  const first = await write(harness, bouncer, path);
  const narrow = (visibility: string) =>
    harness.fetch(`/api/posts/${id}`, { ...as(author), method: 'PATCH', body: { visibility } });
  await narrow('PRIVATE');
  const hidden = await write(harness, bouncer, path);
  expect(hidden.body).toMatchObject({ bounceOf: null, bounceOfDeleted: true });
  await narrow('PUBLIC');
  expect((await write(harness, bouncer, path)).body).toEqual(first.body);
});
