import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { clipForm } from '../app/jesclips.ts';
import { Receiver } from '../app/receiver.ts';
import { MEDIA_FILES } from '../media/media-files.ts';
import type { Site } from './site.ts';
import { generateByForm, PASSWORD, signUpByForm } from './visitor.ts';

/** Called at each page and state, with its name. */
export type Look = (name: string) => Promise<void>;

/** Opens every page, in every state a person can bring it to. */
export async function visitAll(page: Page, site: Site, look: Look): Promise<void> {
  const visitor = new Visitor(page, site, look);
  await visitDocs(visitor);
  await visitSignedOut(visitor);
  const { email } = await signUpByForm(page, site.origin);
  await look('no keys yet');
  const id = await visitKeys(visitor);
  await visitWebhooks(visitor, id);
  await visitOldKey(visitor, id);
  await visitFailing(visitor);
  await visitAccount(visitor, email);
}

class Visitor {
  readonly page: Page;
  readonly site: Site;
  readonly look: Look;

  constructor(page: Page, site: Site, look: Look) {
    this.page = page;
    this.site = site;
    this.look = look;
  }

  async open(path: string, name = path): Promise<void> {
    await this.page.goto(this.site.origin + path);
    await this.look(name);
  }

  /** Sends a form past the checks of the browser, to see the answer of the server. */
  async submit(button: string, name = button): Promise<void> {
    await this.page.evaluate('for (const form of document.forms) form.noValidate = true');
    await this.page.getByRole('button', { name: button }).click();
    await this.page.waitForLoadState();
    await this.look(name);
  }

  async unfoldAll(): Promise<void> {
    for (const details of await this.page.locator('main summary').all()) await details.click();
  }

  /** Calls the API with a key. @throws unless the answer has the status */
  async call(key: string, status: number, path: string, body?: object | FormData): Promise<{ readonly id: string }> {
    const isForm = body instanceof FormData;
    const response = await fetch(this.site.origin + path, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${key}`, ...(body && !isForm && { 'Content-Type': 'application/json' }) },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    await expect(response).toHaveStatus(status);
    const text = await response.text();
    return JSON.parse(text) as { readonly id: string };
  }
}

async function visitDocs(visitor: Visitor): Promise<void> {
  const { page, look } = visitor;
  const chapters = ['', '/quickstart', '/errors', '/webhooks', '/limits', '/nowhere'];
  for (const chapter of chapters) await visitor.open(`/docs${chapter}`);
  await page.keyboard.press('/');
  await page.getByRole('searchbox').fill('rotate');
  await page.locator('.search li').first().waitFor();
  await look('search');
  await visitor.open('/docs/reference/objects');
  await visitor.open('/docs/reference/createPost');
  await page.locator('#op-createPost').getByText('Try it').click();
  await page.locator('#op-createPost').getByRole('button', { name: 'Send POST' }).click();
  await page.locator('#op-createPost form section').waitFor();
  await look('a call tried');
}

async function visitSignedOut(visitor: Visitor): Promise<void> {
  const paths = ['/', '/status', '/terms/developers', '/privacy', '/report-key', '/@nobody_here', '/sign-up'];
  for (const path of paths) await visitor.open(path);
  await visitor.submit('Create account', 'sign-up refused');
  await visitor.open('/sign-in');
  await visitor.submit('Sign in', 'sign-in refused');
  await visitor.open('/sign-in?error=google');
  await visitor.open('/forgot-password');
  await visitor.submit('Send the link', 'forgot-password refused');
  await visitor.open('/forgot-password/sent');
  await visitor.open('/reset-password?token=none');
  await visitor.submit('Change the password', 'reset-password refused');
  await visitor.open('/verify-email?token=none');
  await visitor.open('/post/01HK153X000000000000000000', 'no such Jes');
  await visitor.open('/jesclip/01HK153X000000000000000000', 'no such JesClip');
}

const WISH = {
  label: 'A key',
  may: ['Post, edit', 'Post and edit JesClips', 'Comment as you'],
  expiry: 'In a year',
  allowlist: '127.0.0.1',
};

/** @returns the id of a key with some use */
async function visitKeys(visitor: Visitor): Promise<string> {
  const { page, site, look } = visitor;
  await visitor.open('/settings/api-access/new');
  await page.getByLabel('Allowed IP addresses').fill('10.0.0.1\nnowhere');
  await visitor.submit('Generate the key', 'new key refused');
  const { key, id } = await generateByForm(page, site.origin, WISH);
  await look('a key shown once');
  await visitor.open(`/settings/api-access/${id}`, 'a key without requests');
  const { id: jes } = await visitor.call(key, 201, '/api/posts', { content: 'Hello' });
  await visitor.call(key, 201, `/api/posts/${jes}/comments`, { content: 'A comment' });
  await visitor.open(`/post/${jes}`, 'a Jes');
  const full = new FormData();
  full.append('content', 'Look at https://example.com, @nobody_here. #pictures');
  for (const { name, mimeType, bytes } of MEDIA_FILES.slice(0, 3)) {
    full.append('media', new File([bytes], name, { type: mimeType }));
  }
  const { id: pictures } = await visitor.call(key, 201, '/api/posts', full);
  await visitor.open(`/post/${pictures}`, 'a Jes with pictures');
  const clip = await visitor.call(key, 201, '/api/jesclips', clipForm({ caption: 'Look' }));
  await visitor.open(`/jesclip/${clip.id}`, 'a JesClip');
  await visitor.open(`/settings/api-access/${id}`, 'a key');
  await visitor.unfoldAll();
  await look('a key unfolded');
  return id;
}

async function visitWebhooks(visitor: Visitor, id: string): Promise<void> {
  const { page, look } = visitor;
  await visitor.open(`/settings/api-access/${id}/webhooks/new`, 'new endpoint');
  await visitor.submit('Add the endpoint', 'new endpoint refused');
  const receiver = new Receiver();
  await page.getByLabel('URL').fill(receiver.url());
  await visitor.submit('Add the endpoint', 'a signing secret shown once');
  await page.getByRole('link', { name: 'I have stored it' }).click();
  await look('an endpoint');
  await receiver.plan({ status: 500, body: 'Not now' });
  await visitor.submit('Send a test event', 'a test event');
  await receiver.received(1);
  await visitor.unfoldAll();
  await visitor.submit('Check my receiver', 'a receiver checked');
  await page.locator('table tbody a').first().click();
  await look('a delivery');
}

/** Replaces the key, cleans up, and revokes it. */
async function visitOldKey(visitor: Visitor, id: string): Promise<void> {
  const { page, site, look } = visitor;
  await visitor.open(`/settings/api-access/new?like=${id}`, 'a second key like the first');
  const { key } = await generateByForm(page, site.origin, WISH);
  await page.reload();
  await look('a key not shown again');
  await visitor.open(`/settings/api-access/${id}/history`, 'history');
  await visitor.open(`/settings/api-access/${id}/activity`, 'activity');
  await visitor.unfoldAll();
  await look('activity unfolded');
  await visitor.open(`/settings/api-access/${id}`, 'a key being replaced');
  await page.getByText('Revoke A key later').click();
  await page.getByLabel('Hours without a request').fill('0');
  await visitor.submit('Schedule the revocation', 'a schedule refused');
  await page.getByLabel('Hours without a request').fill('24');
  await visitor.submit('Schedule the revocation', 'a key with a schedule');
  await visitor.open('/settings/api-access', 'two keys');
  for (const label of ['Third', 'Fourth', 'Fifth']) await generateByForm(page, site.origin, { ...WISH, label });
  await visitor.open('/settings/api-access', 'five keys');
  await visitor.open('/settings/api-access/new', 'a sixth key');
  await visitor.open(`/settings/api-access/${id}/revoke`, 'before a revocation');
  await visitor.submit('Revoke the key', 'after a revocation');
  await visitor.call(key, 200, '/api/auth/me');
  await visitor.open(`/settings/api-access/${id}`, 'a revoked key');
  await visitor.open(`/settings/api-access/${id}?status=401&code=api_key_revoked`, 'failed calls filtered');
  await visitor.open('/settings/api-access/ended', 'ended keys');
  await visitor.open('/settings/api-access/01HK153X000000000000000000', 'no such key');
}

/** Visits pages while a store is away. */
async function visitFailing(visitor: Visitor): Promise<void> {
  const { site } = visitor;
  await site.upstash.setFaults({ kind: 'refuse' });
  await visitor.open('/settings/api-access', 'keys without counters');
  await site.upstash.setFaults();
  await site.neon.setFaults({ kind: 'refuse' });
  await visitor.open('/settings/api-access', 'keys without the database');
  await visitor.open('/status', 'status without the database');
  await site.neon.setFaults();
}

async function visitAccount(visitor: Visitor, email: string): Promise<void> {
  const { page } = visitor;
  await visitor.open('/verify-email?token=none', 'verify-email, signed in');
  await visitor.submit('Confirm the address', 'verify-email refused');
  await visitor.open('/settings/account', 'account');
  await visitor.submit('Change the password', 'password refused');
  await visitor.open('/settings/account/delete', 'before a deletion');
  await page.getByLabel('Your password').fill('wrong horse');
  await visitor.submit('Delete the account', 'deletion refused');
  await page.getByLabel('Your password').fill(PASSWORD);
  await visitor.submit('Delete the account', 'account deleted');
  await page.getByLabel('Email address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await visitor.submit('Sign in', 'account being deleted');
}
