import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sendKeyMails } from '../../src/domain/key-mails/index.ts';
import { revokeScheduled } from '../../src/domain/keys/index.ts';
import { withContext } from '../../src/ops/context.ts';
import { mailsTo } from '../support/app/people.ts';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';

const HOUR = 3_600_000;
const MAY = ['Post, edit, delete and bounce Jes as you.'];

const here = browsing();

const statusOf = async (key: string) =>
  (await fetch(`${here.site.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${key}` } })).status;

async function post(key: string, content: string): Promise<string> {
  const response = await fetch(`${here.site.origin}/api/posts`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content }),
  });
  await expect(response).toHaveStatus(201);
  return ((await response.json()) as { url: string }).url;
}

async function newPage(javaScriptEnabled: boolean): Promise<Page> {
  return await (await here.browser.newContext({ javaScriptEnabled })).newPage();
}

test('a rotation goes from the second key to the end of the first, without scripts', async () => {
  const { origin, secrets } = here.site;
  const page = await newPage(false);
  const { email } = await signUpByForm(page, origin);
  const first = await generateByForm(page, origin, { label: 'First', may: MAY, expiry: 'Never' });
  expect(await statusOf(first.key)).toBe(200);
  await page.goto(`${origin}/settings/api-access/${first.id}`);
  await page.getByRole('link', { name: 'Generate a second key with the same permissions' }).click();
  const second = await generateByForm(page, origin, { label: 'Second', may: MAY, expiry: 'Never' });

  await page.goto(`${origin}/settings/api-access/${first.id}`);
  await page.getByText('Wait: the newer key has not been used yet.').waitFor();
  expect(await statusOf(second.key)).toBe(200);
  await page.reload();
  await page.getByText(/^Wait: the older key was last used 1 minute ago, and too rarely/).waitFor();
  await page.getByRole('img', { name: 'Requests of both keys by the hour' }).waitFor();
  await page.getByText('Older key: 1 request. Newer key: 1 request.').waitFor();

  await page.getByText('Revoke First later').click();
  await page.getByLabel('Hours without a request').fill('2');
  await page.getByRole('button', { name: 'Schedule the revocation' }).click();
  await page.getByText(/“First” will be revoked once it has not been used for 2 hours/).waitFor();
  await page.goto(`${origin}/settings/api-access`);
  await page.getByText('Will be revoked once it has not been used for 2 hours.').waitFor();

  // Somebody had not moved.
  expect(await statusOf(first.key)).toBe(200);
  await withContext(secrets, Date.now() + HOUR, revokeScheduled);
  expect(await statusOf(first.key)).toBe(200);
  const end = Date.now() + 3 * HOUR;
  await withContext(secrets, end, revokeScheduled);
  expect([await statusOf(first.key), await statusOf(second.key)]).toEqual([401, 200]);
  await withContext(secrets, end, async (ctx) => {
    while ((await sendKeyMails(ctx)).hasBacklog);
  });
  expect((await mailsTo(email)).map(({ subject }) => subject)).toContain(
    'Your Jestha API key "First" was revoked as scheduled',
  );

  await page.goto(`${origin}/settings/api-access/${first.id}`);
  await page.getByText('This key is still in use somewhere.').waitFor();
  await page.goto(`${origin}/settings/api-access/${second.id}`);
  await page.getByRole('heading', { name: 'Services that still send the replaced key' }).waitFor();
  await page.context().close();
});

test('a leak goes from the report to the banner to the clean-up', async () => {
  const { origin } = here.site;
  const page = await newPage(true);
  await signUpByForm(page, origin);
  const { key, id } = await generateByForm(page, origin, { label: 'Leaky', may: MAY, expiry: 'Never' });
  const spam = [await post(key, 'Spam one'), await post(key, 'Spam two'), await post(key, 'Spam three')];

  const stranger = await newPage(false);
  await stranger.goto(`${origin}/report-key`);
  await stranger.getByLabel('The key, or several, one a line').fill(key);
  await stranger.getByLabel('Where did you find it?').fill('https://paste.example/abc');
  await stranger.getByRole('button', { name: /Report/ }).click();
  await stranger.getByRole('heading', { name: 'Thank you' }).waitFor();
  expect(await statusOf(key)).toBe(401);

  await page.goto(`${origin}/settings/api-access`);
  await page.getByText('was found in public and is revoked').waitFor();
  await page.getByText('https://paste.example/abc').waitFor();
  await page.getByRole('link', { name: 'See what it did' }).click();
  await page.waitForURL(`${origin}/settings/api-access/${id}/activity`);
  await page.getByText('3 Jes.', { exact: true }).waitFor();
  await page.getByRole('cell', { name: '127.0.0.1' }).waitFor();

  const two = page.getByRole('listitem').filter({ hasText: 'Spam two' });
  await two.locator('summary').click();
  await two.getByRole('button', { name: 'Delete it for good' }).click();
  await page.getByText('1 deleted.').waitFor();
  await page.getByText('2 Jes.', { exact: true }).waitFor();
  await page.locator('summary').filter({ hasText: 'Delete all of these' }).click();
  await page.getByRole('button', { name: 'Delete 2 Jes for good' }).click();
  await page.getByText('2 deleted.').waitFor();
  await page.getByText('Nothing was made since then.').waitFor();
  for (const url of spam) expect((await page.goto(url))?.status()).toBe(404);

  await page.goto(`${origin}/settings/api-access`);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByText('was found in public and is revoked').waitFor({ state: 'detached' });
  await stranger.context().close();
  await page.context().close();
});
