import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { browsing } from '../support/browser/browsing.ts';
import { generateByForm, signUpByForm } from '../support/browser/visitor.ts';

const here = browsing();
let attacker: Server;
let form = '';

beforeAll(async () => {
  attacker = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end(form);
  }).listen(0, '127.0.0.1');
  await once(attacker, 'listening');
});
afterAll(async () => {
  attacker.close();
});

test('a form on another site revokes nothing, even where the browser sends the cookie', async () => {
  const context = await here.browser.newContext();
  const page = await context.newPage();
  await signUpByForm(page, here.site.origin);
  const { key, id } = await generateByForm(page, here.site.origin, {
    label: 'Mine',
    may: ['Post, edit'],
    expiry: 'Never',
  });

  form = `<form method="post" action="${here.site.origin}/settings/api-access/${id}/revoke"><button>Win</button></form>`;
  await page.goto(`http://127.0.0.1:${(attacker.address() as AddressInfo).port}/`);
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Cross-site request refused' }).waitFor();

  // The same with a cookie that is sent across sites, as an old or unusual browser would.
  const cookies = await context.cookies();
  await context.addCookies(cookies.map((cookie) => ({ ...cookie, sameSite: 'None' as const, secure: true })));
  await page.goBack();
  const sent = page.waitForRequest((request) => request.method() === 'POST');
  await page.getByRole('button').click();
  expect(await (await sent).headerValue('Cookie')).toContain('jestha.session_token=');
  await page.getByRole('heading', { name: 'Cross-site request refused' }).waitFor();

  const whoami = await fetch(`${here.site.origin}/api/auth/me`, { headers: { Authorization: `Bearer ${key}` } });
  await expect(whoami).toHaveStatus(200);
  await page.goto(`${here.site.origin}/settings/api-access/${id}`);
  await page.getByText('Active', { exact: true }).waitFor();
});
