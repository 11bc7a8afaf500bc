import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invalid } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { newComment, newPost } from '../support/app/posts.ts';
import { Receiver } from '../support/app/receiver.ts';
import { ALL_EVENTS, ask, localHarness, newTest, newWebhook, webhooksOf } from '../support/app/webhooks.ts';
import { rowsOf } from '../support/database/database.ts';

interface EventPage {
  readonly events: readonly { readonly id: string; readonly event: string }[];
  readonly nextCursor: string;
}

const eventsOf = ({ id }: Pick<TestKey, 'id'>, query = '') => `/api/auth/api-keys/${id}/events${query}`;

const poll = (harness: Harness, key: TestKey, query = '') => ask<EventPage>(harness, key, eventsOf(key, query));

describe('polling', () => {
  test('gives the very bytes that are delivered, the oldest first', async () => {
    const harness = localHarness();
    const receiver = new Receiver();
    const key = await harness.newKey();
    const other = await harness.newKey({ account: { id: key.accountId, username: key.username } });
    const webhook = await newWebhook(harness, key, { url: receiver.url() });
    const jes = await newPost(harness, key, { content: 'Zoë 🦊 "quoted" \\ and\nmore', location: { name: 'Here' } });
    await newComment(harness, key, jes.id);
    await newTest(harness, key, `${webhooksOf(key.id)}/${webhook.id}`);
    await harness.revoke(other);
    await harness.handleWakes();
    const bodies = (await receiver.received(4)).map(({ body }) => body);
    const ofEvent = (name: string) => bodies.find((body) => body.startsWith(`{"event":"${name}"`));
    const response = await harness.fetch(eventsOf(key), { key: key.key });
    const text = await response.text();
    const told = ['jes.created', 'comment.created', 'apikey.revoked'].map(ofEvent).join(',');
    // The test is for its endpoint alone.
    expect(text).toMatch(/^\{"events":\[.+\],"nextCursor":"[\w-]+"\}$/s);
    expect(text.startsWith(`{"events":[${told}],"nextCursor":"`)).toBe(true);
  });

  test('goes on from a watermark that is never null, and passes what a filter leaves out', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const none = await poll(harness, key);
    expect(none).toEqual({ events: [], nextCursor: expect.any(String) });
    const { id } = await newPost(harness, key);
    for (let i = 0; i < 3; i++) await newComment(harness, key, id);
    const namesOf = ({ events }: EventPage) => events.map(({ event }) => event);
    const first = await poll(harness, key, `?limit=2&cursor=${none.nextCursor}`);
    expect(namesOf(first)).toEqual(['jes.created', 'comment.created']);
    const second = await poll(harness, key, `?limit=2&cursor=${first.nextCursor}`);
    expect(namesOf(second)).toEqual(['comment.created', 'comment.created']);
    expect(await poll(harness, key, `?limit=2&cursor=${second.nextCursor}`)).toEqual({
      events: [],
      nextCursor: second.nextCursor,
    });
    const jes = await poll(harness, key, '?event=jes.created&limit=2');
    expect(namesOf(jes)).toEqual(['jes.created']);
    expect(jes.nextCursor).toBe(second.nextCursor);
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    expect(await ask<EventPage>(harness, person, eventsOf(key))).toMatchObject({ events: expect.any(Array) });
  });

  test.each<[string, string, string]>([
    ['?limit=0', 'limit', 'must be a whole number from 1 to 100'],
    ['?limit=101', 'limit', 'must be a whole number from 1 to 100'],
    ['?event=webhook.test', 'event', `must be one of ${ALL_EVENTS.join(', ')}`],
    ['?cursor=x', 'cursor', 'must be a nextCursor of this list'],
  ])('with %s is refused', async (query, path, message) => {
    const harness = new Harness();
    const key = await harness.newKey();
    const response = await harness.fetch(eventsOf(key, query), { key: key.key });
    expect(await answerOf(response)).toEqual(invalid({ path, message }));
  });

  test('takes a cursor of the account from any of its keys, and none of another account', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { nextCursor } = await poll(harness, key);
    const sibling = await harness.newKey({ account: { id: key.accountId, username: key.username } });
    expect(await poll(harness, sibling, `?cursor=${nextCursor}`)).toMatchObject({ events: [] });
    const stranger = await harness.newKey();
    const refused = await harness.fetch(eventsOf(stranger, `?cursor=${nextCursor}`), { key: stranger.key });
    await expect(refused).toHaveStatus(400);
  });

  test('misses nothing and repeats nothing while several write, over generated histories', async () => {
    const step = fc.constantFrom('jes', 'comment', 'refused', 'repeated');
    const history = fc.record({
      writers: fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 4 }),
      limits: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(history, async ({ writers, limits }) => {
        const harness = new Harness();
        const key = await harness.newKey();
        const account = { id: key.accountId, username: key.username };
        const { id } = await newPost(harness, key);
        const write = async (steps: readonly string[]) => {
          const person = await harness.newSession({ account });
          for (const what of steps) {
            const headers = { 'Idempotency-Key': crypto.randomUUID() };
            const send = (body: object, path = '/api/posts') =>
              harness.fetch(path, { cookie: person.cookie, headers, body });
            if (what === 'comment') await send({ content: 'A comment' }, `/api/posts/${id}/comments`);
            else
              await send(
                what === 'refused' ? { content: 'x', jeHubId: '01HK153X000000000000000000' } : { content: 'A Jes' },
              );
            if (what === 'repeated') await send({ content: 'A Jes' });
          }
        };
        const polled: string[] = [];
        let cursor = '';
        const pollOnce = async (limit: number) => {
          const { events, nextCursor } = await poll(harness, key, `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
          polled.push(...events.map((event) => event.id));
          cursor = nextCursor;
          return events.length;
        };
        const writing = Promise.all(writers.map(write));
        for (const limit of limits) await pollOnce(limit);
        await writing;
        while ((await pollOnce(100)) > 0);
        const rows = await rowsOf<{ id: string }>(
          harness,
          `SELECT id FROM outbox_events WHERE account_id = '${key.accountId}' ORDER BY sequence`,
        );
        const written = writers.flat().filter((what) => what !== 'refused').length + 1;
        expect(rows).toHaveLength(written);
        expect(polled).toEqual(rows.map((row) => row.id));
      }),
      { numRuns: 8 },
    );
  });
});
