import { expect, test } from 'vitest';
import { POSTS_PER_MINUTE } from '../../src/config/limits.ts';
import { open, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { newPost } from '../support/app/posts.ts';

const MINUTE = 60_000;
const DAY_MINUTES = 24 * 60;

const LABELS = {
  minute: 'Requests in the last minute',
  day: 'Requests in the last 24 hours',
  creations: 'Jes and JesClips today, by all your keys',
};

async function owner() {
  const harness = new Harness();
  const account = await harness.newAccount();
  const apiKey = await harness.newKey({ account });
  const { cookie } = await harness.newSession({ account });
  const page = async () => await textOf(await open(harness, `/settings/api-access/${apiKey.id}`, cookie));
  /** The used part of each meter on the page. */
  const used = async () => {
    const text = await page();
    return Object.values(LABELS).map((label) => new RegExp(`${label}\\s*([\\d,]+) of`).exec(text)?.[1]);
  };
  return { harness, account, apiKey, page, used };
}

test('the page of a key shows how full the minute, the day and the daily quota are', async () => {
  const { harness, account, apiKey, page, used } = await owner();
  await newPost(harness, apiKey);
  await newPost(harness, await harness.newKey({ account }));
  harness.now += 30_000;
  await harness.fetch('/api/auth/me', { key: apiKey.key });
  expect(await used()).toEqual(['2', '2', '2']);
  const text = await page();
  for (const limit of ['2 of 60', '2 of 10,000', '2 of 1,000']) expect(text).toContain(limit);

  harness.now += 30_000;
  expect(await used()).toEqual(['1', '2', '2']);
  harness.now += 30_000;
  expect(await used()).toEqual(['0', '2', '2']);
});

test('a request leaves the meter of the day when it leaves the window: 24 hours and a minute later', async () => {
  const { harness, apiKey, used } = await owner();
  harness.now = Math.floor(harness.now / MINUTE) * MINUTE;
  await harness.fetch('/api/auth/me', { key: apiKey.key });
  harness.now += 5 * MINUTE;
  await harness.fetch('/api/auth/me', { key: apiKey.key });
  harness.now += (DAY_MINUTES - 5) * MINUTE;
  expect((await used())[1]).toBe('2');
  harness.now += MINUTE;
  expect((await used())[1]).toBe('1');
  harness.now += 5 * MINUTE;
  expect((await used())[1]).toBe('0');
});

test('a refused request fills no meter', async () => {
  const { harness, apiKey, used } = await owner();
  for (let i = 0; i < POSTS_PER_MINUTE; i++) await newPost(harness, apiKey);
  const refused = await harness.fetch('/api/posts', { key: apiKey.key, body: { content: 'One more' } });
  await expect(refused).toHaveStatus(429);
  expect(await used()).toEqual(['10', '10', '10']);
});

test('a key without requests leads to the first one, and an ended key to a replacement', async () => {
  const { harness, account, apiKey, page, used } = await owner();
  expect(await page()).toContain('No requests yet');
  expect(await used()).toEqual([undefined, undefined, undefined]);
  await harness.fetch('/api/auth/me', { key: apiKey.key });
  expect(await page()).not.toContain('No requests yet');
  expect(await page()).not.toContain('Generate a replacement');
  harness.now += 400 * DAY_MINUTES * MINUTE;
  const expired = await harness.newKey({ account, expiresAt: new Date(harness.now + MINUTE).toISOString() });
  harness.now += 2 * MINUTE;
  const { cookie } = await harness.newSession({ account });
  const ended = await (await open(harness, `/settings/api-access/${expired.id}`, cookie)).text();
  expect(ended).toContain(`href="/settings/api-access/new?like=${expired.id}"`);
  expect(ended).toContain('Generate a replacement');
});

test('without Redis the page shows no meters', async () => {
  const { harness, apiKey, page, used } = await owner();
  await harness.fetch('/api/auth/me', { key: apiKey.key });
  await harness.upstash.setFaults({ kind: 'refuse' });
  expect(await page()).toContain('Usage is unknown right now');
  expect(await used()).toEqual([undefined, undefined, undefined]);
});
