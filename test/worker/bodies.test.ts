import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey } from '../support/database/node-keys.ts';
import { startWorkers, type Workers } from '../support/worker/workers.ts';

let workers: Workers;

beforeAll(async () => {
  workers = await startWorkers(1, { patient: true });
});
afterAll(() => workers.close());

const JSON_TYPE = 'Content-Type: application/json';
const FORM_TYPE = 'Content-Type: multipart/form-data; boundary=b';
const FORM = '--b\r\nContent-Disposition: form-data; name="content"\r\n\r\nHi\r\n--b--\r\n';

/** Every way in which a body is read, with the beginning of a good one. */
const READERS: Record<string, readonly [line: string, type: string, body: string]> = {
  'JSON of a Jes': ['POST /api/posts', JSON_TYPE, '{"content":"Hi"}'],
  'a form of a Jes': ['POST /api/posts', FORM_TYPE, FORM],
  'JSON of an edit': ['PATCH /api/posts/01HK153X000000000000000000', JSON_TYPE, '{"content":"Hi"}'],
  'a body that may be left out': ['POST /api/posts/01HK153X000000000000000000/bounce', JSON_TYPE, '{"content":"Hi"}'],
  'JSON of a sign-in': ['POST /api/auth/sign-in/email', JSON_TYPE, '{"email":"nobody@example.com","password":"wrong"}'],
  'a form of a page': [
    'POST /sign-in',
    'Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin',
    'email=nobody%40example.com&password=wrong',
  ],
};

/** A request over a connection of its own, as it is written. A sign-in takes no key. */
async function open(line: string, headers: string, body: string | Uint8Array) {
  const { key } = await makeKey(workers.secrets);
  const { hostname, port } = new URL(workers.urls[0] ?? '');
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const bearer = line.includes('sign-in') ? '' : `Authorization: Bearer ${key}\r\n`;
  socket.write(`${line} HTTP/1.1\r\nHost: x\r\n${bearer}${headers}\r\n\r\n`);
  socket.write(body);
  return socket;
}

/** The final answer: its status, and its JSON or text. */
async function answerOf(socket: Awaited<ReturnType<typeof open>>): Promise<[status: number, body: unknown]> {
  let text = '';
  for await (const chunk of socket) {
    text = (text + chunk).replace(/^HTTP\/1\.1 100 .*?\r\n\r\n/s, '');
    const [, status, head = '', body = ''] = /^HTTP\/1\.1 (\d+) (.*?)\r\n\r\n(.*)$/s.exec(text) ?? [];
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    const isWhole = length === undefined ? body.endsWith('0\r\n\r\n') : Buffer.byteLength(body) === Number(length);
    if (status === undefined || !isWhole) continue;
    socket.destroy();
    return [Number(status), head.includes('json') ? JSON.parse(body) : body];
  }
  throw new Error(`no answer, but ${text}`);
}

const unexpected = () => workers.logs.filter((line) => line.includes('unexpected_error'));

describe.each(Object.entries(READERS))('%s', (name, [line, type, body]) => {
  const half = body.slice(0, body.length / 2);
  const BROKE_OFF = [400, expect.anything()];

  test.each([
    ['that ends before its Content-Length', `Content-Length: ${body.length}`, half],
    ['whose chunk ends too early', 'Transfer-Encoding: chunked', `ff\r\n${half}`],
    ['whose last chunk is missing', 'Transfer-Encoding: chunked', `${half.length.toString(16)}\r\n${half}\r\n`],
    ['whose chunks have no size', 'Transfer-Encoding: chunked', `${half}\r\n`],
    ['of which nothing came', `Content-Length: ${body.length}`, ''],
  ])('%s is 400 and not our error', async (_, length, sent) => {
    const socket = await open(line, `${type}\r\n${length}`, sent);
    socket.end();
    const answer = await answerOf(socket);
    expect(answer).toEqual(BROKE_OFF);
    if (name !== 'a form of a page') {
      expect(answer[1]).toMatchObject({ code: 'invalid_request', details: [{ path: 'body', message: 'broke off' }] });
    }
    expect(unexpected()).toEqual([]);
  });

  test('whose sender hangs up is not logged as our error', async () => {
    for (const sent of ['', half]) {
      for (const length of [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']) {
        const socket = await open(line, `${type}\r\n${length}`, length.startsWith('T') ? `ff\r\n${sent}` : sent);
        socket.destroy();
      }
    }
    const last = await answerOf(await open(line, `${type}\r\nContent-Length: ${body.length}`, body));
    expect(last[0]).toBeLessThan(500);
    expect(unexpected()).toEqual([]);
  });

  test('in chunks, byte by byte, and where it is expected', async () => {
    const whole = (await answerOf(await open(line, `${type}\r\nContent-Length: ${body.length}`, body)))[0];
    const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join('');
    const chunked = await open(line, `${type}\r\nTransfer-Encoding: chunked`, `${chunks}0\r\n\r\n`);
    expect((await answerOf(chunked))[0]).toBe(whole);
    const expecting = await open(line, `${type}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue`, body);
    expect((await answerOf(expecting))[0]).toBe(whole);
    expect(whole).toBeLessThan(500);
  });
});

test.each([
  'GET /api/auth/me',
  'DELETE /api/posts/01HK153X000000000000000000',
])('%s does not read the body that it is sent', async (line) => {
  const expected = line.startsWith('GET') ? 200 : 404;
  const sent = await open(line, `${JSON_TYPE}\r\nContent-Length: 1`, '{');
  expect((await answerOf(sent))[0]).toBe(expected);
  const cut = await open(line, `${JSON_TYPE}\r\nContent-Length: 100`, '{');
  cut.end();
  expect((await answerOf(cut))[0]).toBe(expected);
  expect(unexpected()).toEqual([]);
});
