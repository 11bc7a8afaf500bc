import { describe, expect, test } from 'vitest';
import type { Poll } from '../../src/domain/posts/index.ts';
import { invalid, NOT_FOUND } from '../support/app/answers.ts';
import { answerOf, Harness, type TestSession } from '../support/app/harness.ts';
import { as, type Caller, newJehub, newPost, seenPost } from '../support/app/posts.ts';

const act = (harness: Harness, person: TestSession, method: string, path: string, body?: unknown) =>
  harness.fetch(path, { cookie: person.cookie, method, ...(body !== undefined && { body }) });

const answer = async (...request: Parameters<typeof act>) => await answerOf(await act(...request));

async function profileOf(harness: Harness, person: TestSession) {
  return (await (await harness.fetch('/api/auth/me', { cookie: person.cookie })).json()) as Record<string, number>;
}

describe.each([
  ['like', 'liked', 'likes'],
  ['save', 'saved', 'saves'],
])('POST and DELETE /api/posts/:id/%s', (path, is, total) => {
  test('count each person once, also after repetitions', async () => {
    const harness = new Harness();
    const [author, ada, bob] = [await harness.newSession(), await harness.newSession(), await harness.newSession()];
    const { id } = await newPost(harness, author);
    const set = (person: TestSession, method: string) => answer(harness, person, method, `/api/posts/${id}/${path}`);
    expect(await set(ada, 'POST')).toEqual({ status: 200, body: { [is]: true, [total]: 1 } });
    expect(await set(ada, 'POST')).toEqual({ status: 200, body: { [is]: true, [total]: 1 } });
    expect(await set(bob, 'POST')).toEqual({ status: 200, body: { [is]: true, [total]: 2 } });
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ [total]: 2 });
    expect(await set(ada, 'DELETE')).toEqual({ status: 200, body: { [is]: false, [total]: 1 } });
    expect(await set(ada, 'DELETE')).toEqual({ status: 200, body: { [is]: false, [total]: 1 } });
  });

  test('are exact when many come at once', async () => {
    const harness = new Harness();
    const people = await Promise.all(Array.from({ length: 8 }, () => harness.newSession()));
    const [author] = people;
    if (!author) throw new Error('eight people');
    const { id } = await newPost(harness, author);
    await Promise.all(
      people.flatMap((person) =>
        Array.from({ length: 3 }, () => act(harness, person, 'POST', `/api/posts/${id}/${path}`)),
      ),
    );
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ [total]: 8 });
    await Promise.all(
      people.flatMap((person) =>
        Array.from({ length: 3 }, () => act(harness, person, 'DELETE', `/api/posts/${id}/${path}`)),
      ),
    );
    expect((await seenPost(harness, author, id)).counts).toMatchObject({ [total]: 0 });
  });

  test('are 404 for a Jes that the person may not see', async () => {
    const harness = new Harness();
    const [author, ada] = [await harness.newSession(), await harness.newSession()];
    const { id } = await newPost(harness, author, { visibility: 'PRIVATE' });
    for (const target of [id, '01HK153X000000000000000000', 'nope']) {
      expect(await answer(harness, ada, 'POST', `/api/posts/${target}/${path}`)).toEqual(NOT_FOUND);
      expect(await answer(harness, ada, 'DELETE', `/api/posts/${target}/${path}`)).toEqual(NOT_FOUND);
    }
  });

  test('replay under an Idempotency-Key', async () => {
    const harness = new Harness();
    const ada = await harness.newSession();
    const { id } = await newPost(harness, ada);
    const set = () =>
      harness.fetch(`/api/posts/${id}/${path}`, {
        cookie: ada.cookie,
        method: 'POST',
        headers: { 'Idempotency-Key': 'k' },
      });
    await set();
    await act(harness, ada, 'DELETE', `/api/posts/${id}/${path}`);
    const again = await set();
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect(await answerOf(again)).toEqual({ status: 200, body: { [is]: true, [total]: 1 } });
    expect((await seenPost(harness, ada, id)).counts).toMatchObject({ [total]: 0 });
  });
});

describe('POST and DELETE /api/users/:username/follow', () => {
  test('count on both sides, once', async () => {
    const harness = new Harness();
    const [ada, bob] = [await harness.newSession(), await harness.newSession()];
    const path = `/api/users/${bob.username.toUpperCase()}/follow`;
    const state = (following: boolean, totalFollowers: number) => ({
      status: 200,
      body: { username: bob.username, following, totalFollowers },
    });
    expect(await answer(harness, ada, 'POST', path)).toEqual(state(true, 1));
    expect(await answer(harness, ada, 'POST', path)).toEqual(state(true, 1));
    expect(await profileOf(harness, ada)).toMatchObject({ totalFollowing: 1, totalFollowers: 0 });
    expect(await profileOf(harness, bob)).toMatchObject({ totalFollowing: 0, totalFollowers: 1 });
    expect(await answer(harness, ada, 'DELETE', path)).toEqual(state(false, 0));
    expect(await answer(harness, ada, 'DELETE', path)).toEqual(state(false, 0));
    expect(await profileOf(harness, ada)).toMatchObject({ totalFollowing: 0 });
  });

  test('are exact when people follow each other at once', async () => {
    const harness = new Harness();
    const [ada, bob] = [await harness.newSession(), await harness.newSession()];
    const pairs = [
      [ada, bob],
      [bob, ada],
    ] as const;
    await Promise.all(
      Array.from({ length: 5 }, () => pairs)
        .flat()
        .map(([who, whom]) => act(harness, who, 'POST', `/api/users/${whom.username}/follow`)),
    );
    for (const person of [ada, bob]) {
      expect(await profileOf(harness, person)).toMatchObject({ totalFollowing: 1, totalFollowers: 1 });
    }
  });

  test('know nobody else, and not oneself', async () => {
    const harness = new Harness();
    const ada = await harness.newSession();
    for (const name of ['nobody_has_this', 'x', '%00', 'a'.repeat(300)]) {
      expect(await answer(harness, ada, 'POST', `/api/users/${name}/follow`)).toEqual(NOT_FOUND);
    }
    const oneself = invalid({ path: 'username', message: 'nobody follows themselves' });
    expect(await answer(harness, ada, 'POST', `/api/users/${ada.username}/follow`)).toEqual(oneself);
    expect(await profileOf(harness, ada)).toMatchObject({ totalFollowing: 0, totalFollowers: 0 });
  });
});

describe('JeHubs', () => {
  test('are founded and joined', async () => {
    const harness = new Harness();
    const [ada, bob] = [await harness.newSession(), await harness.newSession()];
    const founded = await answer(harness, ada, 'POST', '/api/jehubs', { name: 'Engines' });
    const { id } = founded.body as { id: string };
    const hub = { id, name: 'Engines', totalMembers: 1, createdAt: '2026-11-24T12:00:00.000Z' };
    expect(founded).toEqual({ status: 201, body: hub });
    const joined = { status: 200, body: { ...hub, totalMembers: 2 } };
    expect(await answer(harness, bob, 'POST', `/api/jehubs/${id}/join`)).toEqual(joined);
    expect(await answer(harness, bob, 'POST', `/api/jehubs/${id}/join`)).toEqual(joined);
    expect(await newPost(harness, bob, { jeHubId: id })).toMatchObject({ jeHub: { id, name: 'Engines' } });
    expect(await answer(harness, bob, 'POST', '/api/jehubs/nope/join')).toEqual(NOT_FOUND);
    expect(await answer(harness, bob, 'POST', '/api/jehubs/01HK153X000000000000000000/join')).toEqual(NOT_FOUND);
  });

  test('have a name of 1 to 50 characters', async () => {
    const harness = new Harness();
    const ada = await harness.newSession();
    const refused = await answer(harness, ada, 'POST', '/api/jehubs', { name: 'x'.repeat(51) });
    expect(refused).toEqual(invalid({ path: 'name', message: 'must be at most 50 characters' }));
  });

  test('keep what is theirs theirs when it is edited', async () => {
    const harness = new Harness();
    const ada = await harness.newSession();
    const { id: jeHubId } = await newJehub(harness, ada, 'Hub');
    const { id } = await newPost(harness, ada, { jeHubId });
    const refused = invalid({ path: 'visibility', message: 'a Jes in a JeHub is for its members' });
    expect(await answer(harness, ada, 'PATCH', `/api/posts/${id}`, { visibility: 'PRIVATE' })).toEqual(refused);
    await expect(await act(harness, ada, 'PATCH', `/api/posts/${id}`, { visibility: 'PUBLIC' })).toHaveStatus(200);
  });
});

describe('POST /api/posts/:id/poll/votes', () => {
  async function pollOf(harness: Harness, author: Caller, fields: object = {}) {
    const jes = await newPost(harness, author, { poll: { options: ['a', 'b', 'c'], ...fields } });
    const ids = jes.poll?.options.map(({ id }) => id) ?? [];
    const vote = (person: TestSession, ...chosen: number[]) =>
      answer(harness, person, 'POST', `/api/posts/${jes.id}/poll/votes`, { optionIds: chosen.map((i) => ids[i]) });
    const votes = async () => {
      const { poll } = await seenPost(harness, author, jes.id);
      return [...(poll?.options.map((option) => option.votes) ?? []), poll?.totalVotes];
    };
    return { id: jes.id, poll: jes.poll as Poll, vote, votes };
  }

  test('counts each person once; voting again replaces the vote', async () => {
    const harness = new Harness();
    const [author, ada, bob] = [await harness.newSession(), await harness.newSession(), await harness.newSession()];
    const { poll, vote, votes } = await pollOf(harness, author);
    const [a, b, c] = poll.options;
    expect(await vote(ada, 0)).toEqual({
      status: 200,
      body: { ...poll, options: [{ ...a, votes: 1 }, b, c], totalVotes: 1 },
    });
    await vote(ada, 0);
    await vote(bob, 0);
    expect(await votes()).toEqual([2, 0, 0, 2]);
    await vote(ada, 2);
    expect(await votes()).toEqual([1, 0, 1, 2]);
  });

  test('takes several options only if the poll allows it, and only its own', async () => {
    const harness = new Harness();
    const [author, ada] = [await harness.newSession(), await harness.newSession()];
    const several = await pollOf(harness, author, { multiple: true });
    expect((await several.vote(ada, 0, 2)).status).toBe(200);
    expect((await several.vote(ada, 1, 2, 2)).status).toBe(200);
    expect(await several.votes()).toEqual([0, 1, 1, 2]);
    const one = await pollOf(harness, author);
    const message = 'must be options of this poll, and one only unless it allows several';
    expect(await one.vote(ada, 0, 1)).toEqual(invalid({ path: 'optionIds', message }));
    const foreign = { optionIds: [several.poll.options[0]?.id] };
    const refused = await answer(harness, ada, 'POST', `/api/posts/${one.id}/poll/votes`, foreign);
    expect(refused).toEqual(invalid({ path: 'optionIds', message }));
    expect(await one.votes()).toEqual([0, 0, 0, 0]);
  });

  test('is open until the very end', async () => {
    const harness = new Harness();
    const [author, ada] = [await harness.newSession(), await harness.newSession()];
    const { vote, votes } = await pollOf(harness, author, { durationHours: 1 });
    harness.now += 3_600_000 - 1;
    expect((await vote(ada, 0)).status).toBe(200);
    harness.now += 1;
    expect(await vote(ada, 1)).toEqual(invalid({ path: 'optionIds', message: 'the poll is over' }));
    expect(await votes()).toEqual([1, 0, 0, 1]);
  });

  test('is exact when many vote, and change their minds, at once', async () => {
    const harness = new Harness();
    const people = await Promise.all(Array.from({ length: 6 }, () => harness.newSession()));
    const { vote, votes } = await pollOf(harness, people[0] as TestSession);
    await Promise.all(people.flatMap((person) => [vote(person, 0), vote(person, 1), vote(person, 0)]));
    const [a = 0, b = 0, c, total] = await votes();
    expect([a + b, c, total]).toEqual([6, 0, 6]);
    await Promise.all(people.map((person) => vote(person, 2)));
    expect(await votes()).toEqual([0, 0, 6, 6]);
  });

  test('is 404 without a poll, and for a Jes that the person may not see', async () => {
    const harness = new Harness();
    const [author, ada] = [await harness.newSession(), await harness.newSession()];
    const hidden = await pollOf(harness, author, {});
    await act(harness, author, 'PATCH', `/api/posts/${hidden.id}`, { visibility: 'PRIVATE' });
    expect(await hidden.vote(ada, 0)).toEqual(NOT_FOUND);
    expect(await hidden.votes()).toEqual([0, 0, 0, 0]);
    // A vote given while one saw it stays as it was.
    const seen = await pollOf(harness, author, {});
    await seen.vote(ada, 0);
    await act(harness, author, 'PATCH', `/api/posts/${seen.id}`, { visibility: 'PRIVATE' });
    expect(await seen.vote(ada, 1)).toEqual(NOT_FOUND);
    expect(await seen.votes()).toEqual([1, 0, 0, 1]);
    const { id } = await newPost(harness, author);
    const body = { optionIds: ['01HK153X000000000000000000'] };
    expect(await answer(harness, ada, 'POST', `/api/posts/${id}/poll/votes`, body)).toEqual(NOT_FOUND);
    const none = await answer(harness, ada, 'POST', `/api/posts/${id}/poll/votes`, { optionIds: [] });
    expect(none).toEqual(invalid({ path: 'optionIds', message: 'choose at least one option' }));
  });

  test('a person posts polls without the limits of keys', async () => {
    const harness = new Harness();
    const ada = await harness.newSession();
    for (let i = 0; i < 12; i++) await newPost(harness, ada);
    expect(as(ada)).toEqual({ cookie: ada.cookie });
  });
});
