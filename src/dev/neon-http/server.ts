import type { IncomingHttpHeaders } from 'node:http';
import { type Scope, scopeOfCredential } from '../emulator/faults.ts';
import {
  type EmulatedRequest,
  type Emulator,
  type EmulatorResponse,
  type Protocol,
  serveEmulator,
} from '../emulator/server.ts';
import type { Run, SqlBackend } from './backend.ts';
import {
  errorAnswer,
  type Payload,
  ProtocolError,
  readConnectionString,
  readPayload,
  resultAnswer,
  resultJson,
} from './protocol.ts';

const PATH = '/sql';
const NOT_FOUND: EmulatorResponse = { status: 404, body: JSON.stringify({ message: 'not found' }) };

/**
 * Serves Neon's SQL over HTTP, `POST /sql`, as the `neon()` client of @neondatabase/serverless speaks it.
 *
 * The password in the client's connection string may end in `.{scope}`: the faults and counters of that
 * scope apply. The counter `statements` counts the statements given to Postgres, the failing one included;
 * the BEGIN and COMMIT of a batch are not among them.
 *
 * A request whose client goes away is carried through. Neon tries to cancel it, and may come too late: the
 * client must expect either.
 *
 * @param options.password that clients must know; it need not be the one of the database behind
 * @param options.backend stays open when the emulator is closed
 * @param options.port on the loopback interface, 0 for a free one
 */
export async function serveNeonHttp(options: {
  readonly backend: SqlBackend;
  readonly password: string;
  readonly port: number;
}): Promise<Emulator> {
  const protocol: Protocol = {
    authenticate: (headers, path) => (path === PATH ? authenticate(headers, options.password) : { refused: NOT_FOUND }),
    execute: (request, scope) => execute(options.backend, request, scope),
    fail: (_, error) => errorAnswer(new ProtocolError(error)),
  };
  return serveEmulator(protocol, options.port);
}

function authenticate(headers: IncomingHttpHeaders, secret: string): { scope: string } | { refused: EmulatorResponse } {
  try {
    const { user, password } = readConnectionString(headers);
    const scope = scopeOfCredential(password, secret);
    if (scope !== undefined) return { scope };
    throw new ProtocolError(`password authentication failed for user '${user}'`, 400, '28P01');
  } catch (error) {
    return { refused: errorAnswer(error) };
  }
}

async function execute(backend: SqlBackend, request: EmulatedRequest, scope: Scope): Promise<EmulatorResponse> {
  if (request.method !== 'POST') return NOT_FOUND;
  try {
    return await answer(backend, readPayload(request.headers, request.body), scope);
  } catch (error) {
    return errorAnswer(error);
  }
}

async function answer(backend: SqlBackend, payload: Payload, scope: Scope): Promise<EmulatorResponse> {
  if ('statement' in payload) {
    scope.count('statements');
    return resultAnswer(resultJson(await backend.query(payload.statement)));
  }
  return backend.transaction(payload.options, async (run: Run) => {
    const results: object[] = [];
    for (const statement of payload.batch) {
      scope.count('statements');
      results.push(resultJson(await run(statement)));
    }
    return resultAnswer({ results });
  });
}
