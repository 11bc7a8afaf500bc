import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Jes } from '../../src/domain/posts/index.ts';
import { Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { posts as postsTable } from '../support/database/database.ts';

type Visibility = Jes['visibility'];

/** A Jes, or a JesClip: for the model that is a Jes with which less can be done. */
interface ModelPost {
  readonly isClip: boolean;
  readonly author: number;
  visibility: Visibility;
  content: string;
  isDeleted: boolean;
  /** Index of the original. */
  readonly bounceOf: number | null;
  readonly byKey: boolean;
  readonly likes: Set<number>;
  readonly saves: Set<number>;
  readonly comments: { readonly author: number; readonly content: string; readonly parent: number | null }[];
}

/** The model of Jestha, in the simplest terms. */
class Model {
  readonly isPrivate = [false, false, true, false];
  readonly follows = new Set<string>();
  readonly posts: ModelPost[] = [];
  /** Jes and JesClips created with keys on this day. */
  readonly created: number[] = [998, 0, 0, 996];
  totalPosts = [0, 0, 0, 0];

  sees(viewer: number, post: ModelPost): boolean {
    if (post.isDeleted) return false;
    if (post.author === viewer) return true;
    const isFollower = this.follows.has(`${viewer}>${post.author}`);
    if (post.visibility === 'PRIVATE') return false;
    return isFollower || (post.visibility === 'PUBLIC' && !this.isPrivate[post.author]);
  }

  isForEverybody(post: ModelPost): boolean {
    return !post.isDeleted && post.visibility === 'PUBLIC' && !this.isPrivate[post.author];
  }

  bouncesOf(index: number): number {
    return this.posts.filter((post) => post.bounceOf === index && !post.isDeleted).length;
  }

  add(post: Pick<ModelPost, 'isClip' | 'author' | 'visibility' | 'content' | 'bounceOf' | 'byKey'>): void {
    this.posts.push({ ...post, isDeleted: false, likes: new Set(), saves: new Set(), comments: [] });
    if (!post.isClip) this.totalPosts[post.author] = (this.totalPosts[post.author] ?? 0) + 1;
    if (post.byKey) this.created[post.author] = (this.created[post.author] ?? 0) + 1;
  }
}

/** The app, and the ids of the things that the model numbers. */
interface Real {
  readonly harness: Harness;
  readonly people: readonly TestSession[];
  readonly keys: readonly TestKey[];
  /** Ids of the Jes and JesClips, by the model's index. */
  readonly ids: string[];
  /** Ids of the comments of each Jes. */
  readonly commentIds: string[][];
}

interface Step {
  readonly who: number;
  readonly byKey: boolean;
  readonly what: (typeof ACTIONS)[number];
  /** Which Jes, from the newest back. */
  readonly which: number;
  readonly other: number;
  readonly visibility: Visibility;
  readonly text: string;
}

const ACTIONS = [
  'create',
  'create',
  'clip',
  'read',
  'edit',
  'delete',
  'bounce',
  'quote',
  'comment',
  'reply',
  'list',
  'like',
  'unlike',
  'save',
  'unsave',
  'follow',
  'unfollow',
] as const;

const step = fc.record<Step>({
  who: fc.nat({ max: 3 }),
  byKey: fc.boolean(),
  what: fc.constantFrom(...ACTIONS),
  which: fc.nat({ max: 9 }),
  other: fc.nat({ max: 3 }),
  visibility: fc.constantFrom('PUBLIC', 'PUBLIC', 'FOLLOWERS', 'PRIVATE'),
  text: fc.string({ minLength: 1, maxLength: 12 }).map((text) => `x${text}`),
});

const QUOTA = 1_000;

/** Sends a request of one of the people; returns its status and JSON. */
async function send(
  real: Real,
  { who, byKey }: { who: number; byKey: boolean },
  method: string,
  path: string,
  body?: unknown,
) {
  const { harness, people, keys } = real;
  const sent = body instanceof FormData ? await multipart(body) : body === undefined ? {} : { body };
  // Steps are so far apart that no window of a key is ever full; the model has the daily quota only.
  harness.now += 6_100;
  const credential = byKey ? { key: keys[who]?.key ?? '' } : { cookie: people[who]?.cookie ?? '' };
  const response = await harness.fetch(path, { ...credential, method, ...sent });
  const text = await response.text();
  return { status: response.status, json: (text === '' ? null : JSON.parse(text)) as unknown };
}

/** The path of a Jes or a JesClip. */
function pathOf(model: Model, real: Real, index: number): string {
  const id = real.ids[index] ?? '01HK153X000000000000000000';
  return `/api/${model.posts[index]?.isClip ? 'jesclips' : 'posts'}/${id}`;
}

/** A Jes or JesClip as a viewer should see it. */
function expectedJes(model: Model, real: Real, viewer: number, index: number): Record<string, unknown> {
  const post = model.posts[index] as ModelPost;
  const original = post.bounceOf === null ? undefined : model.posts[post.bounceOf];
  const isOriginalSeen = original !== undefined && model.sees(viewer, original);
  const shown = {
    id: real.ids[index],
    visibility: post.visibility,
    author: expect.objectContaining({ id: real.people[post.author]?.accountId }),
    via: post.byKey ? { label: 'Test service' } : null,
  };
  if (post.isClip) return { ...shown, caption: post.content, counts: { comments: post.comments.length } };
  return {
    ...shown,
    content: post.content,
    counts: {
      likes: post.likes.size,
      comments: post.comments.length,
      bounces: model.bouncesOf(index),
      saves: post.saves.size,
    },
    bounceOf: isOriginalSeen
      ? expect.objectContaining({ id: real.ids[post.bounceOf ?? -1], content: original.content })
      : null,
    ...(original && !isOriginalSeen && { bounceOfDeleted: true }),
  };
}

async function expectRead(
  model: Model,
  real: Real,
  caller: { who: number; byKey: boolean },
  index: number,
): Promise<void> {
  const { status, json } = await send(real, caller, 'GET', pathOf(model, real, index));
  const post = model.posts[index] as ModelPost;
  if (!model.sees(caller.who, post)) {
    expect(status).toBe(404);
    return;
  }
  expect(json).toMatchObject(expectedJes(model, real, caller.who, index));
}

/** Takes one step in both worlds, and compares the results. */
async function take(model: Model, real: Real, taken: Step): Promise<void> {
  const { who, what, visibility, text } = taken;
  const index = model.posts.length - 1 - taken.which;
  const post = model.posts[index];
  const isSeen = post !== undefined && model.sees(who, post);
  const path = pathOf(model, real, index);
  // Routes that exist for Jes alone: for a JesClip they are 404, for every viewer.
  const jesPath = path.replace('jesclips', 'posts');
  const isJesSeen = isSeen && !post.isClip;
  const isFull = taken.byKey && (model.created[who] ?? 0) >= QUOTA;
  const created = (answer: { status: number; json: unknown }, of: Parameters<Model['add']>[0]) => {
    expect(answer.status).toBe(isFull ? 429 : 201);
    if (isFull) return;
    model.add(of);
    real.ids.push((answer.json as Jes).id);
    real.commentIds.push([]);
    expect(answer.json).toMatchObject(expectedJes(model, real, who, real.ids.length - 1));
  };

  switch (what) {
    case 'create': {
      const answer = await send(real, taken, 'POST', '/api/posts', { content: text, visibility });
      created(answer, { isClip: false, author: who, visibility, content: text, bounceOf: null, byKey: taken.byKey });
      return;
    }
    case 'clip': {
      const answer = await send(real, taken, 'POST', '/api/jesclips', clipForm({ caption: text, visibility }));
      created(answer, { isClip: true, author: who, visibility, content: text, bounceOf: null, byKey: taken.byKey });
      return;
    }
    case 'read': {
      if (post) await expectRead(model, real, taken, index);
      return;
    }
    case 'edit': {
      const { status } = await send(real, taken, 'PATCH', path, { visibility });
      expect(status).toBe(isSeen ? (post.author === who ? 200 : 403) : 404);
      if (status === 200 && post) post.visibility = visibility;
      return;
    }
    case 'delete': {
      const { status } = await send(real, taken, 'DELETE', jesPath);
      expect(status).toBe(isJesSeen ? (post.author === who ? 204 : 403) : 404);
      if (status !== 204 || !post) return;
      post.isDeleted = true;
      model.totalPosts[who] = (model.totalPosts[who] ?? 0) - 1;
      return;
    }
    case 'bounce':
    case 'quote': {
      const content = what === 'quote' ? text : '';
      const answer = await send(real, taken, 'POST', `${jesPath}/bounce`, what === 'quote' ? { content } : undefined);
      const isPlain = post !== undefined && post.bounceOf !== null && post.content === '';
      const target = isPlain ? (post.bounceOf ?? index) : index;
      const original = model.posts[target];
      if (!isJesSeen || !original || !model.sees(who, original)) expect(answer.status).toBe(404);
      else if (!model.isForEverybody(original)) expect(answer.status).toBe(400);
      else if (what === 'bounce' && hasBounced(model, who, target)) expect(answer.status).toBe(409);
      else
        created(answer, {
          isClip: false,
          author: who,
          visibility: 'PUBLIC',
          content,
          bounceOf: target,
          byKey: taken.byKey,
        });
      return;
    }
    case 'comment':
    case 'reply': {
      const parent = what === 'reply' ? taken.other : null;
      const parentId = parent === null ? undefined : (real.commentIds[index]?.[parent] ?? '01HK153X000000000000000000');
      const { status, json } = await send(real, taken, 'POST', `${path}/comments`, { content: text, parentId });
      const above = parent === null ? undefined : post?.comments[parent];
      if (!isSeen) expect(status).toBe(404);
      else if (parent !== null && !above) expect(status).toBe(400);
      else {
        expect(status).toBe(201);
        post.comments.push({ author: who, content: text, parent: above ? (above.parent ?? parent) : null });
        real.commentIds[index]?.push((json as { id: string }).id);
      }
      return;
    }
    case 'list': {
      const { status, json } = await send(real, taken, 'GET', `${path}/comments?limit=100`);
      expect(status).toBe(isSeen ? 200 : 404);
      const ids = real.commentIds[index];
      if (isSeen) {
        expect((json as { comments: unknown }).comments).toMatchObject(
          post.comments.map(({ author, content, parent }, i) => ({
            id: ids?.[i],
            content,
            author: { id: real.people[author]?.accountId },
            parentId: parent === null ? null : ids?.[parent],
          })),
        );
      }
      return;
    }
    case 'like':
    case 'unlike':
    case 'save':
    case 'unsave': {
      const mark = what.endsWith('like') ? 'like' : 'save';
      const isSet = !what.startsWith('un');
      const { status, json } = await send(real, { who, byKey: false }, isSet ? 'POST' : 'DELETE', `${jesPath}/${mark}`);
      expect(status).toBe(isJesSeen ? 200 : 404);
      if (!isJesSeen) return;
      const marks = mark === 'like' ? post.likes : post.saves;
      if (isSet) marks.add(who);
      else marks.delete(who);
      expect(json).toMatchObject({ [`${mark}s`]: marks.size });
      return;
    }
    case 'follow':
    case 'unfollow': {
      const method = what === 'follow' ? 'POST' : 'DELETE';
      const followPath = `/api/users/${real.people[taken.other]?.username}/follow`;
      const { status, json } = await send(real, { who, byKey: false }, method, followPath);
      if (who === taken.other && what === 'follow') {
        expect(status).toBe(400);
        return;
      }
      expect(status).toBe(200);
      if (what === 'follow') model.follows.add(`${who}>${taken.other}`);
      else model.follows.delete(`${who}>${taken.other}`);
      const totalFollowers = [...model.follows].filter((edge) => edge.endsWith(`>${taken.other}`)).length;
      expect(json).toMatchObject({ totalFollowers });
      return;
    }
  }
}

function hasBounced(model: Model, who: number, target: number): boolean {
  return model.posts.some(
    ({ author, bounceOf, content, isDeleted }) => author === who && bounceOf === target && content === '' && !isDeleted,
  );
}

async function begin(model: Model): Promise<Real> {
  const harness = new Harness();
  harness.now = Date.UTC(2026, 10, 24, 0, 0, 0);
  const accounts = await Promise.all(model.isPrivate.map((isPrivate) => harness.newAccount({ isPrivate })));
  const people = await Promise.all(accounts.map((account) => harness.newSession({ account })));
  const keys = await Promise.all(accounts.map((account) => harness.newKey({ account })));
  for (const [i, { id }] of accounts.entries()) {
    await postsTable.setToday(harness, id, '2026-11-24', { creations: model.created[i] ?? 0 });
  }
  return { harness, people, keys, ids: [], commentIds: [] };
}

test('thousands of random steps find no difference from the model: visibility, counts, quotas', async () => {
  vi.spyOn(console, 'log').mockReturnValue();
  let steps = 0;
  const play = async (sequence: readonly Step[]) => {
    const model = new Model();
    const real = await begin(model);
    for (const taken of sequence) {
      await take(model, real, taken);
      steps += 1;
    }
    // At the end two of the four look at each Jes, by key or session.
    for (const [who, { cookie }] of real.people.entries()) {
      for (const index of model.posts.keys()) {
        const isLooking = (who + index) % 4 < 2;
        if (isLooking) await expectRead(model, real, { who, byKey: index % 3 === 0 }, index);
      }
      const me = (await (await real.harness.fetch('/api/auth/me', { cookie })).json()) as Record<string, number>;
      expect(me.totalPosts).toBe(model.totalPosts[who]);
      expect(me.totalFollowing).toBe([...model.follows].filter((edge) => edge.startsWith(`${who}>`)).length);
    }
  };
  // Worlds apart, side by side, since a world waits for its answers most of the time.
  const worlds = fc.array(fc.array(step, { minLength: 100, maxLength: 100 }), { minLength: 5, maxLength: 5 });
  const property = fc.asyncProperty(worlds, async (sequences) => void (await Promise.all(sequences.map(play))));
  await fc.assert(property, { numRuns: 4, endOnFailure: true });
  expect(steps).toBe(2_000);
}, 180_000);
