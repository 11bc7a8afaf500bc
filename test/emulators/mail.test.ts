import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MailServer, serveMail } from '../../src/dev/mail/server.ts';

const API_KEY = 're_test';
const MAIL = {
  from: 'Jestha <no-reply@jestha.com>',
  to: ['zoe@example.com'],
  subject: 'Confirm your email address',
  text: 'Hello.\n\nhttps://jestha.com/verify-email?token=abc',
};

let folder: string;
let server: MailServer;

beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'jestha-mail-')), 'mail');
  server = await serveMail({ apiKey: API_KEY, folder, port: 0 });
});
afterEach(async () => {
  await server.close();
  rmSync(join(folder, '..'), { recursive: true });
});

const post = (body: unknown, authorization = `Bearer ${API_KEY}`) =>
  fetch(`${server.url}/emails`, {
    method: 'POST',
    headers: { Authorization: authorization, 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function send(mail: Record<string, unknown> = {}): Promise<string> {
  const response = await post({ ...MAIL, ...mail });
  await expect(response).toHaveStatus(200);
  return ((await response.json()) as { id: string }).id;
}

const page = async () => await (await fetch(`${server.url}/dev/mail`)).text();
const mailsTo = async (address: string) => await (await fetch(`${server.url}/dev/mail/${address}`)).json();
const emlOf = (id: string) => readFileSync(join(folder, `${id}.eml`), 'utf8');

describe('POST /emails', () => {
  test("takes the same mails as Resend's, and returns the id", async () => {
    const response = await post(MAIL);
    await expect(response).toHaveStatus(200);
    expect(response.headers.get('Content-Type')).toBe('application/json');
    const body = await response.json();
    expect(body).toEqual({ id: expect.ulid() });
    expect(await mailsTo('zoe@example.com')).toEqual([
      { ...MAIL, ...(body as { id: string }), receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
  });

  test.each(['Bearer wrong', `Basic ${API_KEY}`, API_KEY, ''])('with %j is 401', async (authorization) => {
    const response = await post(MAIL, authorization);
    await expect(response).toHaveStatus(401);
    expect(await response.json()).toEqual({ name: 'invalid_api_key', message: 'API key is invalid' });
    expect(await mailsTo('zoe@example.com')).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['no JSON', '{"from":'],
    ['no mail', []],
    ['no recipient', { ...MAIL, to: [] }],
    ['a recipient that is no address', { ...MAIL, to: ['zoe'] }],
    ['a recipient with a header behind it', { ...MAIL, to: ['zoe@example.com\r\nBcc: eve@example.com'] }],
    ['no text', { ...MAIL, text: undefined }],
    ['no subject', { ...MAIL, subject: '' }],
    ['no sender', { ...MAIL, from: '' }],
    ['a field we never send', { ...MAIL, html: '<p>' }],
  ])('with %s is 422, and nothing is kept', async (_, body) => {
    const response = await post(body);
    await expect(response).toHaveStatus(422);
    expect(await response.json()).toEqual({ name: 'validation_error', message: expect.any(String) });
    expect(await page()).toContain('No mail was sent yet.');
  });
});

describe('an Idempotency-Key', () => {
  const sendUnder = (key: string, mail: object) =>
    fetch(`${server.url}/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${API_KEY}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(mail),
    });

  test('makes a repetition the same mail, and refuses another mail', async () => {
    const [first, again, other] = [
      await sendUnder('key-mail/1', MAIL),
      await sendUnder('key-mail/1', MAIL),
      await sendUnder('key-mail/1', { ...MAIL, text: 'Another.' }),
    ];
    expect(await again.json()).toEqual(await first.json());
    expect([other.status, await other.json()]).toEqual([
      409,
      {
        name: 'invalid_idempotent_request',
        message: 'This idempotency key was used with another mail.',
      },
    ]);
    await expect(await sendUnder('key-mail/2', MAIL)).toHaveStatus(200);
    expect(await mailsTo('zoe@example.com')).toHaveLength(2);
  });
});

test('headers of a mail stand in its file, each on a line', async () => {
  const text = emlOf(
    await send({ headers: { 'List-Unsubscribe': '<https://jestha.com/unsubscribe?token=a>\r\nBcc: x' } }),
  );
  expect(text).toContain('\r\nList-Unsubscribe: <https://jestha.com/unsubscribe?token=a> Bcc: x\r\n');
});

test.each([
  ['GET', '/emails'],
  ['GET', '/'],
  ['POST', '/dev/mail'],
  ['GET', '/dev/mailbox'],
  ['DELETE', '/dev/mail/zoe@example.com'],
])('%s %s is 404', async (method, path) => {
  const response = await fetch(server.url + path, { method });
  await expect(response).toHaveStatus(404);
  expect(await response.json()).toEqual({ name: 'not_found', message: 'There is nothing here.' });
});

test('a path that is no text does not end the server', async () => {
  await expect(await fetch(`${server.url}/dev/mail/%`)).toHaveStatus(404);
  await expect(await fetch(`${server.url}/dev/mail`)).toHaveStatus(200);
});

test('a mail that breaks off is not kept, and does not end the server', async () => {
  const request = httpRequest(`${server.url}/emails`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${API_KEY}`, 'Content-Length': 1_000 },
  });
  const failed = once(request, 'error');
  // The server waits for the rest once it has the head of the request.
  request.flushHeaders();
  request.write('{"from":', () => request.destroy(new Error('broken off')));
  await failed;
  expect(await page()).toContain('No mail was sent yet.');
  expect(await send()).toBeTruthy();
});

describe('the file of a mail', () => {
  test('is one of RFC 5322, and only its owner reads it', async () => {
    const id = await send();
    expect(readdirSync(folder)).toEqual([`${id}.eml`]);
    expect(statSync(join(folder, `${id}.eml`)).mode & 0o777).toBe(0o600);
    const text = emlOf(id);
    const date = /^Date: (.*)\r$/m.exec(text)?.[1] ?? '';
    // RFC 5322 section 3.3, with the zone spelt as section 4.3 has it.
    expect(date).toMatch(
      /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/,
    );
    expect(text).toBe(
      [
        `Message-ID: <${id}@localhost>`,
        `Date: ${date}`,
        'From: Jestha <no-reply@jestha.com>',
        'To: zoe@example.com',
        'Subject: Confirm your email address',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        'Hello.',
        '',
        'https://jestha.com/verify-email?token=abc',
        '',
      ].join('\r\n'),
    );
  });

  test('has its text in UTF-8, and line ends as mails have them', async () => {
    const text = emlOf(await send({ text: 'Zoë 🦊\r\nمرحبا\nend' }));
    expect(text.split('\r\n\r\n')[1]).toBe('Zoë 🦊\r\nمرحبا\r\nend\r\n');
  });

  test('has headers of ASCII (RFC 2047), and no more of them than it should', async () => {
    const text = emlOf(await send({ subject: 'Zoë 🦊\r\nBcc: eve@example.com', from: 'Žestha <a@b.example>' }));
    const [headers = ''] = text.split('\r\n\r\n');
    expect(headers).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(headers).not.toMatch(/^Bcc:/m);
    const decoded = (name: string) => {
      const encoded = new RegExp(`^${name}: .*?=\\?utf-8\\?B\\?([^?]*)\\?=`, 'm').exec(headers)?.[1] ?? '';
      return Buffer.from(encoded, 'base64').toString('utf8');
    };
    expect(decoded('Subject')).toBe('Zoë 🦊 Bcc: eve@example.com');
    expect(decoded('From')).toContain('Žestha');
  });

  test('is not there without a folder', async () => {
    const without = await serveMail({ apiKey: API_KEY, port: 0 });
    const response = await fetch(`${without.url}/emails`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${API_KEY}` },
      body: JSON.stringify(MAIL),
    });
    await expect(response).toHaveStatus(200);
    await without.close();
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });
});

describe('GET /dev/mail', () => {
  test('shows the newest first, links as links, and nothing else as HTML', async () => {
    await send({ subject: 'First' });
    await send({
      subject: '<script>alert("1")</script>',
      text: 'https://jestha.com/?a=1&b="2" <img src=x onerror=alert(1)>',
      to: ["o'neil@example.com"],
    });
    const response = await fetch(`${server.url}/dev/mail`);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html.indexOf('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;')).toBeGreaterThan(0);
    expect(html.indexOf('&lt;script&gt;')).toBeLessThan(html.indexOf('<h2>First</h2>'));
    expect(html).not.toMatch(/<script|<img/);
    expect(html).toContain(
      '<a href="https://jestha.com/verify-email?token=abc">https://jestha.com/verify-email?token=abc</a>',
    );
    expect(html).toContain('<a href="https://jestha.com/?a=1&amp;b=&quot;2&quot;">');
    expect(html).toContain("To o'neil@example.com, ");
  });

  test('remembers a hundred', async () => {
    for (let i = 0; i < 101; i++) await send({ subject: `Mail ${i}` });
    const html = await page();
    expect(html.match(/<article>/g)).toHaveLength(100);
    expect(html).not.toContain('<h2>Mail 0</h2>');
    expect(readdirSync(folder)).toHaveLength(101);
  });

  test('/{address} answers the mails to that address, the newest first', async () => {
    await send({ subject: 'First' });
    await send({ subject: 'To another', to: ['eve@example.com'] });
    await send({ subject: 'To both', to: ['eve@example.com', 'zoe@example.com'] });
    expect(await mailsTo('zoe%40example.com')).toMatchObject([{ subject: 'To both' }, { subject: 'First' }]);
    expect(await mailsTo('nobody@example.com')).toEqual([]);
  });
});
