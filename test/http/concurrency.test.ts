import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Harness, type TestRequest } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newJehub, newPost } from '../support/app/posts.ts';
import { drift, posts as postsTable } from '../support/database/database.ts';

const ACTIONS = [
  'like',
  'unlike',
  'save',
  'unsave',
  'comment',
  'bounce',
  'quote',
  'delete',
  'edit',
  'vote',
  'follow',
  'unfollow',
  'join',
  'comment on clip',
  'edit clip',
] as const;

const action = fc.record({
  what: fc.constantFrom(...ACTIONS),
  who: fc.nat({ max: 3 }),
  which: fc.nat({ max: 4 }),
  other: fc.nat({ max: 3 }),
  option: fc.nat({ max: 1 }),
});

test('concurrent writes to the same few things are counted exactly, and none fails', async () => {
  vi.spyOn(console, 'log').mockReturnValue();
  const property = fc.asyncProperty(fc.array(action, { minLength: 60, maxLength: 60 }), async (actions) => {
    const harness = new Harness();
    const people = await Promise.all(Array.from({ length: 4 }, () => harness.newSession()));
    const cookieOf = (who: number) => people[who]?.cookie ?? '';
    const targets = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        newPost(harness, { cookie: cookieOf(i % 4) }, { poll: { options: ['a', 'b'] } }),
      ),
    );
    const clips = await Promise.all(
      Array.from({ length: 5 }, (_, i) => newJesClip(harness, { cookie: cookieOf(i % 4) })),
    );
    const hub = await newJehub(harness, { cookie: cookieOf(0) }, 'Hub');
    const started = await Promise.all(
      actions.map(async ({ what, who, which, other, option }) => {
        const { id, poll } = targets[which] ?? { id: '', poll: null };
        const path = `/api/posts/${id}`;
        const clip = `/api/jesclips/${clips[which]?.id}`;
        const follow = `/api/users/${people[other]?.username}/follow`;
        const requests: Record<(typeof ACTIONS)[number], [string, string, unknown?]> = {
          like: ['POST', `${path}/like`],
          unlike: ['DELETE', `${path}/like`],
          save: ['POST', `${path}/save`],
          unsave: ['DELETE', `${path}/save`],
          comment: ['POST', `${path}/comments`, { content: 'x' }],
          bounce: ['POST', `${path}/bounce`],
          quote: ['POST', `${path}/bounce`, { content: 'x' }],
          delete: ['DELETE', path],
          edit: ['PATCH', path, { visibility: option === 0 ? 'PUBLIC' : 'FOLLOWERS' }],
          vote: ['POST', `${path}/poll/votes`, { optionIds: [poll?.options[option]?.id] }],
          follow: ['POST', follow],
          unfollow: ['DELETE', follow],
          join: ['POST', `/api/jehubs/${hub.id}/join`],
          'comment on clip': ['POST', `${clip}/comments`, { content: 'x' }],
          'edit clip': ['PATCH', clip, { caption: 'x', visibility: option === 0 ? 'PUBLIC' : 'FOLLOWERS' }],
        };
        const [method, target, body] = requests[what];
        const request: TestRequest = { cookie: cookieOf(who), method, ...(body !== undefined && { body }) };
        const response = await harness.fetch(target, request);
        return [what, response.status < 500 ? 'answered' : response.status];
      }),
    );
    expect(started.filter(([, outcome]) => outcome !== 'answered')).toEqual([]);
    expect(
      await drift.of(
        harness,
        people.map(({ accountId }) => accountId),
        hub.id,
      ),
    ).toEqual([]);
  });
  await fc.assert(property, { numRuns: 8, endOnFailure: true });
});

test('the daily quota is exact: of twenty at once by several keys, five fit', async () => {
  const harness = new Harness();
  const account = await harness.newAccount();
  const keys = await Promise.all(Array.from({ length: 4 }, () => harness.newKey({ account })));
  await postsTable.setToday(harness, account.id, '2026-11-24', { creations: 995 });
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const key = keys[i % 4]?.key ?? '';
      return (await harness.fetch('/api/posts', { key, body: { content: `Number ${i}` } })).status;
    }),
  );
  const count = (status: number) => statuses.filter((other) => other === status).length;
  expect([count(201), count(429)]).toEqual([5, 15]);
  expect(await postsTable.contentsOf(harness, account.id)).toHaveLength(5);
});
