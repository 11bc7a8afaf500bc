import { expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';

const here = browsing();

const FOCUSED = 'document.activeElement.id';

test.each([
  true,
  false,
])('a refused form says what is wrong first, and goes on at the first wrong field; scripts: %s', async (javaScriptEnabled) => {
  const page = await (await here.browser.newContext({ javaScriptEnabled })).newPage();
  await page.goto(`${here.site.origin}/sign-up`);
  // Browsers move the focus with the frame after the load.
  await expect.poll(() => page.evaluate(FOCUSED)).toBe('name');
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('Username').fill('ada lovelace');
  await page.getByLabel('Email address').fill('ada@example.com');
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.title()).toBe('Error: Sign up · Jestha');
  await expect.poll(() => page.evaluate(FOCUSED)).toBe('username');
  const summary = page.getByRole('alert').getByRole('listitem');
  expect(await summary.count()).toBe(2);
  await summary.getByRole('link', { name: 'Password' }).click();
  await page.locator('#password:target').waitFor();
  await page.context().close();
});

test('a password is shown by a switch, and hidden again before it is sent', async () => {
  const page = await (await here.browser.newContext()).newPage();
  await page.goto(`${here.site.origin}/sign-in`);
  const field = page.getByLabel('Password');
  const button = page.getByRole('button', { name: 'Show the password' });
  await page.getByLabel('Email address').fill('ada@example.com');
  await field.fill('correct horse');
  expect([await field.getAttribute('type'), await button.getAttribute('aria-pressed')]).toEqual(['password', 'false']);
  await button.click();
  expect([await field.getAttribute('type'), await button.getAttribute('aria-pressed')]).toEqual(['text', 'true']);
  await page.evaluate(
    `document.querySelector('form[action="/sign-in"]').addEventListener('submit', (event) => event.preventDefault())`,
  );
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(await field.getAttribute('type')).toBe('password');
  const plain = await (await here.browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${here.site.origin}/sign-in`);
  expect(await plain.getByText('Show the password').isVisible()).toBe(false);
  await plain.context().close();
  await page.context().close();
});

test('times are shown in the zone of the reader, and in UTC in their tooltip', async () => {
  const page = await (await here.browser.newContext({ timezoneId: 'Asia/Kolkata' })).newPage();
  await signUpByForm(page, here.site.origin);
  const wish = { label: 'Zoned', may: ['Post, edit'], expiry: 'Never' };
  const { id } = await generateByForm(page, here.site.origin, wish);
  await page.goto(`${here.site.origin}/settings/api-access/${id}`);
  const time = page.locator('dl.facts time').first();
  const at = new Date((await time.getAttribute('datetime')) ?? '');
  const there = new Date(at.getTime() + 5.5 * 3_600_000).toISOString();
  expect(await time.textContent()).toContain(`${there.slice(11, 16)} GMT+5:30`);
  expect(await time.getAttribute('title')).toContain(`${at.toISOString().slice(11, 16)} UTC`);
  await page.context().close();
});
