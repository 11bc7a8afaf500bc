import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { newId } from '../../lib/id.ts';
import { mailSchema, type ReceivedMail, toEml } from './eml.ts';
import { mailPage } from './page.ts';

/** Mails of the page, the newest. */
const SHOWN_MAX = 100;
/** Mails kept in memory; files stay. */
const KEPT_MAX = 2_000;

/**
 * Keeps a mail once per idempotency key; returns the id of the mail with the key, or nothing if that is another mail.
 */
type Keep = (mail: ReceivedMail, idempotencyKey: string | undefined) => string | undefined;

function isSameMail(some: ReceivedMail, other: ReceivedMail): boolean {
  const textOf = ({ id: _, receivedAt: __, ...mail }: ReceivedMail) => JSON.stringify(mail);
  return textOf(some) === textOf(other);
}

export interface MailServer {
  /** `http://127.0.0.1:{port}`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Takes mails as Resend's `POST /emails` does and sends them nowhere: they are `.eml` files in a folder, a page at
 * `GET /dev/mail`, and for tests `GET /dev/mail/{address}` as JSON.
 *
 * @param options.folder none = no files
 * @param options.port on the loopback interface, 0 for a free one
 */
export async function serveMail(options: {
  readonly apiKey: string;
  readonly folder?: string | undefined;
  readonly port: number;
}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const keys = new WeakMap<ReceivedMail, string>();
  const keep: Keep = (mail, idempotencyKey) => {
    const known = idempotencyKey === undefined ? undefined : mails.find((other) => keys.get(other) === idempotencyKey);
    if (known) return isSameMail(known, mail) ? known.id : undefined;
    if (idempotencyKey !== undefined) keys.set(mail, idempotencyKey);
    mails.unshift(mail);
    mails.length = Math.min(mails.length, KEPT_MAX);
    if (options.folder === undefined) return mail.id;
    mkdirSync(options.folder, { recursive: true });
    writeFileSync(join(options.folder, `${mail.id}.eml`), toEml(mail), { mode: 0o600 });
    return mail.id;
  };

  const server = createServer((request, response) => {
    const path = pathOf(request);
    if (request.method === 'POST' && path === '/emails') {
      // A request that breaks off is no mail, and must not end the stack.
      receive(request, response, options.apiKey, keep).catch(() => response.destroy());
    } else if (request.method === 'GET' && path === '/dev/mail') {
      send(response, 200, 'text/html; charset=utf-8', mailPage(mails.slice(0, SHOWN_MAX)));
    } else if (request.method === 'GET' && path.startsWith('/dev/mail/')) {
      const address = path.slice('/dev/mail/'.length);
      sendJson(
        response,
        200,
        mails.filter(({ to }) => to.includes(address)),
      );
    } else {
      sendJson(response, 404, { name: 'not_found', message: 'There is nothing here.' });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The path, decoded; empty if it cannot be decoded. */
function pathOf({ url = '/' }: IncomingMessage): string {
  try {
    return decodeURIComponent(url.split('?', 1)[0] ?? '');
  } catch {
    return '';
  }
}

async function receive(request: IncomingMessage, response: ServerResponse, apiKey: string, keep: Keep): Promise<void> {
  if (request.headers.authorization !== `Bearer ${apiKey}`) {
    return sendJson(response, 401, { name: 'invalid_api_key', message: 'API key is invalid' });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const parsed = mailSchema.safeParse(parse(Buffer.concat(chunks).toString('utf8')));
  if (!parsed.success) {
    return sendJson(response, 422, { name: 'validation_error', message: parsed.error.message });
  }
  const receivedAt = new Date();
  const idempotencyKey = request.headers['idempotency-key'];
  const mail = { ...parsed.data, id: newId(receivedAt.getTime()), receivedAt };
  const id = keep(mail, typeof idempotencyKey === 'string' ? idempotencyKey : undefined);
  if (id !== undefined) return sendJson(response, 200, { id });
  sendJson(response, 409, {
    name: 'invalid_idempotent_request',
    message: 'This idempotency key was used with another mail.',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type });
  response.end(body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}
