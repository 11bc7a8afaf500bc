import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Received, ReceiverStep } from '../app/receiver.ts';

export interface ReceiverServer {
  /** `http://localhost:{port}`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The requests, the planned responses and the held requests of one scope. */
class Scope {
  readonly received: Received[] = [];
  #steps: { step: ReceiverStep; left: number }[] = [];
  #held: (() => void)[] = [];
  #waiters: { readonly isMet: () => boolean; readonly resolve: () => void }[] = [];

  get held(): number {
    return this.#held.length;
  }

  /** Replaces the plan, and answers held requests. */
  plan(steps: readonly ReceiverStep[]): void {
    this.#steps = steps.map((step) => ({ step, left: step.times ?? Number.POSITIVE_INFINITY }));
    for (const release of this.#held.splice(0)) release();
  }

  take(path: string): ReceiverStep {
    const planned = this.#steps.find(({ step, left }) => left > 0 && (step.path === undefined || step.path === path));
    if (!planned) return {};
    planned.left -= 1;
    return planned.step;
  }

  hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#held.push(resolve);
      this.changed();
    });
  }

  changed(): void {
    this.#waiters = this.#waiters.filter(({ isMet, resolve }) => {
      if (!isMet()) return true;
      resolve();
      return false;
    });
  }

  until(isMet: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push({ isMet, resolve });
      this.changed();
    });
  }
}

/** The receivers of all tests: `/{scope}/…` records what comes and answers as planned under `/__control/{scope}`. */
export async function serveReceiver(): Promise<ReceiverServer> {
  const scopes = new Map<string, Scope>();
  const scopeOf = (name: string) => {
    const scope = scopes.get(name) ?? new Scope();
    scopes.set(name, scope);
    return scope;
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, first = '', second = '', ...rest] = url.pathname.split('/');
    const handled =
      first === '__control'
        ? control(scopeOf(second), url, request, response)
        : receive(scopeOf(first), `/${[second, ...rest].join('/')}`, request, response);
    handled.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(scope: Scope, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const body = await textOf(request);
  scope.received.push({ method: request.method ?? '', path, headers, body, at: Date.now() });
  scope.changed();
  const step = scope.take(path);
  if (step.kind === 'hang') await scope.hold();
  if (step.kind === 'drop') return void response.destroy();
  response.writeHead(step.status ?? 200, step.headers ?? {});
  if (step.kind !== 'endless') return void response.end(step.body ?? 'ok');
  const chunk = 'x'.repeat(256);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

async function control(scope: Scope, url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'PUT') scope.plan(JSON.parse(await textOf(request)) as ReceiverStep[]);
  const atLeast = Number(url.searchParams.get('received') ?? 0);
  const held = Number(url.searchParams.get('held') ?? 0);
  await scope.until(() => scope.received.length >= atLeast && scope.held >= held);
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(scope.received));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
