import { expect, inject, test } from 'vitest';
import { Receiver } from '../support/app/receiver.ts';
import { isVerified } from '../support/app/verified.ts';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';

const here = browsing();

test('a person adds an endpoint, sees a delivery, rotates the secret, replays and checks the receiver', async () => {
  expect(inject('receiver')).toMatch(/^http:\/\/localhost:/);
  const receiver = new Receiver();
  const page = await (await here.browser.newContext()).newPage();
  await signUpByForm(page, here.site.origin);
  const { key, id } = await generateByForm(page, here.site.origin, {
    label: 'Bridge',
    may: ['Post, edit'],
    expiry: 'In a year',
    allowlist: '',
  });
  await page.goto(`${here.site.origin}/settings/api-access/${id}`);
  await page.getByRole('link', { name: 'Add an endpoint' }).click();
  await page.getByLabel('URL').fill(receiver.url());
  await page.getByLabel('Description').fill('Main');
  await page.getByRole('button', { name: 'Add the endpoint' }).click();
  const secret = await page.locator('#secret').innerText();
  await page.getByRole('link', { name: 'I have stored it' }).click();

  await receiver.plan({ status: 500, times: 1 });
  const post = (content: string) =>
    fetch(`${here.site.origin}/api/posts`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ content }),
    });
  await expect(await post('Hello')).toHaveStatus(201);
  const [first] = await receiver.received(1);
  expect(isVerified(secret, first)).toBe(true);
  await expect
    .poll(async () => {
      await page.reload();
      return await page.locator('table tbody tr').allInnerTexts();
    })
    .toEqual([expect.stringMatching(/jes\.created\s+Pending next attempt.*\s+1\s+500/)]);
  await page.locator('table tbody a').click();
  expect(await page.getByLabel('Payload').innerText()).toContain('"content": "Hello"');
  await page.getByRole('button', { name: 'Send it again' }).click();
  await receiver.received(2);
  await expect
    .poll(async () => {
      await page.reload();
      return await page.locator('.heading .badge').innerText();
    })
    .toBe('Delivered');

  await page.getByRole('link', { name: 'Deliveries' }).click();
  await page.getByRole('button', { name: 'Rotate the secret' }).click();
  const next = await page.locator('#secret').innerText();
  expect(next).not.toBe(secret);
  await page.getByRole('link', { name: 'I have stored it' }).click();
  await page.getByRole('button', { name: 'Send a test event' }).click();
  const test_ = (await receiver.received(3)).at(-1);
  expect([isVerified(secret, test_), isVerified(next, test_)]).toEqual([true, true]);
  await page.getByRole('button', { name: 'Replay missed events' }).click();
  await page.getByText('The deliveries are queued.').waitFor();
  await page.getByRole('button', { name: 'Check my receiver' }).click();
  await page.getByRole('heading', { name: 'Your receiver failed 2 of 6 probes' }).waitFor();
});
