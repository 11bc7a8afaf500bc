import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/domain/api-error.ts';
import { listCommentsFor, type Subject } from '../../src/domain/comments/index.ts';
import type { Ctx } from '../../src/domain/context.ts';
import { readJesClipFor } from '../../src/domain/jesclips/index.ts';
import { readPostFor } from '../../src/domain/posts/index.ts';
import { Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { newComment, newJehub, newPost } from '../support/app/posts.ts';

const VIEWERS = ['own', 'follower', 'member', 'stranger', 'nobody'] as const;
type Viewer = (typeof VIEWERS)[number];

/** The audiences of contract section 8, repeated in a table. */
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

type Ways = Record<string, { method: string; path: string; body?: unknown; status: number; sessionOnly?: true }>;

/** Every way to reach a JesClip, and the answer to a viewer who may see it and does not own it. */
const CLIP_WAYS: Ways = {
  read: { method: 'GET', path: '', status: 200 },
  comment: { method: 'POST', path: '/comments', body: { content: 'Hi' }, status: 201 },
  'list comments': { method: 'GET', path: '/comments', status: 200 },
  edit: { method: 'PATCH', path: '', body: { visibility: 'PUBLIC' }, status: 403 },
};

/** The same of a Jes. */
const WAYS: Ways = {
  ...CLIP_WAYS,
  like: { method: 'POST', path: '/like', status: 200, sessionOnly: true },
  unlike: { method: 'DELETE', path: '/like', status: 200, sessionOnly: true },
  save: { method: 'POST', path: '/save', status: 200, sessionOnly: true },
  unsave: { method: 'DELETE', path: '/save', status: 200, sessionOnly: true },
  delete: { method: 'DELETE', path: '', status: 403 },
};

/** Sends every kind of request as every viewer, and expects success only for those in the table. */
async function expectSeen(
  { harness, people }: Stage,
  path: string,
  viewers: readonly Viewer[] | undefined,
  ways: Ways,
): Promise<void> {
  const answered: string[] = [];
  const expected: string[] = [];
  for (const viewer of ['stranger', 'member', 'follower', 'own'] as const) {
    const { session, key } = people[viewer];
    const isSeen = viewers?.includes(viewer) ?? false;
    for (const [way, { method, path: below, body, status, sessionOnly }] of Object.entries(ways)) {
      const isChange = way === 'edit' || way === 'delete';
      // Its own author changes it last, in another test.
      if (isChange && viewer === 'own') continue;
      for (const credential of sessionOnly ? ['session'] : ['session', 'key']) {
        const caller = credential === 'session' ? { cookie: session.cookie } : { key: key.key };
        const response = await harness.fetch(path + below, { ...caller, method, ...(body !== undefined && { body }) });
        answered.push(`${viewer} ${credential} ${way} ${response.status}`);
        expected.push(`${viewer} ${credential} ${way} ${isSeen ? status : 404}`);
      }
    }
  }
  expect(answered).toEqual(expected);
}

/** Expects that a page shows it, and its comments, only to those in the table. */
async function expectShown(
  { harness, people }: Stage,
  subject: Subject,
  viewers: readonly Viewer[] | undefined,
  read: (ctx: Ctx, viewerId: string | null, id: string) => Promise<unknown>,
): Promise<void> {
  const isOpen = (reading: Promise<unknown>) =>
    reading.then(
      () => true,
      (error: unknown) => (error instanceof ApiError ? error.reason.code !== 'not_found' : 'broken'),
    );
  for (const viewer of VIEWERS) {
    const viewerId = viewer === 'nobody' ? null : people[viewer].session.accountId;
    const shown = await harness.run((ctx) => isOpen(read(ctx, viewerId, subject.id)));
    const comments = await harness.run((ctx) => isOpen(listCommentsFor(ctx, viewerId, subject, { limit: 50 })));
    const isSeen = viewers?.includes(viewer) ?? false;
    expect([viewer, shown, comments]).toEqual([viewer, isSeen, isSeen]);
  }
}

describe.each(['public', 'private'] as const)('visibility on a %s account', (kind) => {
  test.each(Object.keys(SEES))('a Jes for %s is visible on every path to its audience alone', async (visibility) => {
    const set = await stage(kind === 'private');
    const { harness, people, jehubId } = set;
    const audience = visibility === 'JeHub' ? { jeHubId: jehubId } : { visibility };
    const { id, poll: shown } = await newPost(harness, people.own.key, { ...audience, poll });
    await newComment(harness, people.own.key, id);
    const optionIds = [shown?.options[0]?.id];
    // A quote, which may be repeated; for a visible Jes that is not public it is 400.
    const bounceStatus = visibility === 'PUBLIC' && kind === 'public' ? 201 : 400;
    await expectSeen(set, `/api/posts/${id}`, SEES[visibility]?.[kind], {
      ...WAYS,
      vote: { method: 'POST', path: '/poll/votes', body: { optionIds }, status: 200, sessionOnly: true },
      bounce: { method: 'POST', path: '/bounce', body: { content: 'Look' }, status: bounceStatus },
    });
  });

  test.each(Object.keys(SEES))('a Jes for %s shows its page to its audience alone', async (visibility) => {
    const set = await stage(kind === 'private');
    const { harness, people, jehubId } = set;
    const audience = visibility === 'JeHub' ? { jeHubId: jehubId } : { visibility };
    const { id } = await newPost(harness, people.own.key, audience);
    await expectShown(set, { kind: 'post', id }, SEES[visibility]?.[kind], readPostFor);
  });

  test.each([
    'PUBLIC',
    'FOLLOWERS',
    'PRIVATE',
  ])('a JesClip that is %s, on every path and on a page', async (visibility) => {
    const set = await stage(kind === 'private');
    const { id } = await newJesClip(set.harness, set.people.own.key, { visibility });
    const viewers = SEES[visibility]?.[kind];
    await expectSeen(set, `/api/jesclips/${id}`, viewers, CLIP_WAYS);
    await expectShown(set, { kind: 'jesclip', id }, viewers, readJesClipFor);
  });
});
