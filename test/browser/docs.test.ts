import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';
import { png } from '../support/media/images.ts';
import { mp4 } from '../support/media/videos.ts';

const here = browsing();
const WISH = { label: 'From the reference', may: ['Post, edit', 'See the like'], expiry: 'Never' };

/** A test types faster than a person, and sometimes before the browser moves the focus. */
const AUTOFOCUS = 'Autofocus processing was blocked because a document already has a focused element.';

/** Collects the messages of a page's console. */
async function watched(page: Page): Promise<string[]> {
  const said: string[] = [];
  page.on('console', (message) => {
    if (message.text() !== AUTOFOCUS) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  return said;
}

/** The form that tries an operation, on its page, opened. */
async function openForm(page: Page, operationId: string): Promise<Locator> {
  await page.goto(`${here.site.origin}/docs/reference/${operationId}`);
  const form = page.locator(`#op-${operationId} .try`);
  await form.locator('summary').click();
  return form;
}

/** Sends the form and waits for the response. */
async function send(form: Locator): Promise<{ said: string; body: Record<string, unknown> }> {
  await form.getByRole('button', { name: /^Send/ }).click();
  await form.locator('form section').waitFor();
  const said = (await form.locator('output').textContent()) ?? '';
  return { said, body: JSON.parse((await form.locator('form section').textContent()) ?? '') };
}

test('the reference alone leads a newcomer to a key and the first calls', async () => {
  const context = await here.browser.newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  const said = await watched(page);
  await page.goto(`${here.site.origin}/docs`);
  await page.locator('.text').getByRole('link', { name: 'quickstart', exact: true }).click();
  await page.locator('.text').getByRole('link', { name: 'Settings → API access' }).first().click();
  await page.waitForURL(/\/sign-in\?next=/);
  await signUpByForm(page, here.site.origin);
  const { key } = await generateByForm(page, here.site.origin, WISH);

  await page.goto(`${here.site.origin}/docs#quickstart`);
  // The fragment of the one page that the reference was.
  await page.waitForURL(`${here.site.origin}/docs/quickstart`);
  for (const [section, status] of [
    ['me', '200 OK'],
    ['post', '201 Created'],
  ]) {
    const copy = page.locator(`#${section} ~ .tabs [data-copy]`).first();
    await copy.click();
    await copy.getByText('Copied', { exact: true }).waitFor();
    const line = await page.evaluate<string>('navigator.clipboard.readText()');
    // As in a shell that has the key in its environment.
    const { stdout } = await promisify(execFile)('bash', ['-c', line], {
      env: { ...process.env, JESTHA_API_KEY: key },
    });
    expect(stdout).toContain(`HTTP/1.1 ${status}`);
  }
  expect(said).toEqual([]);
});

test('the reference sends calls with a key, and keeps the key in the page', async () => {
  const context = await here.browser.newContext();
  const page = await context.newPage();
  await signUpByForm(page, here.site.origin);
  const { key } = await generateByForm(page, here.site.origin, { ...WISH, may: ['See the like'] });
  const said = await watched(page);
  const me = await openForm(page, 'getMe');
  const secret = me.getByLabel('API key');
  expect(await secret.getAttribute('type')).toBe('password');
  await me.getByLabel('Show the key').check();
  expect(await secret.getAttribute('type')).toBe('text');
  // The reference sends no cookie, so a call without a key is anonymous even for a signed-in reader.
  expect((await send(me)).body).toMatchObject({ code: 'authentication_required' });
  await secret.fill('jes_live_oops');
  const wrong = await send(me);
  expect(wrong.said).toMatch(/^401 Unauthorized\d+ ms/);
  expect(wrong.body).toMatchObject({ code: 'invalid_api_key' });
  await secret.fill(key);
  const right = await send(me);
  expect(right.said).toMatch(/^200 OK\d+ ms59 of 60 requests left; one more in \d+ secondsRequest [0-9A-Z]{26}$/);
  expect(right.body).toMatchObject({ displayName: 'Ada Lovelace' });

  // On the next page the key is gone.
  const post = await openForm(page, 'createPost');
  expect(await post.getByLabel('API key').inputValue()).toBe('');
  await post.getByLabel('API key').fill(key);
  const forbidden = await send(post);
  expect(forbidden.said).toMatch(/^403 Forbidden/);
  expect(forbidden.body).toMatchObject({ code: 'missing_scope', requiredScope: 'write:jes' });
  const read = await openForm(page, 'getPost');
  await read.getByLabel('API key').fill(key);
  await read.getByLabel('id').fill('01HK153X000000000000000000');
  expect((await send(read)).body).toMatchObject({ code: 'not_found' });

  const kept = await page.evaluate<string>(
    'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }])',
  );
  expect(kept).toBe(JSON.stringify([`${here.site.origin}/docs/reference/getPost`, {}, {}]));
  await page.reload();
  expect(await page.locator('#op-getPost [data-key]').inputValue()).toBe('');
  // Browsers log each status beyond 399. The console must hold no violation of the policy and no error of ours.
  expect(said.filter((one) => !one.startsWith('Failed to load resource'))).toEqual([]);
});

test('the reference posts, refuses and deletes a Jes, and uploads a video', async () => {
  const page = await here.browser.newPage();
  await signUpByForm(page, here.site.origin);
  const { key } = await generateByForm(page, here.site.origin, {
    ...WISH,
    may: ['Post, edit', 'Post and edit JesClips'],
  });
  const post = await openForm(page, 'createPost');
  await post.getByLabel('API key').fill(key);
  const posted = await send(post);
  expect(posted.said).toMatch(/^201 Created/);
  expect(posted.body).toMatchObject({ content: 'Hello from my service' });
  await post.getByLabel('content').fill('');
  const refused = await send(post);
  expect(refused.said).toMatch(/^400 Bad Request/);
  expect(refused.body).toMatchObject({ details: [{ path: 'content', message: 'must not be empty' }] });
  const clip = await openForm(page, 'createJesClip');
  await clip.getByLabel('API key').fill(key);
  await clip.getByLabel('caption').fill('From the reference');
  await clip.getByLabel('video').setInputFiles({ name: 'clip.mp4', mimeType: 'video/mp4', buffer: Buffer.from(mp4()) });
  const clipped = await send(clip);
  expect(clipped.said).toMatch(/^201 Created/);
  expect(clipped.body).toMatchObject({ caption: 'From the reference', video: { mimeType: 'video/mp4' } });
  const remove = await openForm(page, 'deletePost');
  await remove.getByLabel('API key').fill(key);
  await remove.getByLabel('id').fill(String(posted.body.id));
  await remove.getByRole('button', { name: 'Send DELETE' }).click();
  await remove.getByText('204 No Content').waitFor();
});

test('each form of the reference has all fields and shows the curl of its call', async () => {
  const page = await here.browser.newPage();
  await signUpByForm(page, here.site.origin);
  const { key } = await generateByForm(page, here.site.origin, WISH);
  const post = await openForm(page, 'createPost');
  const curl = post.locator('[data-curl]');
  await post.getByLabel('API key').fill(key);
  expect(await post.getByLabel('visibility').locator('option').allTextContents()).toEqual([
    'not sent',
    'PUBLIC',
    'FOLLOWERS',
    'PRIVATE',
  ]);
  await post.getByLabel('content').fill("It's here");
  await post.getByLabel('visibility').selectOption('PRIVATE');
  await post.getByLabel('poll').fill('{"options":["Yes","No"]}');
  expect(await curl.textContent()).toBe(
    [
      `curl -i '${here.site.origin}/api/posts'`,
      '-H "Authorization: Bearer $JESTHA_API_KEY"',
      "-H 'Content-Type: application/json'",
      `-d '{"content":"It'\\''s here","visibility":"PRIVATE","poll":{"options":["Yes","No"]}}'`,
    ].join(' \\\n  '),
  );
  const { stdout } = await promisify(execFile)('bash', ['-c', (await curl.textContent()) ?? ''], {
    env: { ...process.env, JESTHA_API_KEY: key },
  });
  expect(stdout).toContain('HTTP/1.1 201 Created');
  expect((await send(post)).body).toMatchObject({
    content: "It's here",
    visibility: 'PRIVATE',
    poll: { options: [{ text: 'Yes' }, { text: 'No' }] },
  });

  // With files it is a form.
  const files = ['one.png', 'two.png'].map((name) => ({ name, mimeType: 'image/png', buffer: Buffer.from(png()) }));
  await post.getByLabel('media').setInputFiles(files);
  await post.getByLabel('poll').fill('');
  await post.getByLabel('alt').fill('The first\nThe second');
  expect(await curl.textContent()).toContain("-F 'media=@one.png' \\\n  -F 'media=@two.png'");
  expect((await send(post)).body).toMatchObject({ media: [{ alt: 'The first' }, { alt: 'The second' }] });

  // The API, not the form, refuses malformed JSON.
  await post.getByLabel('media').setInputFiles([]);
  await post.getByLabel('alt').fill('');
  await post.getByLabel('location').fill('{"name":');
  expect((await send(post)).body).toMatchObject({ code: 'invalid_request', details: [{ path: 'location' }] });
});

test('a form of the reference says when the next request is allowed', async () => {
  const page = await here.browser.newPage();
  await signUpByForm(page, here.site.origin);
  const { key } = await generateByForm(page, here.site.origin, WISH);
  for (let i = 0; i < 60; i++) {
    await fetch(`${here.site.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${key}` } });
  }
  const me = await openForm(page, 'getMe');
  await me.getByLabel('API key').fill(key);
  const { said } = await send(me);
  expect(said).toMatch(
    /^429 Too Many Requests\d+ ms0 of 60 requests left; one more in \d+ secondsRetry in \d+ seconds/,
  );
});

test('the reference without scripts shows examples in every language and no forms', async () => {
  const page = await (await here.browser.newContext({ javaScriptEnabled: false })).newPage();
  await page.goto(`${here.site.origin}/docs/reference/createPost`);
  expect(await page.locator('.tabs pre').first().textContent()).toContain('curl -i ');
  for (const title of ['Node', 'TypeScript', 'Python', 'PHP', 'Go']) {
    const folded = page.locator('.tabs details', { has: page.locator('summary', { hasText: title }) });
    await folded.locator('summary').click();
    expect(await folded.locator('pre').isVisible()).toBe(true);
  }
  expect(await page.locator('.try:visible').count()).toBe(0);
  expect(await page.getByRole('button').count()).toBe(0);
  await page.getByRole('link', { name: 'Errors', exact: true }).first().click();
  await page.waitForURL(`${here.site.origin}/docs/errors`);
  // An old link to a code ends at the line that leads to it.
  await page.goto(`${here.site.origin}/docs#error-not_found`);
  await page.locator('#error-not_found').getByRole('link').click();
  await page.waitForURL(`${here.site.origin}/docs/errors#not_found`);
});

test('the keyboard alone opens the menu of a phone, follows a link and sends a call', async () => {
  const page = await (await here.browser.newContext({ viewport: { width: 390, height: 800 } })).newPage();
  await page.goto(`${here.site.origin}/docs/reference`);
  const tabTo = async (control: Locator) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      if ((await control.and(page.locator(':focus')).count()) === 1) return;
    }
    throw new Error(`The keyboard does not reach ${control}`);
  };
  await tabTo(page.locator('.menu summary'));
  await page.keyboard.press('Enter');
  await tabTo(page.locator('.menu').getByRole('link', { name: 'Who am I?' }));
  await page.keyboard.press('Enter');
  await page.waitForURL(`${here.site.origin}/docs/reference/getMe`);
  expect(await page.locator('.menu').getAttribute('open')).toBe(null);
  const me = page.locator('#op-getMe .try');
  await tabTo(me.locator('summary'));
  await page.keyboard.press('Enter');
  await tabTo(me.getByLabel('API key'));
  await page.keyboard.insertText('jes_live_oops');
  await page.keyboard.press('Enter');
  await me.getByText('"code": "invalid_api_key"').waitFor();
});

test('a choice of language applies to the whole site, also by keyboard', async () => {
  const page = await (await here.browser.newContext()).newPage();
  const said = await watched(page);
  await page.goto(`${here.site.origin}/docs/quickstart`);
  const chosen = () => page.getByRole('tab', { selected: true }).allTextContents();
  expect(await chosen()).toEqual(['curl', 'curl']);
  await page.getByRole('tab', { name: 'TypeScript' }).first().click();
  await page.keyboard.press('ArrowRight');
  expect(await chosen()).toEqual(['Python', 'Python']);
  expect(await page.getByRole('tabpanel').first().textContent()).toContain('requests.get(');
  await page.goto(`${here.site.origin}/docs/reference/createPost`);
  expect(await chosen()).toEqual(['Python']);
  // A chapter without the chosen language shows another.
  await page.goto(`${here.site.origin}/docs/webhooks`);
  expect(await chosen()).toEqual(['Python']);
  expect(said).toEqual([]);
  await page.goto(`${here.site.origin}/docs#error-not_found`);
  await page.waitForURL(`${here.site.origin}/docs/errors#not_found`);
});

test('the search of the docs finds an error code, a call and a chapter', async () => {
  const page = await (await here.browser.newContext()).newPage();
  const said = await watched(page);
  await page.goto(`${here.site.origin}/docs`);
  const search = page.getByRole('dialog', { name: 'Search the documentation' });
  for (const [words, path] of [
    ['missing scope', '/docs/errors#missing_scope'],
    ['bounce', '/docs/reference/bouncePost'],
    ['rotate secret', '/docs/reference/rotateWebhookSecret'],
    ['rotate', '/docs/rotating'],
    ['upload', '/docs/media'],
    ['encrypt', '/docs/storing#database'],
    ['retry-after', '/docs/limits#beyond'],
  ] as const) {
    await page.keyboard.press('/');
    await search.getByRole('searchbox').fill(words);
    await search.locator(`a[href="${path}"]`).waitFor();
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'hidden' });
  }
  await page.keyboard.press('/');
  await search.getByRole('searchbox').fill('nothing of the kind');
  await search.getByText('0 found').waitFor();
  await search.getByRole('searchbox').fill('ip_not_allowed');
  await search.locator('a').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${here.site.origin}/docs/errors#ip_not_allowed`);
  expect(said).toEqual([]);
});
