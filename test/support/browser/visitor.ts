import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { newUsername } from '../app/names.ts';
import { mailsTo } from '../app/people.ts';

export const PASSWORD = 'correct horse battery';

/** Everything that the browser received, except for the page that shows a key. */
export interface Heard {
  readonly texts: string[];
}

/** Keeps every answer the browser gets: status, address, headers, body. The one page that shows a key is left out. */
export function listen(context: BrowserContext, isShownOnce: (url: string) => boolean): Heard {
  const heard: Heard = { texts: [] };
  context.on('response', async (response) => {
    const headers = await response.headersArray().catch(() => []);
    heard.texts.push(response.url(), ...headers.map(({ name, value }) => `${name}: ${value}`));
    heard.texts.push(response.request().postData() ?? '');
    if (isShownOnce(response.url()) && response.status() === 200) return;
    heard.texts.push(await response.text().catch(() => ''));
  });
  return heard;
}

/** Opens the link in the newest mail to an address, in this browser, and presses the button there. */
export async function confirmByMail(page: Page, email: string): Promise<void> {
  let link = '';
  const newestLink = async () => {
    const [mail] = await mailsTo(email);
    link = /https?:\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    return link;
  };
  // Mails leave behind the response.
  await expect.poll(newestLink).not.toBe('');
  await page.goto(link);
  await page.getByRole('button', { name: 'Confirm the address' }).click();
  await page.getByRole('heading', { name: 'Your email address is confirmed' }).waitFor();
}

/** Signs a new person up through the form, and confirms the address. */
export async function signUpByForm(page: Page, origin: string): Promise<{ username: string; email: string }> {
  const username = newUsername();
  const email = `${username}@example.com`;
  await page.goto(`${origin}/sign-up`);
  await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`${origin}/settings/api-access`);
  await confirmByMail(page, email);
  await page.getByRole('link', { name: 'Go to API access' }).click();
  await page.waitForURL(`${origin}/settings/api-access`);
  return { username, email };
}

/** The choices for a new key, by the words of the form. */
export interface Wish {
  readonly label: string;
  readonly may: readonly string[];
  readonly expiry: string;
  readonly allowlist?: string;
}

/** Generates a key through the form and answers it from the page that shows it once. */
export async function generateByForm(page: Page, origin: string, wish: Wish): Promise<{ key: string; id: string }> {
  await page.goto(`${origin}/settings/api-access/new`);
  await page.getByLabel('Label').fill(wish.label);
  for (const scope of wish.may) await page.getByRole('checkbox', { name: scope }).check();
  await page.getByRole('radio', { name: wish.expiry }).check();
  await page.getByLabel('Allowed IP addresses').fill(wish.allowlist ?? '');
  await page.getByRole('checkbox', { name: /developer terms/ }).check();
  await page.getByRole('button', { name: 'Generate the key' }).click();
  await page.waitForURL(/\/settings\/api-access\/[0-9A-Z]{26}\/key$/);
  const key = (await page.locator('#key').textContent()) ?? '';
  expect(key).toMatch(/^jes_live_[0-9A-Za-z]{49}$/);
  return { key, id: /access\/([0-9A-Z]{26})\//.exec(page.url())?.[1] ?? '' };
}
