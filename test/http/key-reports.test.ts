import { beforeEach, describe, expect, test } from 'vitest';
import { generateKey, revokeAnyKey } from '../../src/domain/keys/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { invalid } from '../support/app/answers.ts';
import { submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { mailsTo, newAddress, newPerson } from '../support/app/people.ts';
import { newPost } from '../support/app/posts.ts';
import { GITHUB_KEY_ID, github, signedByGithub, takeGithubAway } from '../support/cloud/github.ts';
import { rowsOf } from '../support/database/database.ts';

const REPORTS = '/api/key-reports';
const GITHUB = '/api/key-reports/github';
const ME = '/api/auth/me';

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
});

const report = (body: unknown) => harness.fetch(REPORTS, { address: newAddress(), body });
const codeOf = async (key: string) =>
  ((await answerOf(await harness.fetch(ME, { key }))).body as { code?: string }).code;
const reasonOf = async ({ id }: { id: string }) =>
  (await rowsOf(harness, `SELECT revoked_reason FROM api_keys WHERE id = '${id}'`))[0]?.revoked_reason;

describe('a report of a found key', () => {
  test('revokes it everywhere, and mails its owner once, even if it is repeated', async () => {
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person, label: 'Bridge' });
    await harness.fetch(ME, { key: key.key, address: '192.0.2.7' });
    await newPost(harness, key);
    const body = { keys: [` ${key.key}\n`], url: 'https://example.com/paste/4711' };
    for (let i = 0; i < 3; i++) {
      expect(await answerOf(await report(body))).toEqual({ status: 202, body: { received: true } });
    }
    expect(await codeOf(key.key)).toBe('api_key_revoked');
    expect(await reasonOf(key)).toBe('leaked');
    await harness.sweep();
    const mails = (await mailsTo(person.email)).filter(({ subject }) => subject.includes('leaked'));
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain(`${key.key.slice(0, 13)}****`);
    expect(mails[0]?.text).toContain('https://example.com/paste/4711');
    expect(mails[0]?.text).toContain('still there: 1.');
    expect(mails[0]?.text).toContain(`/settings/api-access/${key.id}`);
    expect(mails[0]?.text).not.toContain(key.key);
  });

  test('gets the same answer for live, dead and unknown keys and none; a live one costs more only after the response', async () => {
    const [live, dead, expired] = [
      await harness.newKey(),
      await harness.newKey(),
      await harness.newKey({ expiresInDays: 30 }),
    ];
    await harness.revoke(dead);
    const seen: unknown[] = [];
    const costs: unknown[] = [];
    for (const keys of [[live.key], [dead.key], [expired.key], [generateKey()], ['no key at all'], [live.key]]) {
      await harness.neon.reset();
      await harness.upstash.reset();
      const { response, settled } = harness.start(REPORTS, { address: newAddress(), body: { keys } });
      const answered = await response;
      const headers = [...answered.headers].filter(([name]) => name !== 'x-request-id');
      seen.push([answered.status, await answered.text(), headers]);
      await settled();
      costs.push((await harness.neon.counters()).requests);
    }
    for (const each of seen) expect(each).toEqual(seen[0]);
    // One batch for all; then the markers, what waits for deliveries, and the mails of the two that were live.
    expect(costs).toEqual([5, 1, 5, 1, 1, 1]);
    expect(await reasonOf(dead)).toBe('user');
  });

  test('is held to its form', async () => {
    expect(await answerOf(await report({ keys: [] }))).toEqual(
      invalid({ path: 'keys', message: 'give at least one key' }),
    );
    expect(await answerOf(await report({ keys: Array(101).fill('x') }))).toEqual(
      invalid({ path: 'keys', message: 'at most 100 keys' }),
    );
    for (const url of ['javascript:alert(1)', 'https://e.com/\0', 'https://e.com/\ud800', 'https://e.com/a\nb c']) {
      expect(await answerOf(await report({ keys: [generateKey()], url }))).toEqual(
        invalid({ path: 'url', message: 'must be an http or https URL' }),
      );
    }
  });

  test('ends its keys whatever text lies beside them', async () => {
    const { key } = await harness.newKey();
    await expect(await report({ keys: ['x'.repeat(100_000), '\0', '\ud800', `\n ${key} `] })).toHaveStatus(202);
    expect(await codeOf(key)).toBe('api_key_revoked');
  });

  test('without Neon is 503, and without Redis holds in Neon at once and everywhere with the sweep', async () => {
    const key = await harness.newKey();
    await harness.neon.setFaults({ kind: 'refuse' });
    await expect(await report({ keys: [key.key] })).toHaveStatus(503);
    await harness.neon.setFaults();
    await harness.upstash.setFaults({ kind: 'refuse' });
    await expect(await report({ keys: [key.key] })).toHaveStatus(202);
    await harness.upstash.setFaults();
    await harness.sweep();
    expect(await codeOf(key.key)).toBe('api_key_revoked');
  });

  test('can be made on a page, which gives the same answer to every report', async () => {
    const key = await harness.newKey();
    const send = (fields: Record<string, string>) => submit(harness, '/report-key', fields);
    const live = await send({ keys: `${key.key}\n`, url: '' });
    const none = await send({ keys: 'nothing of ours', url: '' });
    expect([live.status, none.status]).toEqual([202, 202]);
    expect(await textOf(live)).toBe(await textOf(none));
    expect(await codeOf(key.key)).toBe('api_key_revoked');
    const wrong = await send({ keys: '  ', url: 'nowhere' });
    await expect(wrong).toHaveStatus(400);
    const html = await wrong.text();
    expect(html).toContain('give at least one key');
    expect(html).toContain('value="nowhere"');
  });
});

describe('the owner of a key that leaked', () => {
  test('sees it on Settings until they dismiss it, and no other person can dismiss it', async () => {
    const key = await harness.newKey({ label: 'Bridge' });
    const person = await harness.newSession({ account: { id: key.accountId, username: key.username } });
    const stranger = await harness.newSession();
    await harness.run((ctx) => revokeAnyKey(ctx, { id: key.id }, 'leaked'));
    const settings = () => harness.fetch('/settings/api-access', { cookie: person.cookie });
    const dismiss = (cookie: string) => submit(harness, `/settings/api-access/${key.id}/dismiss`, {}, cookie);
    const text = 'Your key Bridge';
    await dismiss(stranger.cookie);
    expect(await textOf(await settings())).toContain(text);
    expect((await dismiss(person.cookie)).headers.get('Location')).toBe('/settings/api-access');
    expect(await textOf(await settings())).not.toContain('was found in public and is revoked');
  });

  test('is mailed by the sweep if the mail server was down', async () => {
    const person = await newPerson(harness);
    const key = await harness.newKey({ account: person });
    const broken = new Harness({ MAIL_API_KEY: 'wrong' });
    await broken.fetch(REPORTS, { address: newAddress(), body: { keys: [key.key] } });
    const leakMails = async () => (await mailsTo(person.email)).filter(({ subject }) => subject.includes('leaked'));
    expect(await leakMails()).toEqual([]);
    await harness.sweep();
    await harness.sweep();
    expect(await leakMails()).toHaveLength(1);
  });
});

describe('GitHub’s secret scanning', () => {
  const send = async (matches: unknown, headers: Record<string, string> = {}) => {
    const body = JSON.stringify(matches);
    return await harness.fetch(GITHUB, {
      address: newAddress(),
      body,
      headers: { ...(await signedByGithub(body)), ...headers },
    });
  };
  const match = (token: string) => ({
    token,
    type: 'jestha_api_key',
    url: 'https://github.com/a/b',
    source: 'content',
  });

  test('ends every live key before the answer, and learns which tokens are ours', async () => {
    const [live, dead] = [await harness.newKey(), await harness.newKey()];
    await harness.revoke(dead);
    const [unknown, nonsense] = [generateKey(), 'jes_live_nonsense'];
    const tokens = [live.key, dead.key, unknown, nonsense];
    const response = await send(tokens.map(match));
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: await Promise.all(
        tokens.map(async (token, i) => ({
          token_hash: await sha256Hex(token),
          token_type: 'jestha_api_key',
          label: i < 2 ? 'true_positive' : 'false_positive',
        })),
      ),
    });
    expect(await codeOf(live.key)).toBe('api_key_revoked');
    expect([await reasonOf(live), await reasonOf(dead)]).toEqual(['leaked', 'user']);
  });

  test('of 1,000 tokens is one batch of statements and one pipeline', async () => {
    const account = await harness.newAccount();
    const keys = await Promise.all(Array.from({ length: 5 }, () => harness.newKey({ account })));
    const tokens = [...keys.map(({ key }) => key), ...Array.from({ length: 995 }, generateKey)];
    await send([match(generateKey())]);
    await harness.neon.reset();
    await harness.upstash.reset();
    const body = JSON.stringify(tokens.map(match));
    const headers = await signedByGithub(body);
    const { response, settled } = harness.start(GITHUB, { address: newAddress(), body, headers });
    const { status, body: matches } = await answerOf(await response);
    expect([status, (matches as { label: string }[]).filter(({ label }) => label === 'true_positive').length]).toEqual([
      200, 5,
    ]);
    await settled();
    // The revocation and the waiting deliveries; after the response two notes and the mails.
    expect((await harness.neon.counters()).requests).toBe(5);
    expect(await harness.upstash.counters()).toMatchObject({ requests: 1 });
    await expect(await send(Array.from({ length: 1_001 }, () => match('x')))).toHaveStatus(400);
  });

  test.each<[string, Record<string, string>]>([
    ['an empty signature', { 'Github-Public-Key-Signature': '' }],
    ['an empty identifier', { 'Github-Public-Key-Identifier': '' }],
    ['a signature that is no base64', { 'Github-Public-Key-Signature': '!' }],
    ['a signature that is no DER', { 'Github-Public-Key-Signature': 'AAAA' }],
    ['a signature of something else', { 'Github-Public-Key-Signature': 'MAYCAQECAQE=' }],
    ['an unknown key', { 'Github-Public-Key-Identifier': 'abc' }],
    ['an identifier with a path', { 'Github-Public-Key-Identifier': '../x' }],
  ])('with %s is 401, and ends nothing', async (_, headers) => {
    const { key } = await harness.newKey();
    const { status, body } = await answerOf(await send([match(key)], headers));
    expect([status, (body as { code: string }).code]).toEqual([401, 'authentication_required']);
    await expect(await harness.fetch(ME, { key })).toHaveStatus(200);
  });

  test.each([
    'https://e.com/\0',
    'https://e.com/\ud800',
    'https://e.com/\nYour account was taken over',
    'javascript:alert(1)',
    '',
  ])('with the place %j ends the key all the same', async (url) => {
    const { key } = await harness.newKey();
    await expect(await send([{ ...match(key), url }])).toHaveStatus(200);
    expect(await codeOf(key)).toBe('api_key_revoked');
  });

  test('is verified before anything else, and over the very bytes', async () => {
    const unsigned = await harness.fetch(GITHUB, {
      address: newAddress(),
      body: 'no JSON',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(await answerOf(unsigned)).toMatchObject({
      status: 401,
      body: { message: 'The headers must sign the body with a key of GitHub’s secret scanning.' },
    });
    const { key } = await harness.newKey();
    const body = JSON.stringify([match(key)]);
    const headers = await signedByGithub(body);
    const changed = await harness.fetch(GITHUB, { address: newAddress(), body: `${body} `, headers });
    await expect(changed).toHaveStatus(401);
    const broken = await harness.fetch(GITHUB, {
      address: newAddress(),
      body: '{',
      headers: await signedByGithub('{'),
    });
    expect((await answerOf(broken)).body).toMatchObject({ code: 'invalid_json' });
  });

  test.each(['r', 's'] as const)('takes signatures whose %s is short', async (scalar) => {
    for (let i = 0; ; i++) {
      const body = JSON.stringify([match(`x${i}`)]);
      const headers = await signedByGithub(body);
      const der = Buffer.from(headers['Github-Public-Key-Signature'] ?? '', 'base64');
      const lengthOfR = der[3] ?? 0;
      // One in 512 is below 32 bytes.
      if ((scalar === 'r' ? lengthOfR : (der[5 + lengthOfR] ?? 0)) >= 32) continue;
      await expect(await harness.fetch(GITHUB, { address: newAddress(), body, headers })).toHaveStatus(200);
      return;
    }
  });

  test('has its keys fetched once, an unknown one once a minute; without them it is 503', async () => {
    harness.now += 3 * 3_600_000;
    const before = github.asked;
    for (let i = 0; i < 3; i++) await send([match('x')]);
    expect(github.asked - before).toBe(1);
    const unknown = { 'Github-Public-Key-Identifier': crypto.randomUUID().replaceAll('-', '') };
    for (let i = 0; i < 3; i++) await send([match('x')], unknown);
    expect(github.asked - before).toBe(2);
    harness.now += 60_000;
    await send([match('x')], unknown);
    expect(github.asked - before).toBe(3);
    takeGithubAway();
    const other = { 'Github-Public-Key-Identifier': `${GITHUB_KEY_ID}0` };
    const { status, body } = await answerOf(await send([match('x')], other));
    expect([status, (body as { code: string }).code]).toEqual([503, 'service_unavailable']);
  });
});
