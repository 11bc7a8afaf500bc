import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { faultSchema, type Scope, Scopes } from './faults.ts';

/** An answer of the emulated protocol. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The protocol-specific part of an emulator; the server around it does HTTP, faults and counting. */
export interface Protocol {
  /** The scope that the request's credential names, or the protocol's answer to a bad credential. */
  authenticate(headers: IncomingHttpHeaders, path: string): { scope: string } | { refused: EmulatorResponse };
  /** Executes one request; counts its commands with `scope.count`. */
  execute(request: EmulatedRequest, scope: Scope): Promise<EmulatorResponse>;
  /** The answer to a request whose commands all fail with an error. */
  fail(request: EmulatedRequest, error: string): EmulatorResponse;
}

export interface EmulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Emulator {
  /** `http://127.0.0.1:{port}`. */
  readonly url: string;
  readonly scopes: Scopes;
  close(): Promise<void>;
}

const CONTROL_PATH = /^\/__control\/([^/]+)(?:\/(faults|held))?$/;

/** Serves a protocol on the loopback interface, with its control endpoints under `/__control/{scope}`. */
export async function serveEmulator(protocol: Protocol, port: number): Promise<Emulator> {
  const scopes = new Scopes();
  const server = createServer((request, response) => {
    const handled = CONTROL_PATH.test(pathOf(request))
      ? control(scopes, request, response)
      : emulate(protocol, scopes, request, response);
    handled.catch((error: unknown) => {
      if (response.destroyed) return;
      send(response, { status: 500, body: error instanceof Error ? `${error.name}: ${error.message}` : 'error' });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    scopes,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function emulate(
  protocol: Protocol,
  scopes: Scopes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathOf(request);
  const body = await readBody(request);
  const authenticated = protocol.authenticate(request.headers, path);
  if ('refused' in authenticated) return send(response, authenticated.refused);
  const scope = scopes.get(authenticated.scope);
  scope.count('requests');

  const fault = scope.take(body);
  if (fault?.kind === 'refuse') return void response.destroy();
  if (fault?.kind === 'error') return send(response, { status: 500, body: 'injected fault' });
  const pause = async (when: 'before' | 'after') => {
    if (fault?.when !== when) return;
    if (fault.kind === 'delay') await delay(fault.ms);
    if (fault.kind === 'hang') await scope.hold();
  };

  await pause('before');
  const emulated = { method: request.method ?? 'GET', path, headers: request.headers, body };
  if (fault?.kind === 'reply') return send(response, protocol.fail(emulated, fault.error));
  const began = performance.now();
  const answer = await protocol.execute(emulated, scope);
  scope.work.micros += (performance.now() - began) * 1_000;
  scope.work.bytes += Buffer.byteLength(body) + Buffer.byteLength(answer.body);
  await pause('after');
  if (fault?.kind === 'close') return void response.destroy();
  if (fault?.kind === 'truncate') return truncate(response, answer);
  send(response, answer);
}

/**
 * `GET /__control/{scope}` answers `{ counters, work, held }`; `PUT …/faults` replaces the faults and lets held
 * requests go; `GET …/held?atLeast=N` answers when N requests are held; `DELETE /__control/{scope}`
 * clears counters, work and faults.
 */
async function control(scopes: Scopes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, name = 'default', part] = CONTROL_PATH.exec(pathOf(request)) ?? [];
  const scope = scopes.get(name);
  const verb = `${request.method} ${part ?? ''}`;
  if (verb === 'PUT faults') {
    scope.setFaults(z.array(faultSchema).parse(JSON.parse(await readBody(request))));
  } else if (verb === 'GET held') {
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    await scope.untilHeld(
      z.coerce
        .number()
        .int()
        .parse(query.get('atLeast') ?? 1),
    );
  } else if (verb === 'DELETE ') {
    scope.setFaults([]);
    scope.counters.clear();
    Object.assign(scope.work, { bytes: 0, micros: 0 });
  } else if (verb !== 'GET ') {
    return send(response, { status: 405, body: '' });
  }
  const state = { counters: Object.fromEntries(scope.counters), work: scope.work, held: scope.held };
  send(response, { status: 200, body: JSON.stringify(state) });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, answer: EmulatorResponse): void {
  response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers });
  response.end(answer.body);
}

function truncate(response: ServerResponse, answer: EmulatorResponse): void {
  const bytes = Buffer.from(answer.body);
  response.writeHead(answer.status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}
