import { describe, expect, test } from 'vitest';
import { type DailyLimit, THROTTLES } from '../../src/config/limits.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { GOOD_REQUESTS, GOOD_SESSION_REQUESTS } from '../support/app/good-requests.ts';
import { answerOf, Harness, type TestSession } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { stopClock } from '../support/app/people.ts';
import { newJehub, newPost } from '../support/app/posts.ts';
import { file, formOf, upload } from '../support/app/uploads.ts';
import { posts, rowsOf } from '../support/database/database.ts';

const DAY = '2026-11-24';

/** At noon, the time of a harness, twelve hours of the UTC day are left. */
const spent = (message: string) => ({
  status: 429,
  body: { error: 'Daily quota exceeded', message, code: 'daily_quota_exceeded', retryAfter: 43_200 },
});
const JES_OF_DAY = spent('You can post at most 2,000 Jes and JesClips per UTC day.');
const JEHUBS_OF_DAY = spent('You can create at most 10 JeHubs per UTC day.');
const FOLLOWS_OF_DAY = spent('You can follow at most 400 accounts per UTC day.');
const FILES_OF_DAY = spent('You can upload at most 200 files per UTC day.');
const BYTES_OF_DAY = spent('You can upload at most 2 GiB of files per UTC day.');
const KEYS_OF_DAY = spent('You can generate at most 100 API keys per UTC day.');

/** Ten seconds into a minute, at which {@link stopClock} stops, fifty are left. */
const SECONDS_10 = '2026-11-24T12:00:10Z';
const limited = (message: string) => ({
  status: 429,
  body: { error: 'Rate limit exceeded', message, code: 'rate_limit_exceeded', retryAfter: 50 },
});
const JES_OF_MINUTE = limited('You can post at most 30 Jes and JesClips per minute.');
const WRITES_OF_MINUTE = limited('You can send at most 120 writes per minute.');

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

/** A person with this use of their limits today. */
async function personAt(counts: Partial<Record<DailyLimit, number>>) {
  const harness = new Harness();
  const person = await harness.newSession();
  await posts.setToday(harness, person.accountId, DAY, counts);
  return { harness, person, caller: { cookie: person.cookie } };
}

/** Uses up a number of writes of a person's minute. */
async function spendWrites(harness: Harness, { accountId }: TestSession, total: number): Promise<void> {
  const attempt = () => harness.run(({ ports }) => ports.throttle.attempt(THROTTLES.personWrites, accountId));
  for (let i = 0; i < total; i++) expect(await attempt()).toBe(0);
}

test('of 75 Jes posted in seconds by two sessions of one account, 30 are written and 45 are 429', async () => {
  const clock = stopClock(SECONDS_10);
  const harness = new Harness();
  const person = await harness.newSession();
  const account = { id: person.accountId, username: person.username };
  const other = await harness.newSession({ account });
  const post = (i: number) =>
    harness.fetch('/api/posts', { cookie: (i % 2 ? person : other).cookie, body: { content: `${i}` } });
  const responses = await inTurns(75, post);
  expect(await statuses(responses)).toEqual({ 201: 30, 429: 45 });
  for (const response of responses.filter(({ status }) => status === 429)) {
    expect(response.headers.get('Retry-After')).toBe('50');
    expect(await answerOf(response)).toEqual(JES_OF_MINUTE);
  }
  expect(await posts.contentsOf(harness, person.accountId)).toHaveLength(30);
  // A key of the account has limits of its own, and other writes have room.
  const jes = await newPost(harness, await harness.newKey({ account }));
  await expect(
    await harness.fetch(`/api/posts/${jes.id}/like`, { method: 'POST', cookie: person.cookie }),
  ).toHaveStatus(200);
  clock.set('2026-11-24T12:02:00Z');
  await expect(await post(75)).toHaveStatus(201);
});

test('bounces, quote-bounces and JesClips count as new Jes; a repeated request does not write again', async () => {
  stopClock(SECONDS_10);
  const harness = new Harness();
  const { cookie } = await harness.newSession();
  const jes = await newPost(harness, await harness.newKey());
  const bounce = (content?: string) =>
    harness.fetch(`/api/posts/${jes.id}/bounce`, { method: 'POST', cookie, ...(content && { body: { content } }) });
  const clip = async () => harness.fetch('/api/jesclips', { cookie, ...(await multipart(clipForm())) });
  await expect(await bounce()).toHaveStatus(201);
  await expect(await clip()).toHaveStatus(201);
  expect(await statuses(await inTurns(28, (i) => bounce(`${i}`)))).toEqual({ 201: 28 });
  for (const response of [await bounce('one more'), await clip()]) {
    expect(await answerOf(response)).toEqual(JES_OF_MINUTE);
  }
});

test('121 likes by one person within a minute are 120 and a 429; reading goes on', async () => {
  stopClock(SECONDS_10);
  const harness = new Harness();
  const { cookie } = await harness.newSession();
  const jes = await newPost(harness, await harness.newKey());
  const like = () => harness.fetch(`/api/posts/${jes.id}/like`, { method: 'POST', cookie });
  expect(await statuses(await inTurns(120, like))).toEqual({ 200: 120 });
  const response = await like();
  expect(response.headers.get('Retry-After')).toBe('50');
  expect(await answerOf(response)).toEqual(WRITES_OF_MINUTE);
  await expect(await harness.fetch(`/api/posts/${jes.id}`, { cookie })).toHaveStatus(200);
});

/** The routes with limits of their own: the safety of an account must not wait for its likes. */
const OTHERWISE_LIMITED = [
  'POST /api/auth/api-keys',
  'DELETE /api/auth/api-keys/:id',
  'POST /api/auth/reauthenticate',
  'POST /api/auth/change-password',
  'DELETE /api/auth/account',
  'DELETE /api/auth/sessions',
  'DELETE /api/auth/sessions/:id',
];

describe('once a person has sent 120 writes in a minute', () => {
  const writes = ENDPOINTS.filter(({ method, access }) => method !== 'GET' && /^(?:caller|session)$/.test(access)).map(
    ({ method, path }) => `${method} ${path}`,
  );

  test.each(writes.filter((name) => !OTHERWISE_LIMITED.includes(name)))('%s is 429', async (name) => {
    stopClock(SECONDS_10);
    const harness = new Harness();
    const key = await harness.newKey();
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const good = (await GOOD_REQUESTS[name]?.(harness, key)) ?? (await GOOD_SESSION_REQUESTS[name]?.(harness, person));
    if (!good) throw new Error(`no good request for ${name}`);
    const [method] = name.split(' ');
    const send = (credential: { cookie: string } | { key: string }) =>
      harness.fetch(good.path, { ...good, ...credential, ...(method && { method }) });
    await harness.run(({ ports }) => ports.throttle.forget(THROTTLES.personWrites, person.accountId));
    await spendWrites(harness, person, 120);
    expect(await answerOf(await send(person))).toEqual(WRITES_OF_MINUTE);
    if (name in GOOD_REQUESTS) await expect(await send({ key: key.key })).toHaveStatus(good.status);
  });

  test('Jes refused for that limit use none of the 30 new Jes', async () => {
    const clock = stopClock(SECONDS_10);
    const harness = new Harness();
    const person = await harness.newSession();
    await spendWrites(harness, person, 120);
    const post = () => harness.fetch('/api/posts', { cookie: person.cookie, body: { content: 'Hello' } });
    for (const response of await inTurns(35, post)) expect(await answerOf(response)).toEqual(WRITES_OF_MINUTE);
    // Half of the minute before still counts: 60 writes are left, and all 30 Jes.
    clock.set('2026-11-24T12:01:30Z');
    expect(await statuses(await inTurns(31, post))).toEqual({ 201: 30, 429: 1 });
  });
});

test('the 2,000th Jes, JesClip or bounce of a day by a person is the last', async () => {
  const { harness, caller } = await personAt({ jes: 1_998 });
  const jes = await newPost(harness, caller, { content: 'The 1,999th' });
  await expect(await harness.fetch(`/api/posts/${jes.id}/bounce`, { ...caller, method: 'POST' })).toHaveStatus(201);
  const response = await harness.fetch('/api/posts', { ...caller, body: { content: 'One too many' } });
  expect(response.headers.get('Retry-After')).toBe('43200');
  expect(await answerOf(response)).toEqual(JES_OF_DAY);
  const quote = { ...caller, body: { content: 'So is this' } };
  expect(await answerOf(await harness.fetch(`/api/posts/${jes.id}/bounce`, quote))).toEqual(JES_OF_DAY);
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
  for (let i = 0; i < 3; i++) await expect(await harness.fetch('/api/posts', once)).toHaveStatus(201);
  await expect(await harness.fetch('/api/posts', { ...caller, body: { content: '' } })).toHaveStatus(400);
  const none = { content: 'x', jeHubId: '01M8PTPG0HRJG4000000000000' };
  await expect(await harness.fetch('/api/posts', { ...caller, body: none })).toHaveStatus(400);
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
  expect(await answerOf(response)).toEqual(JEHUBS_OF_DAY);
  expect(await rowsOf(harness, `SELECT name FROM jehubs WHERE creator_id = '${person.accountId}'`)).toEqual([
    { name: 'The 10th' },
  ]);
});

test('the 400th follow of a day is the last; following again and unfollowing use nothing', async () => {
  const { harness, person, caller } = await personAt({ follows: 399 });
  const [first, second] = [await harness.newAccount(), await harness.newAccount()];
  const follow = (name: string, method = 'POST') => harness.fetch(`/api/users/${name}/follow`, { ...caller, method });
  await expect(await follow(first.username)).toHaveStatus(200);
  await expect(await follow(first.username)).toHaveStatus(200);
  expect(await answerOf(await follow(second.username))).toEqual(FOLLOWS_OF_DAY);
  await expect(await follow(first.username, 'DELETE')).toHaveStatus(200);
  expect(await answerOf(await follow(first.username))).toEqual(FOLLOWS_OF_DAY);
  expect(await today(harness, person.accountId)).toMatchObject({ follows: 400 });
});

test('the 200th file of a day is the last; a refused upload leaves no file', async () => {
  const { harness, person, caller } = await personAt({ uploads: 198 });
  const send = (files: number) =>
    harness.fetch('/api/posts', { ...caller, ...formOf(Array.from({ length: files }, () => file())) });
  expect(await answerOf(await send(3))).toEqual(FILES_OF_DAY);
  expect(
    await rowsOf(
      harness,
      `SELECT media.id FROM media JOIN posts ON posts.id = post_id WHERE author_id = '${person.accountId}'`,
    ),
  ).toEqual([]);
  await expect(await send(2)).toHaveStatus(201);
  await harness.neon.reset();
  expect(await answerOf(await send(1))).toEqual(FILES_OF_DAY);
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
  expect(await answerOf(response)).toEqual(BYTES_OF_DAY);
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
  expect(await answerOf(await generate())).toEqual(KEYS_OF_DAY);
  expect(await rowsOf(harness, `SELECT id FROM api_keys WHERE account_id = '${person.accountId}'`)).toHaveLength(1);
});
