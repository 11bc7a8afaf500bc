import { describe, expect, test } from 'vitest';
import { sendKeyMails } from '../../src/domain/key-mails/index.ts';
import { revokeScheduled } from '../../src/domain/keys/index.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness, type TestKey, type TestSession } from '../support/app/harness.ts';
import { mailsTo } from '../support/app/people.ts';
import { outbox, rowsOf } from '../support/database/database.ts';

const ME = '/api/auth/me';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface World {
  readonly harness: Harness;
  readonly person: TestSession;
  readonly older: TestKey;
  readonly newer: TestKey;
  readonly page: string;
}

/** A person who is replacing a key. */
async function rotating(): Promise<World> {
  const harness = new Harness();
  const account = await harness.newAccount();
  const older = await harness.newKey({ account, label: 'Old bridge' });
  harness.now += MINUTE;
  const newer = await harness.newKey({ account, label: 'New bridge' });
  const person = await harness.newSession({ account });
  return { harness, person, older, newer, page: `/settings/api-access/${older.id}` };
}

const use = (harness: Harness, { key }: TestKey, address = '192.0.2.1') => harness.fetch(ME, { key, address });

const schedule = ({ harness, person, page }: World, fields: Record<string, string>) =>
  submit(harness, `${page}/schedule`, fields, person.cookie, '192.0.2.77');

const pageText = async ({ harness, person, page }: World) => await textOf(await open(harness, page, person.cookie));

/** Runs the task, for keys of other tests, too; returns true if the older key is revoked. */
async function sweep({ harness, older }: World): Promise<boolean> {
  await harness.run(revokeScheduled);
  return await isRevoked(harness, older);
}

async function isRevoked(harness: Harness, { id }: TestKey): Promise<boolean> {
  const [row] = await rowsOf(harness, `SELECT revoked_at FROM api_keys WHERE id = '${id}'`);
  return row?.revoked_at !== null;
}

async function mailsOf({ harness, person }: World) {
  while ((await harness.run(sendKeyMails)).hasBacklog);
  return (await mailsTo(`${person.username}@example.com`)).reverse();
}

const REVOKED = {
  status: 401,
  body: { error: 'API key revoked', message: expect.any(String), code: 'api_key_revoked' },
};

describe('a revocation after a silence', () => {
  test('waits for the silence, and revokes exactly', async () => {
    const world = await rotating();
    const { harness, older, newer } = world;
    await use(harness, older);
    const scheduled = await schedule(world, { when: 'silence', hours: '24', at: '' });
    expect([scheduled.status, scheduled.headers.get('Location')]).toEqual([303, world.page]);
    expect(await pageText(world)).toContain(
      '“Old bridge” will be revoked once it has not been used for 24 hours: on 25 Nov 2026, 12:01 UTC at the earliest.',
    );

    expect((await mailsOf(world)).map(({ subject }) => subject)).toContain(
      'The revocation of your Jestha API key "Old bridge" is scheduled',
    );
    harness.now += 24 * HOUR - MINUTE;
    await use(harness, older);
    harness.now += MINUTE;
    expect(await sweep(world)).toBe(false);
    await expect(await use(harness, older)).toHaveStatus(200);
    expect(await pageText(world)).toContain('on 26 Nov 2026, 12:00 UTC at the earliest');

    harness.now += 24 * HOUR - 1;
    expect(await sweep(world)).toBe(false);
    harness.now += 1;
    // Two runs at once revoke it once.
    await Promise.all([sweep(world), sweep(world)]);
    expect(await answerOf(await use(harness, older))).toEqual(REVOKED);
    await expect(await use(harness, newer)).toHaveStatus(200);
    expect(await outbox.eventsOf(harness, older.accountId)).toMatchObject([
      {
        event: 'apikey.revoked',
        data: { id: older.id, revokedReason: 'user', revokedAt: new Date(harness.now).toISOString() },
      },
    ]);
    const text = await pageText(world);
    expect(text).toContain('Revoked 26 Nov 2026, 12:01 UTC by you');
    expect(text).toContain('Revocation scheduled');
    expect(text).not.toContain('Cancel the revocation');
    const mails = (await mailsOf(world)).filter(({ subject }) => subject.includes('Old bridge'));
    expect(mails.map(({ subject }) => subject)).toEqual([
      'A Jestha API key was generated: "Old bridge"',
      'Your Jestha API key "Old bridge" was used from a new network',
      'The revocation of your Jestha API key "Old bridge" is scheduled',
      'Your Jestha API key "Old bridge" was revoked as scheduled',
    ]);
    expect(mails[3]?.text).toContain(
      'was revoked on 2026-11-26, 12:01 UTC, as scheduled: it had not been used for 24 hours. Requests with it are refused.',
    );
  });

  test('comes within a minute if the key was silent for that long before', async () => {
    const world = await rotating();
    const { harness, older } = world;
    harness.now += 3 * HOUR;
    await schedule(world, { when: 'silence', hours: '3' });
    expect(await sweep(world)).toBe(true);
    expect(await answerOf(await use(harness, older))).toEqual(REVOKED);
  });

  test('does not come while the counters do not answer', async () => {
    const world = await rotating();
    const { harness, older } = world;
    await use(harness, older);
    await schedule(world, { when: 'silence', hours: '1' });
    harness.now += 2 * HOUR;
    await harness.upstash.setFaults({ kind: 'refuse' });
    await expect(sweep(world)).rejects.toThrow();
    await harness.upstash.setFaults();
    expect(await isRevoked(harness, older)).toBe(false);
    expect(await sweep(world)).toBe(true);
  });
});

describe('a revocation at a time', () => {
  test('comes then, used or not, and also while Redis is away', async () => {
    const world = await rotating();
    const { harness, older } = world;
    await schedule(world, { when: 'time', at: '2026-11-25T12:00', hours: '24' });
    expect(await pageText(world)).toContain('“Old bridge” will be revoked on 25 Nov 2026, 12:00 UTC');
    harness.now = Date.UTC(2026, 10, 25, 12) - 1;
    await use(harness, older);
    expect(await sweep(world)).toBe(false);
    harness.now += 1;
    await harness.upstash.setFaults({ kind: 'refuse' });
    await sweep(world).catch(() => undefined);
    await harness.upstash.setFaults();
    await harness.sweep();
    expect(await answerOf(await use(harness, older))).toEqual(REVOKED);
    const mails = await mailsOf(world);
    expect(mails.at(-1)?.text).toContain('as scheduled: the time that was chosen had come.');
  });

  test('is announced at once, from where it was asked for', async () => {
    const world = await rotating();
    await schedule(world, { when: 'time', at: '2026-11-27T09:30' });
    const mail = (await mailsOf(world)).at(-1);
    expect(mail?.subject).toBe('The revocation of your Jestha API key "Old bridge" is scheduled');
    expect(mail?.text).toContain('On 2026-11-24, 12:01 UTC from 192.0.2.77, the revocation');
    expect(mail?.text).toContain('It will be revoked on 2026-11-27, 09:30 UTC.');
    expect(mail?.headers).toBeUndefined();
  });
});

test('a schedule is cancelled by a click, and another one takes its place', async () => {
  const world = await rotating();
  const { harness, person, page, older } = world;
  await schedule(world, { when: 'time', at: '2026-11-25T12:00' });
  harness.now += MINUTE;
  await schedule(world, { when: 'time', at: '2026-11-26T12:00' });
  harness.now = Date.UTC(2026, 10, 25, 13);
  expect(await sweep(world)).toBe(false);
  for (let i = 0; i < 2; i++) {
    const cancelled = await submit(harness, `${page}/schedule/cancel`, {}, person.cookie);
    expect([cancelled.status, cancelled.headers.get('Location')]).toEqual([303, page]);
  }
  harness.now += 9 * DAY;
  expect(await sweep(world)).toBe(false);
  await expect(await use(harness, older)).toHaveStatus(200);
  const text = await pageText(world);
  expect(text.match(/Scheduled revocation cancelled/g)).toHaveLength(1);
  expect(text.match(/Revocation scheduled/g)).toHaveLength(2);
  // Nothing is announced that does not hold any more.
  expect((await mailsOf(world)).filter(({ subject }) => subject.includes('scheduled'))).toEqual([]);
});

test.each([
  [{}, 'choose a time or a silence'],
  [{ when: 'later' }, 'choose a time or a silence'],
  [{ when: 'silence', hours: '' }, 'must be a number of hours from 1 to 720'],
  [{ when: 'silence', hours: '0' }, 'must be a number of hours from 1 to 720'],
  [{ when: 'silence', hours: '721' }, 'must be a number of hours from 1 to 720'],
  [{ when: 'silence', hours: '1e2' }, 'must be a number of hours from 1 to 720'],
  [{ when: 'time', at: '' }, 'choose a date and a time (UTC)'],
  [{ when: 'time', at: 'tomorrow' }, 'choose a date and a time (UTC)'],
  [{ when: 'time', at: '2026-11-31T12:00' }, 'choose a date and a time (UTC)'],
  [{ when: 'time', at: '2026-11-24T12:01' }, 'choose a time in the future (UTC)'],
  [{ when: 'time', at: '+010000-01-01T00:00' }, 'choose a date and a time (UTC)'],
] as const)('the form refuses %o, and keeps what was filled in', async (fields, message) => {
  const world = await rotating();
  const response = await schedule(world, { ...fields });
  const html = await response.clone().text();
  await expect(response).toHaveStatus(400);
  expect(await textOf(response)).toContain(message);
  if ('hours' in fields) expect(html).toContain(`value="${fields.hours}"`);
  const [row] = await rowsOf(world.harness, `SELECT revoke_at FROM api_keys WHERE id = '${world.older.id}'`);
  expect(row).toEqual({ revoke_at: null });
});

test('a stranger neither schedules nor cancels', async () => {
  const world = await rotating();
  const { harness, page, older } = world;
  await schedule(world, { when: 'time', at: '2026-11-25T12:00' });
  const stranger = await harness.newSession();
  for (const path of ['schedule', 'schedule/cancel']) {
    const refused = await submit(harness, `${page}/${path}`, { when: 'silence', hours: '1' }, stranger.cookie);
    expect([path, refused.status]).toEqual([path, 404]);
  }
  await expect(await open(harness, `${page}/schedule`, stranger.cookie)).toHaveStatus(404);
  const rows = await rowsOf(
    harness,
    `SELECT revoke_at::text, revoke_after_silence FROM api_keys WHERE id = '${older.id}'`,
  );
  expect(rows).toEqual([{ revoke_at: '2026-11-25 12:00:00+00', revoke_after_silence: null }]);
});

describe('the page of a key under rotation', () => {
  test('gives the verdict on the traffic, and shows both keys on one scale', async () => {
    const world = await rotating();
    const { harness, older, newer } = world;
    expect(await pageText(world)).toContain('The older key has never been used: you can revoke it.');
    for (const hours of [0, 12, 1]) {
      harness.now += hours * HOUR;
      await use(harness, older);
    }
    expect(await pageText(world)).toContain('Wait: the newer key has not been used yet.');
    harness.now += 4 * HOUR;
    await use(harness, newer);
    expect(await pageText(world)).toContain(
      'Wait: the last request with the older key came 4 hours ago; its longest silence since it was generated 17 hours ago was up to 13 hours.',
    );
    harness.now += 10 * HOUR;
    await use(harness, newer);
    await use(harness, newer);
    const text = await pageText(world);
    expect(text).toContain('You can revoke the older key: its last request came 14 hours ago;');
    expect(text).toContain('Older key: 3 requests. Newer key: 3 requests. Most in one hour: 2.');
    expect(await textOf(await open(harness, `/settings/api-access/${newer.id}`, world.person.cookie))).toContain(
      'You can revoke the older key',
    );
  });

  test('of the newer key says who still tries the older one after its end', async () => {
    const world = await rotating();
    const { harness, older, newer, person } = world;
    await harness.revoke(older);
    const newerPage = async () => await textOf(await open(harness, `/settings/api-access/${newer.id}`, person.cookie));
    expect(await newerPage()).not.toContain('Still tried');
    for (const address of ['192.0.2.1', '192.0.2.1', '198.51.100.9']) await use(harness, older, address);
    const text = await newerPage();
    expect(text).toContain('Services that still send the replaced key');
    expect(text).toContain('and 3 requests with it were refused in the last 7 days.');
    expect(text).toContain('192.0.2.1 : 2 times 198.51.100.9 : once');
    const other = await harness.newKey({
      account: { id: older.accountId, username: older.username },
      scopes: ['read:comment'],
    });
    expect(await textOf(await open(harness, `/settings/api-access/${other.id}`, person.cookie))).not.toContain(
      'Still tried',
    );
    harness.now += 8 * DAY;
    expect(await newerPage()).not.toContain('Still tried');
  });
});

test('the list shows scheduled revocations', async () => {
  const world = await rotating();
  const { harness, person, older } = world;
  await schedule(world, { when: 'silence', hours: '48' });
  const response = await harness.fetch('/api/auth/api-keys', { cookie: person.cookie });
  const { apiKeys } = (await response.json()) as {
    apiKeys: { id: string; health: { code: string; message: string }[] }[];
  };
  expect(apiKeys.find(({ id }) => id === older.id)?.health[0]).toEqual({
    code: 'revocation_scheduled',
    severity: 'warning',
    message: 'Will be revoked once it has not been used for 48 hours.',
    action: 'Cancel this on its page if your service still needs it.',
  });
});
