import { describe, expect, test } from 'vitest';
import { answerOf, Harness } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { posts } from '../support/database/database.ts';

const KEY = '/api/auth/key';
const ME = '/api/auth/me';
const MINUTE_AND_DAY = '"minute";q=60;w=60, "day";q=10000;w=86400';

const headersOf = (response: Response) => [response.headers.get('RateLimit-Policy'), response.headers.get('RateLimit')];

describe('RateLimit and RateLimit-Policy', () => {
  test('tell the minute and the day of every request', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    expect(headersOf(await harness.fetch(ME, { key }))).toEqual([
      MINUTE_AND_DAY,
      '"minute";r=59;t=60, "day";r=9999;t=86460',
    ]);
    harness.now += 20_500;
    expect(headersOf(await harness.fetch(ME, { key }))).toEqual([
      MINUTE_AND_DAY,
      '"minute";r=58;t=40, "day";r=9998;t=86440',
    ]);
  });

  test('tell posts and creations of POST /api/posts, and creations of other creations', async () => {
    const harness = new Harness();
    const { key, accountId } = await harness.newKey();
    await posts.setToday(harness, accountId, '2026-11-24', { creations: 41 });
    const created = await harness.fetch('/api/posts', { key, body: { content: 'One' } });
    expect(headersOf(created)).toEqual([
      `${MINUTE_AND_DAY}, "posts";q=10;w=60, "creations";q=1000;w=86400`,
      '"minute";r=59;t=60, "day";r=9999;t=86460, "posts";r=9;t=60, "creations";r=958;t=43200',
    ]);
    const clip = await harness.fetch('/api/jesclips', { key, ...(await multipart(clipForm())) });
    expect(headersOf(clip)).toEqual([
      `${MINUTE_AND_DAY}, "creations";q=1000;w=86400`,
      '"minute";r=58;t=60, "day";r=9998;t=86460, "creations";r=957;t=43200',
    ]);
    const once = { key, body: { content: 'Once' }, headers: { 'Idempotency-Key': 'k' } };
    for (const posted of [8, 7]) {
      const { headers } = await harness.fetch('/api/posts', once);
      expect(headers.get('RateLimit')).toContain(`"posts";r=${posted};t=60, "creations";r=956;t=43200`);
    }
  });

  test('show 0 remaining for the window that refused', async () => {
    const harness = new Harness();
    const { key, accountId } = await harness.newKey();
    await posts.setToday(harness, accountId, '2026-11-24', { creations: 1_000 });
    const refused = await harness.fetch('/api/posts', { key, body: { content: 'One too many' } });
    expect([refused.status, refused.headers.get('RateLimit')]).toEqual([
      429,
      '"minute";r=59;t=60, "day";r=9999;t=86460, "posts";r=9;t=60, "creations";r=0;t=43200',
    ]);
    for (let i = 0; i < 59; i++) await harness.fetch(ME, { key });
    const limited = await harness.fetch(ME, { key });
    expect([limited.status, limited.headers.get('RateLimit')]).toEqual([
      429,
      '"minute";r=0;t=60, "day";r=9940;t=86460',
    ]);
  });

  test('are sent while Redis is down, and never to a session', async () => {
    const harness = new Harness();
    const { key, accountId, username } = await harness.newKey();
    const person = await harness.newSession({ account: { id: accountId, username } });
    expect((await harness.fetch(ME, { cookie: person.cookie })).headers.has('RateLimit')).toBe(false);
    await harness.upstash.setFaults({ kind: 'refuse' });
    expect(headersOf(await harness.fetch(ME, { key }))).toEqual([
      MINUTE_AND_DAY,
      '"minute";r=59;t=60, "day";r=9999;t=86460',
    ]);
  });
});

describe('X-Jestha-Key-Expires', () => {
  test('comes with every response to a key that expires within 30 days', async () => {
    const harness = new Harness();
    const [soon, late, never] = [
      await harness.newKey({ expiresInDays: 30 }),
      await harness.newKey({ expiresInDays: 90 }),
      await harness.newKey(),
    ];
    const expiryOf = async ({ key }: { key: string }, path = ME) =>
      (await harness.fetch(path, { key })).headers.get('X-Jestha-Key-Expires');
    expect(await expiryOf(soon)).toBe('2026-12-24T12:00:00.000Z');
    expect(await expiryOf(soon, '/api/posts/none')).toBe('2026-12-24T12:00:00.000Z');
    expect(await expiryOf(late)).toBeNull();
    expect(await expiryOf(never)).toBeNull();
    harness.now += 60 * 86_400_000;
    expect(await expiryOf(late)).toBe('2027-02-22T12:00:00.000Z');
    harness.now -= 1;
    await harness.chill(late);
    expect(await expiryOf(late)).toBeNull();
  });
});

describe('GET /api/auth/key', () => {
  test('tells a key what it is, and what is left of every limit, without a scope', async () => {
    const harness = new Harness();
    const made = await harness.newKey({
      label: 'Bridge',
      scopes: ['read:comment'],
      ipAllowlist: ['192.0.2.0/24'],
      expiresInDays: 30,
    });
    await posts.setToday(harness, made.accountId, '2026-11-24', { creations: 3 });
    harness.now += 500;
    const response = await harness.fetch(KEY, { key: made.key, address: '192.0.2.1' });
    expect(headersOf(response)).toEqual([
      `${MINUTE_AND_DAY}, "posts";q=10;w=60, "creations";q=1000;w=86400`,
      '"minute";r=59;t=60, "day";r=9999;t=86460, "posts";r=10;t=0, "creations";r=997;t=43200',
    ]);
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: {
        id: made.id,
        label: 'Bridge',
        maskedKey: `${made.key.slice(0, 13)}****`,
        scopes: ['read:comment'],
        createdAt: '2026-11-24T12:00:00.000Z',
        expiresAt: '2026-12-24T12:00:00.000Z',
        ipRestricted: true,
        limits: [
          { name: 'minute', limit: 60, remaining: 59, resetsAt: '2026-11-24T12:01:00.500Z' },
          { name: 'day', limit: 10_000, remaining: 9_999, resetsAt: '2026-11-25T12:01:00.000Z' },
          { name: 'posts', limit: 10, remaining: 10, resetsAt: '2026-11-24T12:00:00.500Z' },
          { name: 'creations', limit: 1_000, remaining: 997, resetsAt: '2026-11-25T00:00:00.000Z' },
        ],
      },
    });
  });

  test('counts the posts of the last minute, and costs one request to Redis and one statement', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    for (let i = 0; i < 3; i++) await harness.fetch('/api/posts', { key, body: { content: `${i}` } });
    await harness.neon.reset();
    await harness.upstash.reset();
    const { body } = await answerOf(await harness.fetch(KEY, { key }));
    expect((body as { limits: unknown[] }).limits[2]).toEqual({
      name: 'posts',
      limit: 10,
      remaining: 7,
      resetsAt: '2026-11-24T12:01:00.000Z',
    });
    expect(await harness.neon.counters()).toMatchObject({ requests: 1, statements: 1 });
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1, commands: 3 });
  });

  test('is for keys: a session gets an error that asks for one', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    expect(await answerOf(await harness.fetch(KEY, { cookie }))).toEqual({
      status: 401,
      body: {
        error: 'Authentication required',
        message: 'Send your API key as "Authorization: Bearer jes_live_…".',
        code: 'authentication_required',
      },
    });
  });
});
