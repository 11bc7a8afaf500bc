import { describe, expect, test } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/compose.ts';
import { generateKey, loadRecordShared } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { submit } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { clipForm, multipart, newJesClip, sendClip } from '../support/app/jesclips.ts';
import { newPerson } from '../support/app/people.ts';

/** The calls of the stores that a request made, by their own count. */
async function costOf(harness: Harness, send: () => Promise<Response>) {
  await harness.neon.reset();
  await harness.upstash.reset();
  const response = await send();
  const [neon, redis] = [await harness.neon.counters(), await harness.upstash.counters()];
  return {
    status: response.status,
    redis: [redis.requests ?? 0, redis.commands ?? 0],
    neon: [neon.requests ?? 0, neon.statements ?? 0],
    timing: response.headers.get('Server-Timing')?.replace(/\d+\.\d/g, 'ms'),
  };
}

/**
 * One request with two statements, after the response: a failed call is kept. `Server-Timing` counts what comes before
 * it.
 */
const FAILURE_KEPT = [1, 2];

const timing = (redis: number, db: number) => `auth;dur=ms, redis;dur=ms;desc="${redis}", db;dur=ms;desc="${db}"`;

describe('what a request costs: HTTP requests and billed commands of Redis, HTTP requests and statements of Neon', () => {
  test('a malformed key: nothing', async () => {
    const harness = new Harness();
    const cost = await costOf(harness, () => harness.fetch('/api/auth/me', { key: `${generateKey()}x` }));
    expect(cost).toEqual({ status: 401, redis: [0, 0], neon: [0, 0] });
  });

  test('whoami: one request to Redis and 3 commands, and 2 more in a new hour', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    // The script's text travels once in the life of a Redis.
    await harness.fetch('/api/auth/me', { key });
    const first = await costOf(harness, () => harness.fetch('/api/auth/me', { key }));
    expect(first).toEqual({ status: 200, redis: [1, 3], neon: [0, 0], timing: timing(1, 0) });
    harness.now += 3_600_000 - 5 * 60_000;
    // Five minutes of the hour are left to the record's freshness, so this one is refreshed; warm it again.
    await harness.fetch('/api/auth/me', { key });
    harness.now += 5 * 60_000;
    const newHour = await costOf(harness, () => harness.fetch('/api/auth/me', { key }));
    expect(newHour).toEqual({ status: 200, redis: [1, 5], neon: [0, 0], timing: timing(1, 0) });
  });

  test('whoami over the limit: one request and 3 commands, and after the response the failed call', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    for (let i = 0; i < 60; i++) await harness.fetch('/api/auth/me', { key });
    const me = () => harness.fetch('/api/auth/me', { key });
    const refused = await costOf(harness, me);
    expect(refused).toEqual({ status: 429, redis: [1, 3], neon: FAILURE_KEPT, timing: timing(1, 0) });
    const again = await costOf(harness, me);
    expect(again).toEqual({ status: 429, redis: [0, 0], neon: FAILURE_KEPT, timing: timing(0, 0) });
    harness.now += 5_000;
    // Together with what was refused without Redis.
    const askedAgain = await costOf(harness, me);
    expect(askedAgain).toEqual({ status: 429, redis: [1, 3], neon: FAILURE_KEPT, timing: timing(1, 0) });
  });

  test('a storm of 1,000 from a key over its limit: one request to Redis in 5 seconds; from a revoked key none', async () => {
    const harness = new Harness();
    // The failed calls are kept in rounds.
    harness.wait = SYSTEM_CLOCK.wait;
    const key = await harness.newKey();
    const storm = async () => {
      await harness.upstash.reset();
      const lane = async () => {
        const statuses: number[] = [];
        for (let i = 0; i < 100; i++) statuses.push((await harness.fetch('/api/auth/me', { key: key.key })).status);
        return statuses;
      };
      const statuses = (await Promise.all(Array.from({ length: 10 }, lane))).flat();
      return [[...new Set(statuses)], (await harness.upstash.counters()).requests ?? 0];
    };
    for (let i = 0; i < 61; i++) await harness.fetch('/api/auth/me', { key: key.key });
    expect(await storm()).toEqual([[429], 0]);
    harness.now += 5_000;
    expect(await storm()).toEqual([[429], 1]);
    await harness.revoke(key);
    harness.now += 5_000;
    const first = await harness.fetch('/api/auth/me', { key: key.key });
    await expect(first).toHaveStatus(401);
    expect(await storm()).toEqual([[401], 0]);
  });

  test('a cold key: one statement, and Redis asked again with what it said', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await harness.fetch('/api/auth/me', { key: key.key });
    await harness.chill(key);
    const cost = await costOf(harness, () => harness.fetch('/api/auth/me', { key: key.key }));
    // EVALSHA and MGET; then SET, EVALSHA, MGET, SET.
    expect(cost).toEqual({ status: 200, redis: [2, 6], neon: [1, 1], timing: timing(2, 1) });
  });

  test('an unknown key: one statement, and for the next 30 seconds none', async () => {
    const harness = new Harness();
    const key = generateKey();
    const first = await costOf(harness, () => harness.fetch('/api/auth/me', { key, address: '198.51.100.1' }));
    expect(first).toEqual({ status: 401, redis: [2, 3], neon: [1, 1] });
    const second = await costOf(harness, () => harness.fetch('/api/auth/me', { key, address: '198.51.100.1' }));
    expect(second).toEqual({ status: 401, redis: [1, 2], neon: [0, 0] });
  });

  test('a Jes created: one request to Redis and one to Neon', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    await harness.fetch('/api/auth/me', { key });
    const cost = await costOf(harness, () => harness.fetch('/api/posts', { key, body: { content: 'Hello' } }));
    expect(cost).toEqual({ status: 201, redis: [1, 3], neon: [1, 4], timing: timing(1, 1) });
  });

  test('a Jes refused for its content: no request to Neon before the response', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    await harness.fetch('/api/auth/me', { key });
    const cost = await costOf(harness, () => harness.fetch('/api/posts', { key, body: { content: '' } }));
    expect(cost).toEqual({ status: 400, redis: [1, 3], neon: FAILURE_KEPT, timing: timing(1, 0) });
  });

  test('a Jes read: one statement', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const created = await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
    const { id } = (await created.json()) as { id: string };
    const cost = await costOf(harness, () => harness.fetch(`/api/posts/${id}`, { key }));
    expect(cost).toEqual({ status: 200, redis: [1, 3], neon: [1, 1], timing: timing(1, 1) });
  });

  test('comments listed: one statement', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const created = await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
    const { id } = (await created.json()) as { id: string };
    const cost = await costOf(harness, () => harness.fetch(`/api/posts/${id}/comments`, { key }));
    expect(cost).toEqual({ status: 200, redis: [1, 3], neon: [1, 1], timing: timing(1, 1) });
  });

  test('a Jes read by a key that was used up elsewhere: the statement that was begun, and for the next call none', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const created = await harness.fetch('/api/posts', { key, body: { content: 'Hello' } });
    const { id } = (await created.json()) as { id: string };
    await harness.spendMinute(key);
    const read = () => costOf(harness, () => harness.fetch(`/api/posts/${id}`, { key }));
    const [requests, statements] = FAILURE_KEPT;
    const wasted = [(requests ?? 0) + 1, (statements ?? 0) + 1];
    expect(await read()).toEqual({ status: 429, redis: [1, 3], neon: wasted, timing: timing(1, 1) });
    harness.now += 5_000;
    expect(await read()).toEqual({ status: 429, redis: [1, 3], neon: FAILURE_KEPT, timing: timing(1, 0) });
  });

  test('a JesClip created: one request to Redis, one to Neon, one object', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    await harness.fetch('/api/auth/me', { key });
    const form = await multipart(clipForm());
    const cost = await costOf(harness, () => harness.fetch('/api/jesclips', { key, ...form }));
    const stored = `${timing(1, 1)}, objects;dur=ms;desc="1"`;
    expect(cost).toEqual({ status: 201, redis: [1, 3], neon: [1, 5], timing: stored });
  });

  test('a JesClip read: one statement', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newJesClip(harness, key);
    const cost = await costOf(harness, () => harness.fetch(`/api/jesclips/${id}`, { key: key.key }));
    expect(cost).toEqual({ status: 200, redis: [1, 3], neon: [1, 1], timing: timing(1, 1) });
  });

  test('a JesClip repeated under its key: no object', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const send = () => sendClip(harness, key, clipForm(), 'k');
    await send();
    const { status, timing: spent } = await costOf(harness, send);
    expect([status, spent]).toEqual([201, timing(1, 2)]);
  });

  test('a key generated on its page: the session, then one request to Neon with all that comes with the key', async () => {
    const harness = new Harness();
    const { cookie } = await newPerson(harness);
    const form = { label: 'Bridge', scopes: ['write:jes'], expiry: '90', expiresOn: '', acceptTerms: 'on' };
    const cost = await costOf(harness, () => submit(harness, '/settings/api-access/new', form, cookie));
    // Lock, key, quota, audit event, mails, and the sealed key for the page that shows it.
    expect(cost).toMatchObject({ status: 303, neon: [2, 1 + 6] });
  });

  test('an invalid id: no statement before the response', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    await harness.fetch('/api/auth/me', { key });
    const cost = await costOf(harness, () => harness.fetch('/api/posts/nope', { key }));
    expect(cost).toEqual({ status: 404, redis: [1, 3], neon: FAILURE_KEPT, timing: timing(1, 0) });
  });

  test('twenty look-ups of one key at once: one statement', async () => {
    const harness = new Harness();
    const hash = await sha256Hex((await harness.newKey()).key);
    await harness.neon.reset();
    await harness.neon.setFaults({ kind: 'hang' });
    // Each in a context of its own, as twenty requests that have missed in Redis are.
    const lookUps = Array.from({ length: 20 }, () => harness.run((ctx) => loadRecordShared(ctx, hash)));
    await harness.neon.untilHeld();
    await harness.neon.setFaults();
    const [first, ...others] = await Promise.all(lookUps);
    expect(first?.key.label).toBe('Test service');
    expect(others).toEqual(Array.from({ length: 19 }, () => first));
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 1 });
  });
});
