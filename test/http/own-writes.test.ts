import { expect, test } from 'vitest';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';

/** The total that `GET /api/auth/me` shows, and the requests and statements that it cost. */
async function whoami(harness: Harness, { key }: TestKey) {
  await harness.neon.reset();
  await harness.upstash.reset();
  const { response, settled } = harness.start('/api/auth/me', { key });
  const { body } = await answerOf(await response);
  const [neon, redis] = [await harness.neon.counters(), await harness.upstash.counters()];
  await settled();
  return { total: (body as { totalPosts: number }).totalPosts, sql: neon.statements ?? 0, redis: redis.commands };
}

async function post(harness: Harness, { key }: TestKey): Promise<string> {
  const { status, body } = await answerOf(await harness.fetch('/api/posts', { key, body: { content: 'Hello' } }));
  expect(status).toBe(201);
  return (body as { id: string }).id;
}

test('whoami shows a Jes as soon as its key got 201, on every instance', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  expect(await whoami(harness, key)).toMatchObject({ total: 0, sql: 0 });
  await post(harness, key);
  expect(await whoami(harness, key)).toMatchObject({ total: 1, sql: 1 });
  const other = new Harness();
  await post(other, key);
  expect(await whoami(harness, key)).toMatchObject({ total: 2, sql: 1 });
  expect(await whoami(other, key)).toMatchObject({ total: 2, sql: 1 });
});

test('whoami shows a bounce and a deletion at once', async () => {
  const harness = new Harness();
  const [key, other] = [await harness.newKey(), await harness.newKey()];
  const id = await post(harness, key);
  await expect(await harness.fetch(`/api/posts/${id}/bounce`, { key: other.key, method: 'POST' })).toHaveStatus(201);
  expect(await whoami(harness, other)).toMatchObject({ total: 1 });
  await expect(await harness.fetch(`/api/posts/${id}`, { key: key.key, method: 'DELETE' })).toHaveStatus(204);
  expect(await whoami(harness, key)).toMatchObject({ total: 0 });
});

test('whoami costs no statement once the record was read 10 seconds after the last write', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  await whoami(harness, key);
  await post(harness, key);
  // Until then a record may have been read while the write was on its way.
  harness.now += 9_999;
  expect(await whoami(harness, key)).toMatchObject({ total: 1, sql: 1 });
  harness.now += 1;
  expect(await whoami(harness, key)).toMatchObject({ total: 1, sql: 1 });
  expect(await whoami(harness, key)).toEqual({ total: 1, sql: 0, redis: 3 });
});

test('whoami shows a Jes whose write was on its way while the record was read again', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  await whoami(harness, key);
  await harness.neon.setFaults({ kind: 'hang', match: 'INSERT INTO posts', times: 1 });
  const writing = harness.start('/api/posts', { key: key.key, body: { content: 'Slow' } });
  await harness.neon.untilHeld();
  harness.now += 1_000;
  const reader = new Harness();
  reader.now = harness.now;
  expect(await whoami(reader, key)).toMatchObject({ total: 0, sql: 1 });
  await harness.neon.setFaults();
  await expect(await writing.response).toHaveStatus(201);
  await writing.settled();
  expect(await whoami(reader, key)).toMatchObject({ total: 1 });
});

test('whoami shows a Jes whose write took longer than 10 seconds', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  await whoami(harness, key);
  await harness.neon.setFaults({ kind: 'hang', match: 'INSERT INTO posts', times: 1 });
  const writing = harness.start('/api/posts', { key: key.key, body: { content: 'An upload, say' } });
  await harness.neon.untilHeld();
  harness.now += 20_000;
  const reader = new Harness();
  reader.now = harness.now;
  expect(await whoami(reader, key)).toMatchObject({ total: 0, sql: 1 });
  expect(await whoami(reader, key)).toMatchObject({ total: 0, sql: 0 });
  await harness.neon.setFaults();
  await expect(await writing.response).toHaveStatus(201);
  expect(await whoami(reader, key)).toMatchObject({ total: 1, sql: 1 });
  await writing.settled();
});

test('whoami answers 503 rather than an old total while Neon is away', async () => {
  const harness = new Harness();
  const key = await harness.newKey();
  await post(harness, key);
  await harness.neon.setFaults({ kind: 'refuse' });
  await expect(await harness.fetch('/api/auth/me', { key: key.key })).toHaveStatus(503);
  await harness.neon.setFaults();
  expect(await whoami(harness, key)).toMatchObject({ total: 1 });
});
