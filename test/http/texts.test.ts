import { beforeEach, describe, expect, test } from 'vitest';
import { invalid } from '../support/app/answers.ts';
import { answerOf, Harness, type TestKey } from '../support/app/harness.ts';
import { newJesClip } from '../support/app/jesclips.ts';
import { as, newComment, newPost, seenPost } from '../support/app/posts.ts';

let harness: Harness;
let key: TestKey;

beforeEach(async () => {
  harness = new Harness();
  key = await harness.newKey();
});

const NOTHING = [
  '',
  ' \n',
  '\u200b',
  '\u2060\ufeff',
  '\ufe0f',
  '\u202e\u2066',
  '\u3164',
  '\u2800',
  '\u{e0041}',
  '\u0301',
];
const empty = (path: string) => invalid({ path, message: 'must not be empty' });
const post = async (body: unknown) => await answerOf(await harness.fetch('/api/posts', { key: key.key, body }));
const patch = async (path: string, body: unknown) =>
  await answerOf(await harness.fetch(path, { key: key.key, method: 'PATCH', body }));

describe.each(NOTHING)('a text that shows nothing, %j,', (nothing) => {
  test('is no content of a Jes, written or edited', async () => {
    expect(await post({ content: nothing })).toEqual(empty('content'));
    const { id } = await newPost(harness, key);
    expect(await patch(`/api/posts/${id}`, { content: nothing })).toEqual(empty('content'));
    expect((await seenPost(harness, key, id)).content).toBe('A Jes');
  });

  test('is no quote, and no comment', async () => {
    const { id } = await newPost(harness, key);
    for (const path of ['bounce', 'comments']) {
      const answer = await harness.fetch(`/api/posts/${id}/${path}`, { key: key.key, body: { content: nothing } });
      expect(await answerOf(answer)).toEqual(empty('content'));
    }
    const bounced = await harness.fetch(`/api/posts/${id}/bounce`, { key: key.key, method: 'POST' });
    const { body } = (await answerOf(bounced)) as { body: { id: string } };
    expect(await patch(`/api/posts/${body.id}`, { content: nothing })).toEqual(empty('content'));
  });

  test('names no place and no option', async () => {
    expect(await post({ content: 'a', location: { name: nothing } })).toEqual(empty('location.name'));
    expect(await post({ content: 'a', poll: { options: ['yes', nothing] } })).toEqual(empty('poll.options.1'));
  });
});

describe('the options of a poll', () => {
  const poll = (...options: string[]) => post({ content: 'Which?', poll: { options } });
  const same = (...at: number[]) =>
    invalid(...at.map((i) => ({ path: `poll.options.${i}`, message: 'must differ from the options before it' })));

  test.each([
    ['equal', ['yes', 'yes'], [1]],
    ['equal but for white space around them', ['yes', 'no', '\u00a0yes\n'], [2]],
    ['equal in another normal form', ['café', 'cafe\u0301'], [1]],
    ['three times equal', ['a', 'a', 'b', 'a'], [1, 3]],
  ])('that are %s are refused', async (_, options, at) => {
    expect(await poll(...options)).toEqual(same(...at));
  });

  test('may differ in case alone', async () => {
    expect((await poll('US', 'us')).status).toBe(201);
  });
});

test('hashtags and mentions of all scripts are found in a Jes, its edit, a bounce and a JesClip', async () => {
  const ada = await harness.newAccount();
  const content = `❤️#coffee 感谢@${ada.username}的分享 #col·lecció ☀️@${ada.username} #スター・ウォーズ #תנ״ך #བོད་ཡིག #️⃣`;
  const found = {
    hashtags: ['coffee', 'col·lecció', 'スター・ウォーズ', 'תנ״ך', 'བོད་ཡིག'],
    mentions: [{ id: ada.id, username: ada.username }],
  };
  const jes = await newPost(harness, key, { content });
  expect(jes).toMatchObject(found);
  const { id } = await newPost(harness, key);
  expect(await patch(`/api/posts/${id}`, { content })).toMatchObject({ status: 200, body: found });
  const quote = await harness.fetch(`/api/posts/${jes.id}/bounce`, { key: key.key, body: { content } });
  expect(await answerOf(quote)).toMatchObject({ status: 201, body: found });
  expect(await newJesClip(harness, key, { caption: content })).toMatchObject(found);
  // A comment keeps its words, and has no tags.
  expect((await newComment(harness, key, id, { content })).content).toBe(content);
  await expect(await harness.fetch(`/post/${jes.id}`, { ...as(key), headers: { Authorization: '' } })).toHaveStatus(
    200,
  );
});
