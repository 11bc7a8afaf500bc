import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { newUsername } from '../support/app/names.ts';
import { browsing } from '../support/browser/browsing.ts';
import { confirmByMail, PASSWORD } from '../support/browser/visitor.ts';

const here = browsing();

const FOCUS_STYLE =
  '(({ outlineStyle, boxShadow }) => outlineStyle + " " + boxShadow)(getComputedStyle(document.activeElement))';

/** Tabs, forward only, to the control of that role and name. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox' | 'checkbox' | 'radio', name: string | RegExp) {
  const control = page.getByRole(role, { name, exact: typeof name === 'string' }).first();
  for (let presses = 0; presses < 60; presses++) {
    // The first field of a form may have it already.
    if (presses > 0) await page.keyboard.press('Tab');
    if ((await control.and(page.locator(':focus')).count()) === 1) {
      const outline = await page.evaluate<string>(FOCUS_STYLE);
      // The focus must be visible.
      expect(outline, `focus of ${name}`).not.toBe('none none');
      return;
    }
  }
  throw new Error(`The keyboard does not reach ${role} ${name}`);
}

async function fill(page: Page, name: string, text: string): Promise<void> {
  await tabTo(page, 'textbox', name);
  await page.keyboard.insertText(text);
}

async function press(page: Page, role: 'link' | 'button', name: string | RegExp): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press('Enter');
}

test('every control of the site works by keyboard alone', async () => {
  const page = await (await here.browser.newContext()).newPage();
  const username = newUsername();
  await page.goto(`${here.site.origin}/report-key`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${here.site.origin}/report-key#content`);
  await page.goto(`${here.site.origin}/forgot-password`);

  await press(page, 'link', 'Sign up');
  await page.waitForURL(`${here.site.origin}/sign-up`);
  await fill(page, 'Name', 'Ada Lovelace');
  await fill(page, 'Username', username);
  await fill(page, 'Email address', `${username}@example.com`);
  // A password field has no role.
  await page.keyboard.press('Tab');
  await page.keyboard.insertText(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${here.site.origin}/settings/api-access`);

  await press(page, 'button', 'Mail the link again');
  await page.getByText('We mailed you a link.').waitFor();
  await confirmByMail(page, `${username}@example.com`);
  await press(page, 'link', 'Go to API access');
  await press(page, 'link', 'Generate your first key');
  await page.waitForURL(`${here.site.origin}/settings/api-access/new`);
  await fill(page, 'Label', 'Keyboard');
  for (const scope of [/^Post, edit/, /^Comment as you/]) {
    await tabTo(page, 'checkbox', scope);
    await page.keyboard.press('Space');
  }
  await tabTo(page, 'radio', /^In 90 days/);
  await page.keyboard.press('ArrowDown');
  await tabTo(page, 'textbox', /^Allowed IP addresses/);
  await page.keyboard.insertText('127.0.0.1\n::1');
  await tabTo(page, 'checkbox', /developer terms/);
  await page.keyboard.press('Space');
  await press(page, 'button', 'Generate the key');
  await page.waitForURL(/\/key$/);
  expect(await page.locator('#key').textContent()).toMatch(/^jes_live_[0-9A-Za-z]{49}$/);
  await press(page, 'button', 'I have stored it');
  await page.getByRole('heading', { name: 'Keyboard' }).waitFor();
  expect(await page.locator('.facts').textContent()).toContain('in 365 days');

  await press(page, 'link', 'Revoke Keyboard');
  await page.getByRole('heading', { name: 'Revoke “Keyboard”?' }).waitFor();
  await press(page, 'button', 'Revoke the key');
  await page.getByText('Revoked', { exact: true }).first().waitFor();
  await press(page, 'button', 'Sign out');
  await page.getByText('You are signed out.').waitFor();
});
