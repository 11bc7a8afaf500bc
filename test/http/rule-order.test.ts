import { describe, expect, test } from 'vitest';
import { invalid, NOT_FOUND } from '../support/app/answers.ts';
import { answerOf, Harness, type TestRequest } from '../support/app/harness.ts';
import { as, type Caller, newJehub, newPost, sendAs } from '../support/app/posts.ts';
import { NEW_WEBHOOK, newWebhook, webhooksOf } from '../support/app/webhooks.ts';
import { endSession, rowsOf } from '../support/database/database.ts';

const NOWHERE = '01HK153X000000000000000000';

const send = async (harness: Harness, caller: Caller, method: string, path: string, body?: unknown) =>
  await answerOf(await sendAs(harness, caller, method, path, body));

/** Somebody with a Jes in a JeHub, and a stranger who has neither. */
async function newScene(harness: Harness) {
  const [author, stranger] = [await harness.newSession(), await harness.newSession()];
  const hub = await newJehub(harness, author, 'Fox watchers');
  const jes = await newPost(harness, author, { jeHubId: hub.id });
  return { author, stranger, hub, jes };
}

describe('a write that breaks two rules is refused by the first', () => {
  test('a comment on a Jes that is not seen, as a reply to no comment: 404', async () => {
    const harness = new Harness();
    const { stranger, jes } = await newScene(harness);
    const body = { content: 'Re', parentId: NOWHERE };
    expect(await send(harness, stranger, 'POST', `/api/posts/${jes.id}/comments`, body)).toEqual(NOT_FOUND);
  });

  test('an edit: its content before its visibility, its visibility before its files', async () => {
    const harness = new Harness();
    const { author, jes } = await newScene(harness);
    const [content, visibility, media] = ['', 'FOLLOWERS', [{ id: NOWHERE, alt: 'A fox' }]];
    const edit = (change: object) => send(harness, author, 'PATCH', `/api/posts/${jes.id}`, change);
    const words = invalid({ path: 'content', message: 'must not be empty' });
    expect(await edit({ content, visibility, media })).toEqual(words);
    expect(await edit({ content, media })).toEqual(words);
    const members = invalid({ path: 'visibility', message: 'a Jes in a JeHub is for its members' });
    expect(await edit({ visibility, media })).toEqual(members);
    const file = invalid({ path: 'media.0.id', message: 'must be the id of a file of this Jes' });
    expect(await edit({ media })).toEqual(file);
  });

  test('an edit of a plain bounce: its content before its files', async () => {
    const harness = new Harness();
    const [author, person] = [await harness.newSession(), await harness.newSession()];
    const { id } = await newPost(harness, author);
    const bounce = (await send(harness, person, 'POST', `/api/posts/${id}/bounce`, {})).body as { id: string };
    const change = { content: 'Words', media: [{ id: NOWHERE, alt: 'A fox' }] };
    const message = 'a bounce has no content of its own; delete it and quote-bounce instead';
    const refused = await send(harness, person, 'PATCH', `/api/posts/${bounce.id}`, change);
    expect(refused).toEqual(invalid({ path: 'content', message }));
  });

  test('a vote for no option of a poll that is over: its options', async () => {
    const harness = new Harness();
    const { author, stranger } = await newScene(harness);
    const poll = { options: ['Yes', 'No'], durationHours: 1 };
    const { id } = await newPost(harness, author, { poll });
    harness.now += 3_600_000;
    const message = 'must be options of this poll, and one only unless it allows several';
    const refused = await send(harness, stranger, 'POST', `/api/posts/${id}/poll/votes`, { optionIds: [NOWHERE] });
    expect(refused).toEqual(invalid({ path: 'optionIds', message }));
  });
});

describe('an endpoint of a key that has its five, and is revoked', () => {
  async function newFullKey(harness: Harness) {
    const key = await harness.newKey();
    for (let i = 0; i < 5; i++) await newWebhook(harness, key);
    return key;
  }

  test('is refused to its owner for the key', async () => {
    const harness = new Harness();
    const key = await newFullKey(harness);
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    await harness.revoke(key);
    const refused = await send(harness, person, 'POST', webhooksOf(key.id), NEW_WEBHOOK);
    expect(refused).toEqual(invalid({ path: 'id', message: 'must be the id of an active key' }));
    const stranger = await harness.newSession();
    expect(await send(harness, stranger, 'POST', webhooksOf(key.id), NEW_WEBHOOK)).toEqual(NOT_FOUND);
  });

  test('is refused to the key itself for its revocation, where that comes before the write lands', async () => {
    const harness = new Harness();
    const key = await newFullKey(harness);
    await harness.neon.setFaults({ kind: 'hang', match: 'acting_account_of_', times: 1 });
    const { response, settled } = harness.start(webhooksOf(key.id), { key: key.key, body: NEW_WEBHOOK });
    await harness.neon.untilHeld();
    await new Harness().revoke(key);
    await harness.neon.setFaults();
    expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code: 'api_key_revoked' } });
    await settled();
  });
});

describe('a write that breaks a rule is refused for its actor where the session ends before it lands', () => {
  type Scene = Awaited<ReturnType<typeof newScene>>;
  const newKey = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };
  const writes: [string, (scene: Scene) => TestRequest & { readonly path: string }][] = [
    [
      'a Jes in a JeHub of others',
      ({ hub }) => ({ method: 'POST', path: '/api/posts', body: { content: 'Hi', jeHubId: hub.id } }),
    ],
    [
      'a bounce of a Jes that is not seen',
      ({ jes }) => ({ method: 'POST', path: `/api/posts/${jes.id}/bounce`, body: {} }),
    ],
    [
      'a comment on a Jes that is not seen',
      ({ jes }) => ({ method: 'POST', path: `/api/posts/${jes.id}/comments`, body: { content: 'Hi' } }),
    ],
    ['a key of an unproven account', () => ({ method: 'POST', path: '/api/auth/api-keys', body: newKey })],
  ];

  test.each(writes)('%s', async (_, requestIn) => {
    const harness = new Harness();
    const scene = await newScene(harness);
    const { stranger } = scene;
    await rowsOf(harness, `UPDATE accounts SET email_verified = false WHERE id = '${stranger.accountId}'`);
    const { path, ...request } = requestIn(scene);
    await harness.neon.setFaults({ kind: 'hang', match: 'acting_account_of_', times: 1 });
    const { response, settled } = harness.start(path, { ...as(stranger), ...request });
    await harness.neon.untilHeld();
    await endSession(new Harness(), stranger);
    await harness.neon.setFaults();
    expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code: 'authentication_required' } });
    await settled();
  });

  test('an edit of a Jes in a JeHub', async () => {
    const harness = new Harness();
    const { author, jes } = await newScene(harness);
    await harness.neon.setFaults({ kind: 'hang', match: 'acting_account_of_', times: 1 });
    const body = { content: '', visibility: 'PRIVATE' };
    const { response, settled } = harness.start(`/api/posts/${jes.id}`, { ...as(author), method: 'PATCH', body });
    await harness.neon.untilHeld();
    await endSession(new Harness(), author);
    await harness.neon.setFaults();
    expect(await answerOf(await response)).toMatchObject({ status: 401, body: { code: 'authentication_required' } });
    await settled();
  });
});
