import { expect, test } from 'vitest';
import type { DailyLimit } from '../../src/config/limits.ts';
import { posts, rowsOf } from '../support/database.ts';
import { answerOf, Harness } from '../support/harness.ts';
import { newJehub, newPost } from '../support/posts.ts';
import { file, formOf, upload } from '../support/uploads.ts';

const DAY = '2026-11-24';

/** At noon, the time of a harness, twelve hours of the UTC day are left. */
const spent = (of: string) => ({
  status: 429,
  body: {
    error: 'Daily quota exceeded',
    message: `This account is limited to ${of} per UTC day.`,
    code: 'daily_quota_exceeded',
    retryAfter: 43_200,
  },
});

/** Sends requests a few at a time: all at once would take longer than a request waits for Redis here. */
async function inTurns(total: number, send: (i: number) => Promise<Response>): Promise<Response[]> {
  const responses: Response[] = [];
  for (let i = 0; i < total; i += 5) {
    const turn = Array.from({ length: Math.min(5, total - i) }, (_, j) => send(i + j));
    responses.push(...(await Promise.all(turn)));
  }
  return responses;
}

const statuses = async (responses: readonly (Response | Promise<Response>)[]) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(await Promise.all(responses), ({ status }) => status)).map(([status, of = []]) => [
      status,
      of.length,
    ]),
  );

async function today(harness: Harness, accountId: string) {
  const [row] = await rowsOf<Record<string, unknown>>(
    harness,
    `SELECT creations, jes, jehubs, follows, uploads, upload_bytes, keys FROM daily_usage WHERE account_id = '${accountId}'`,
  );
  return row;
}

/** A person who has done so much today. */
async function personAt(counts: Partial<Record<DailyLimit, number>>) {
  const harness = new Harness();
  const person = await harness.newSession();
  await posts.setToday(harness, person.accountId, DAY, counts);
  return { harness, person, caller: { cookie: person.cookie } };
}

test('75 Jes posted in seconds with a cookie are 30, and the rest are told so', async () => {
  const harness = new Harness();
  const person = await harness.newSession();
  // Another session of the same account has no room of its own.
  const other = await harness.newSession({ account: { id: person.accountId, username: person.username } });
  const responses = await inTurns(75, (i) =>
    harness.fetch('/api/posts', { cookie: (i % 2 ? person : other).cookie, body: { content: `${i}` } }),
  );
  const refused = responses.filter(({ status }) => status === 429);
  // The window slides over two fixed minutes, which the test may straddle.
  expect([44, 45]).toContain(refused.length);
  const [response] = refused as [Response];
  const { body, status } = await answerOf(response);
  const retryAfter = Number(response.headers.get('Retry-After'));
  expect({ body, status }).toEqual({
    status: 429,
    body: {
      error: 'Rate limit exceeded',
      message: 'People are limited to 30 new Jes and JesClips per minute.',
      code: 'rate_limit_exceeded',
      retryAfter,
    },
  });
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  // A key of the account has limits of its own.
  const key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
  await newPost(harness, key);
}, 60_000);

test('121 likes by one person within a minute are one too many', async () => {
  const harness = new Harness();
  const person = await harness.newSession();
  const jes = await newPost(harness, await harness.newKey());
  const like = () => harness.fetch(`/api/posts/${jes.id}/like`, { method: 'POST', cookie: person.cookie });
  const counted = await statuses(await inTurns(125, like));
  expect([4, 5]).toContain(counted[429]);
  expect(await answerOf(await like())).toMatchObject({
    status: 429,
    body: { message: 'People are limited to 120 writes per minute.', code: 'rate_limit_exceeded' },
  });
  expect((await harness.fetch(`/api/posts/${jes.id}`, { cookie: person.cookie })).status).toBe(200);
}, 60_000);

test('the 2,000th Jes, JesClip or bounce of a day by a person is the last', async () => {
  const { harness, caller } = await personAt({ jes: 1_998 });
  const jes = await newPost(harness, caller, { content: 'The 1,999th' });
  expect((await harness.fetch(`/api/posts/${jes.id}/bounce`, { ...caller, method: 'POST' })).status).toBe(201);
  const refused = spent('2,000 new Jes and JesClips');
  const response = await harness.fetch('/api/posts', { ...caller, body: { content: 'One too many' } });
  expect(response.headers.get('Retry-After')).toBe('43200');
  expect(await answerOf(response)).toEqual(refused);
  const quote = { ...caller, body: { content: 'So is this' } };
  expect(await answerOf(await harness.fetch(`/api/posts/${jes.id}/bounce`, quote))).toEqual(refused);
  harness.now += 43_200_000;
  await newPost(harness, caller, { content: 'The next day' });
});

test('of five people’s Jes at once at the border exactly those that fit are written', async () => {
  const { harness, person, caller } = await personAt({ jes: 1_997 });
  const counted = await statuses(
    Array.from({ length: 5 }, () => harness.fetch('/api/posts', { ...caller, body: { content: 'Now' } })),
  );
  expect(counted).toEqual({ 201: 3, 429: 2 });
  expect(await today(harness, person.accountId)).toMatchObject({ jes: 2_000, creations: 0 });
});

test('a repeated, a refused and an invalid request use nothing of the day', async () => {
  const { harness, person, caller } = await personAt({ jes: 7 });
  const once = { ...caller, body: { content: 'Once' }, headers: { 'Idempotency-Key': 'k' } };
  for (let i = 0; i < 3; i++) expect((await harness.fetch('/api/posts', once)).status).toBe(201);
  expect((await harness.fetch('/api/posts', { ...caller, body: { content: '' } })).status).toBe(400);
  const none = { content: 'x', jeHubId: '01M8PTPG0HRJG4000000000000' };
  expect((await harness.fetch('/api/posts', { ...caller, body: none })).status).toBe(400);
  expect(await today(harness, person.accountId)).toMatchObject({ jes: 8 });
});

test('what a key creates counts as the API’s, not as the person’s', async () => {
  const { harness, person } = await personAt({ jes: 2_000, uploads: 200, uploadBytes: 2 ** 31 });
  const key = await harness.newKey({ account: { id: person.accountId, username: person.username } });
  await upload(harness, key, [file()]);
  expect(await today(harness, person.accountId)).toMatchObject({ jes: 2_000, uploads: 200, creations: 1 });
});

test('the 10th JeHub of a day is the last', async () => {
  const { harness, person, caller } = await personAt({ jehubs: 9 });
  await newJehub(harness, person, 'The 10th');
  const response = await harness.fetch('/api/jehubs', { ...caller, body: { name: 'The 11th' } });
  expect(await answerOf(response)).toEqual(spent('10 new JeHubs'));
  expect(await rowsOf(harness, `SELECT name FROM jehubs WHERE creator_id = '${person.accountId}'`)).toEqual([
    { name: 'The 10th' },
  ]);
});

test('the 400th follow of a day is the last; following again and unfollowing use nothing', async () => {
  const { harness, person, caller } = await personAt({ follows: 399 });
  const [first, second] = [await harness.newAccount(), await harness.newAccount()];
  const follow = (name: string, method = 'POST') => harness.fetch(`/api/users/${name}/follow`, { ...caller, method });
  expect((await follow(first.username)).status).toBe(200);
  expect((await follow(first.username)).status).toBe(200);
  expect(await answerOf(await follow(second.username))).toEqual(spent('400 follows'));
  expect((await follow(first.username, 'DELETE')).status).toBe(200);
  expect(await answerOf(await follow(first.username))).toEqual(spent('400 follows'));
  expect(await today(harness, person.accountId)).toMatchObject({ follows: 400 });
});

test('the 200th file of a day is the last; what is refused leaves no file', async () => {
  const { harness, person, caller } = await personAt({ uploads: 198 });
  const send = (files: number) =>
    harness.fetch('/api/posts', { ...caller, ...formOf(Array.from({ length: files }, () => file())) });
  expect(await answerOf(await send(3))).toEqual(spent('200 uploaded files'));
  expect(
    await rowsOf(
      harness,
      `SELECT media.id FROM media JOIN posts ON posts.id = post_id WHERE author_id = '${person.accountId}'`,
    ),
  ).toEqual([]);
  expect((await send(2)).status).toBe(201);
  await harness.neon.reset();
  expect(await answerOf(await send(1))).toEqual(spent('200 uploaded files'));
  // The session and the day's counts; no file was read.
  expect(await harness.neon.counters()).toMatchObject({ requests: 2 });
  await newPost(harness, caller, { content: 'Words are no files' });
});

test('2 GiB of files a day are the most', async () => {
  const size = file().body.length;
  const { harness, person, caller } = await personAt({ uploadBytes: 2 ** 31 - size });
  await upload(harness, caller, [file()]);
  expect(await today(harness, person.accountId)).toMatchObject({ upload_bytes: String(2 ** 31), uploads: 1 });
  const response = await harness.fetch('/api/posts', { ...caller, ...formOf([file()]) });
  expect(await answerOf(response)).toEqual(spent('2,147,483,648 bytes of files'));
});

test('the 100th key of a day is the last, however many were revoked', async () => {
  const { harness, person, caller } = await personAt({ keys: 99 });
  const body = { label: 'Bridge', scopes: ['write:jes'], acceptTerms: true };
  const generate = () => harness.fetch('/api/auth/api-keys', { ...caller, body });
  const { status, body: made } = await answerOf(await generate());
  expect(status).toBe(201);
  await harness.fetch(`/api/auth/api-keys/${(made as { apiKey: { id: string } }).apiKey.id}`, {
    ...caller,
    method: 'DELETE',
  });
  expect(await answerOf(await generate())).toEqual(spent('100 generated API keys'));
  expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${person.accountId}'`)).toHaveLength(1);
});
