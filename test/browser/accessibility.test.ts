import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browsing } from '../support/browsing.ts';
import { clipForm } from '../support/jesclips.ts';
import { Receiver } from '../support/receiver.ts';
import { generateByForm, PASSWORD, signUpByForm } from '../support/visitor.ts';

const { resolve } = createRequire(import.meta.url);
const AXE = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');

const here = browsing();

/** What axe-core finds wrong with the page, each with where. @param rules all of them unless named */
async function violations(page: Page, ...rules: string[]): Promise<string[]> {
  const options = rules.length === 0 ? {} : { runOnly: { type: 'rule', values: rules } };
  const { violations: found } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${page.url()} ${id}: ${target.join(' ')}`));
}

async function isWiderThanScreen(page: Page): Promise<boolean> {
  return await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}

/** Borders of fields that are hard to see (WCAG 2.2, 1.4.11), and targets that are hard to hit (2.5.8). */
async function faultsOfControls(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
    const luminance = (color) => {
      const [r, g, b] = numbers(color).map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      const color = getComputedStyle(element).backgroundColor;
      return (numbers(color)[3] ?? 1) === 1 || !element.parentElement ? color : behind(element.parentElement);
    };
    const contrast = (one, other) => {
      const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
      return (light + 0.05) / (dark + 0.05);
    };
    const found = [];
    const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
    const say = (element, what) => found.push(location.pathname + ' ' + element.tagName + ' ' + (element.name || element.textContent) + ' ' + what);
    for (const field of all('input:not([type=hidden]), select, textarea')) {
      const ratio = contrast(getComputedStyle(field).borderTopColor, behind(field.parentElement));
      if (ratio < 3) say(field, 'border ' + ratio.toFixed(2));
    }
    for (const target of all('button, summary, select, textarea, nav a, a.button, label.choice, input:not([type=hidden], [type=checkbox], [type=radio])')) {
      const { width, height } = target.getBoundingClientRect();
      if (Math.min(width, height) < 24) say(target, width.toFixed(0) + ' by ' + height.toFixed(0));
    }
    return found;
  })()`);
}

/** What is wrong in light and dark, on a desk and on a phone. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    if (await isWiderThanScreen(page)) found.push(`${page.url()} is wider than ${width} pixels`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  // Evaluated by the debugger, which the page's CSP does not bind.
  await page.evaluate(AXE);
  found.push(...(await violations(page)), ...(await faultsOfControls(page)));
  // Between the two only colours differ.
  await page.emulateMedia({ colorScheme: 'dark' });
  const inDark = [
    ...(await violations(page, 'color-contrast', 'link-in-text-block')),
    ...(await faultsOfControls(page)),
  ];
  found.push(...inDark.map((fault) => `dark: ${fault}`));
  return found;
}

/** Goes through every page and state there is; `look` is called at each. */
async function visitAll(page: Page, look: () => Promise<void>): Promise<void> {
  const open = async (path: string) => {
    await page.goto(here.site.origin + path);
    await look();
  };
  const submit = async (button: string) => {
    // Past the browser's own checks, to what the server says.
    await page.evaluate('for (const form of document.forms) form.noValidate = true');
    await page.getByRole('button', { name: button }).click();
    await page.waitForLoadState();
    await look();
  };
  for (const path of ['/docs', '/docs/errors', '/docs/webhooks', '/docs/limits', '/docs/nowhere']) await open(path);
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('rotate');
  await page.locator('.search li').first().waitFor();
  await look();
  await open('/docs/reference/objects');
  await open('/docs/reference/createPost');
  await page.locator('#op-createPost').getByText('Try it').click();
  await page.locator('#op-createPost').getByRole('button', { name: 'Send POST' }).click();
  await page.locator('#op-createPost form section').waitFor();
  await look();

  for (const path of ['/terms/developers', '/privacy', '/report-key', '/@nobody_here']) await open(path);
  await open('/sign-up');
  await submit('Create account');
  await open('/sign-in');
  await submit('Sign in');
  await open('/sign-in?error=google');
  await open('/forgot-password');
  await submit('Send the link');
  await open('/forgot-password/sent');
  await open('/reset-password?token=none');
  await submit('Change the password');
  await open('/verify-email?token=none');
  await open('/post/01HK153X000000000000000000');
  await open('/jesclip/01HK153X000000000000000000');

  const { email } = await signUpByForm(page, here.site.origin);
  await look();
  await open('/settings/api-access/new');
  await page.getByLabel('Where does it work from?').fill('10.0.0.1\nnowhere');
  await submit('Generate the key');
  const wish = {
    label: 'A key',
    may: ['Post, edit', 'Post and edit JesClips'],
    expiry: 'In a year',
    allowlist: '127.0.0.1',
  };
  const { key, id } = await generateByForm(page, here.site.origin, wish);
  await look();
  const response = await fetch(`${here.site.origin}/api/posts`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: 'Hello' }),
  });
  await open(`/post/${((await response.json()) as { id: string }).id}`);
  const clip = await fetch(`${here.site.origin}/api/jesclips`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}` },
    body: clipForm({ caption: 'Look' }),
  });
  await open(`/jesclip/${((await clip.json()) as { id: string }).id}`);
  await open(`/settings/api-access/${id}`);
  for (const details of await page.locator('summary').all()) await details.click();
  await look();
  await open(`/settings/api-access/${id}/webhooks/new`);
  await submit('Add the endpoint');
  const receiver = new Receiver();
  await page.getByLabel('URL').fill(receiver.url());
  await submit('Add the endpoint');
  await page.getByRole('link', { name: 'I have stored it' }).click();
  await look();
  await receiver.plan({ status: 500, body: 'Not now' });
  await submit('Send a test event');
  await receiver.received(1);
  for (const details of await page.locator('summary').all()) await details.click();
  await submit('Check my receiver');
  await page.locator('table tbody a').first().click();
  await look();
  await open(`/settings/api-access/${id}`);
  await generateByForm(page, here.site.origin, wish);
  await page.reload();
  await look();
  await open(`/settings/api-access/${id}/history`);
  await open(`/settings/api-access/${id}/activity`);
  for (const details of await page.locator('summary').all()) await details.click();
  await look();
  await open(`/settings/api-access/${id}`);
  await page.getByText('Revoke A key later').click();
  await page.getByLabel('Hours without a request').fill('0');
  await submit('Schedule the revocation');
  await page.getByLabel('Hours without a request').fill('24');
  await submit('Schedule the revocation');
  await open(`/settings/api-access/${id}/revoke`);
  await submit('Revoke the key');
  const late = await fetch(`${here.site.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${key}` } });
  expect(late.status).toBe(401);
  await open(`/settings/api-access/${id}?status=401&code=api_key_revoked`);
  await open('/settings/api-access');
  await open('/settings/api-access/ended');
  await open('/settings/api-access/01HK153X000000000000000000');
  await open('/verify-email?token=none');
  await submit('Confirm the address');
  await open('/settings/account');
  await submit('Change the password');
  await open('/settings/account/delete');
  await page.getByLabel('Your password').fill('wrong horse');
  await submit('Delete the account');
  await page.getByLabel('Your password').fill(PASSWORD);
  await submit('Delete the account');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await submit('Sign in');
}

test('axe-core finds no fault on any page, and none is wider than the screen', { timeout: 240_000 }, async () => {
  // Without transitions, which would show the colours of a moment between light and dark.
  const page = await (await here.browser.newContext({ reducedMotion: 'reduce' })).newPage();
  const found: string[] = [];
  let looked = 0;
  await visitAll(page, async () => {
    found.push(...(await faults(page)));
    looked += 1;
  });
  expect(found).toEqual([]);
  expect(looked).toBe(63);
});
