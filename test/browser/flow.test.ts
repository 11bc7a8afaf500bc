import { createHash } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, listen, PASSWORD, signUpByForm } from '../support/browser/visitor.ts';
import { everythingStored } from '../support/database/stores.ts';

const SCOPES = ['Post, edit, delete and bounce Jes as you.', 'Read the comments of a Jes or JesClip you can see.'];

const here = browsing();

async function call(
  path: string,
  key: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(here.site.origin + path, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** The shown key as a person takes it: by the button where scripts run, else by selecting it. */
async function take(page: Page, context: BrowserContext, hasScripts: boolean, shown: string): Promise<string> {
  const button = page.getByRole('button', { name: 'Copy the key' });
  if (!hasScripts) {
    expect(await button.isVisible()).toBe(false);
    return shown;
  }
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: here.site.origin });
  await button.click();
  await page.getByText('Copied', { exact: true }).waitFor();
  return await page.evaluate('navigator.clipboard.readText()');
}

describe.each([true, false])('with scripts: %s', (javaScriptEnabled) => {
  test('a person signs up, generates a key, uses it, watches it, replaces it and revokes it', async () => {
    const context = await here.browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const heard = listen(context, (url) => url.endsWith('/key'));
    const refusedByCsp: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) refusedByCsp.push(message.text());
    });

    await signUpByForm(page, here.site.origin);
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor();

    const first = await generateByForm(page, here.site.origin, {
      label: 'Blog bridge 🌉',
      may: SCOPES,
      expiry: 'In 30 days',
      allowlist: '127.0.0.0/8\n\n::1',
    });
    const key = await take(page, context, javaScriptEnabled, first.key);
    expect(key).toBe(first.key);
    expect(await page.locator('#curl').textContent()).toContain(`Bearer ${key}'`);
    expect(await page.locator('#env').textContent()).toBe(`JESTHA_API_KEY=${key}`);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('heading', { name: 'Blog bridge 🌉' }).waitFor();
    for (const again of ['back', 'reload'] as const) {
      await (again === 'back' ? page.goBack() : page.reload());
      await page.getByRole('heading', { name: 'This key was already shown' }).waitFor();
      expect(await page.content()).not.toContain(key);
    }

    const posted = await call('/api/posts', key, { content: 'Hello from the flow' });
    expect(posted.status).toBe(201);
    await page.goto(String(posted.body.url));
    await page.getByRole('article').getByText('Hello from the flow').waitFor();
    await page.getByText('via Blog bridge 🌉', { exact: true }).waitFor();

    await page.goto(`${here.site.origin}/settings/api-access`);
    await page.getByText('just now from 127.0.0.1').waitFor();
    await page.getByRole('img', { name: '1 request accepted in the last 24 hours, none throttled.' }).waitFor();
    await page.getByText('127.0.0.0/8').waitFor();

    await page.goto(`${here.site.origin}/settings/api-access/${first.id}`);
    await page.getByRole('link', { name: 'Generate a second key with the same permissions' }).click();
    expect(await page.getByLabel('Label').inputValue()).toBe('Blog bridge 🌉');
    const second = await generateByForm(page, here.site.origin, {
      label: 'Blog bridge 2',
      may: SCOPES,
      expiry: 'Never',
    });
    expect((await call('/api/auth/me', second.key)).status).toBe(200);
    await page.getByRole('button', { name: 'I have stored it' }).click();
    await page.getByRole('heading', { name: 'Rotation under way?' }).waitFor();
    await page.getByText(/^Wait: the older key was last used 1 minute ago/).waitFor();

    await page.getByRole('link', { name: 'Revoke Blog bridge 🌉 now' }).click();
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await page.getByText('Revoked', { exact: true }).first().waitFor();
    const refused = await call('/api/auth/me', key);
    expect([refused.status, refused.body.code]).toEqual([401, 'api_key_revoked']);
    expect((await call('/api/auth/me', second.key)).status).toBe(200);
    await page.getByText('Used from a new address').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goto(`${here.site.origin}/settings/api-access`);
    await page.waitForURL(`${here.site.origin}/sign-in?next=%2Fsettings%2Fapi-access`);

    expect(refusedByCsp).toEqual([]);
    const told = [...heard.texts, ...here.site.logs, ...(await everythingStored(here.site.secrets))].join('\n');
    // Pages, log, rows and entries were all looked at.
    const hash = createHash('sha256').update(second.key).digest('hex');
    for (const trace of ['<h1>Blog bridge 2</h1>', '"event":"request"', `,${hash},`, `windows:${hash}`]) {
      expect(told).toContain(trace);
    }
    for (const secret of [first.key, second.key, PASSWORD]) {
      // Passwords and keys are sent to us, in the bodies of forms and headers of calls, and nowhere else.
      const lines = told.split('\n').filter((line) => line.includes(secret) && !line.startsWith('name='));
      expect(lines).toEqual([]);
    }
    await context.close();
  });
});
