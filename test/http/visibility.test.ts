import { describe, expect, test } from 'vitest';
import { listCommentsFor } from '../../src/domain/comments/index.ts';
import { readPostFor } from '../../src/domain/posts/index.ts';
import { Refused } from '../../src/domain/refusal.ts';
import { Harness, type TestKey, type TestSession } from '../support/harness.ts';
import { newComment, newJehub, newPost } from '../support/posts.ts';

const VIEWERS = ['own', 'follower', 'member', 'stranger', 'nobody'] as const;
type Viewer = (typeof VIEWERS)[number];

/** Contract section 8: who sees what, said once more, in a table. */
const SEES: Record<string, Record<'public' | 'private', readonly Viewer[]>> = {
  PUBLIC: { public: VIEWERS, private: ['own', 'follower'] },
  FOLLOWERS: { public: ['own', 'follower'], private: ['own', 'follower'] },
  PRIVATE: { public: ['own'], private: ['own'] },
  JeHub: { public: ['own', 'member'], private: ['own', 'member'] },
};

interface Stage {
  readonly harness: Harness;
  readonly people: Record<Exclude<Viewer, 'nobody'>, { readonly session: TestSession; readonly key: TestKey }>;
  readonly jehubId: string;
}

async function stage(isPrivate: boolean): Promise<Stage> {
  const harness = new Harness();
  const person = async (account = harness.newAccount()) => {
    const known = await account;
    return { session: await harness.newSession({ account: known }), key: await harness.newKey({ account: known }) };
  };
  const own = await person(harness.newAccount({ isPrivate }));
  const people = { own, follower: await person(), member: await person(), stranger: await person() };
  const { id: jehubId } = await newJehub(harness, own.session, 'Hub');
  const act = (cookie: string, path: string) => harness.fetch(path, { cookie, method: 'POST' });
  await act(people.follower.session.cookie, `/api/users/${own.session.username}/follow`);
  await act(people.member.session.cookie, `/api/jehubs/${jehubId}/join`);
  // Being followed shows nothing.
  await act(own.session.cookie, `/api/users/${people.stranger.session.username}/follow`);
  return { harness, people, jehubId };
}

const poll = { options: ['a', 'b'] };

/** Every way to reach a Jes, and what it answers to whom sees it, and does not own it. */
const WAYS: Record<string, { method: string; path: string; body?: unknown; status: number; sessionOnly?: true }> = {
  read: { method: 'GET', path: '', status: 200 },
  comment: { method: 'POST', path: '/comments', body: { content: 'Hi' }, status: 201 },
  'list comments': { method: 'GET', path: '/comments', status: 200 },
  like: { method: 'POST', path: '/like', status: 200, sessionOnly: true },
  unlike: { method: 'DELETE', path: '/like', status: 200, sessionOnly: true },
  save: { method: 'POST', path: '/save', status: 200, sessionOnly: true },
  unsave: { method: 'DELETE', path: '/save', status: 200, sessionOnly: true },
  edit: { method: 'PATCH', path: '', body: { content: 'Mine' }, status: 403 },
  delete: { method: 'DELETE', path: '', status: 403 },
};

describe.each(['public', 'private'] as const)('of a %s account', (kind) => {
  test.each(
    Object.keys(SEES),
  )('%s is there for those it is for, on every path, and for nobody else', async (visibility) => {
    const { harness, people, jehubId } = await stage(kind === 'private');
    const audience = visibility === 'JeHub' ? { jeHubId: jehubId } : { visibility };
    const { id, poll: shown } = await newPost(harness, people.own.key, { ...audience, poll });
    await newComment(harness, people.own.key, id);
    const vote = {
      method: 'POST',
      path: '/poll/votes',
      body: { optionIds: [shown?.options[0]?.id] },
      status: 200,
    } as const;
    // A quote, which may be repeated; what is visible and not for everybody is 400.
    const bounceStatus = visibility === 'PUBLIC' && kind === 'public' ? 201 : 400;
    const bounce = { method: 'POST', path: '/bounce', body: { content: 'Look' }, status: bounceStatus } as const;
    const ways = { ...WAYS, vote: { ...vote, sessionOnly: true as const }, bounce };

    const answered: string[] = [];
    const expected: string[] = [];
    for (const viewer of ['stranger', 'member', 'follower', 'own'] as const) {
      const { session, key } = people[viewer];
      const isSeen = SEES[visibility]?.[kind].includes(viewer) ?? false;
      for (const [way, { method, path, body, status, ...way_ }] of Object.entries(ways)) {
        const isChange = way === 'edit' || way === 'delete';
        // Its own author changes it last, in another test.
        if (isChange && viewer === 'own') continue;
        for (const credential of 'sessionOnly' in way_ ? ['session'] : ['session', 'key']) {
          const caller = credential === 'session' ? { cookie: session.cookie } : { key: key.key };
          const request = { ...caller, method, ...(body !== undefined && { body }) };
          const response = await harness.fetch(`/api/posts/${id}${path}`, request);
          answered.push(`${viewer} ${credential} ${way} ${response.status}`);
          expected.push(`${viewer} ${credential} ${way} ${isSeen ? status : 404}`);
        }
      }
    }
    expect(answered).toEqual(expected);
  });

  test.each(Object.keys(SEES))('%s on a page, also for nobody signed in', async (visibility) => {
    const { harness, people, jehubId } = await stage(kind === 'private');
    const audience = visibility === 'JeHub' ? { jeHubId: jehubId } : { visibility };
    const { id } = await newPost(harness, people.own.key, audience);
    for (const viewer of VIEWERS) {
      const viewerId = viewer === 'nobody' ? null : people[viewer].session.accountId;
      const isSeen = SEES[visibility]?.[kind].includes(viewer) ?? false;
      const outcome = async (read: Promise<unknown>) =>
        await read.then(
          () => true,
          (error: unknown) => (error instanceof Refused ? error.refusal.code !== 'not_found' : 'broken'),
        );
      const post = await harness.run((ctx) => outcome(readPostFor(ctx, viewerId, id)));
      const comments = await harness.run((ctx) =>
        outcome(listCommentsFor(ctx, viewerId, { kind: 'post', id }, { limit: 50 })),
      );
      expect([viewer, post, comments]).toEqual([viewer, isSeen, isSeen]);
    }
  });
});
