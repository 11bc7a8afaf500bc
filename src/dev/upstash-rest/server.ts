import { type Scope, scopeOfCredential } from '../emulator/faults.ts';
import { type EmulatedRequest, type Emulator, type EmulatorResponse, serveEmulator } from '../emulator/server.ts';
import { type Command, type RedisBackend, RedisError } from './backend.ts';
import { isBilled, parseCommand, parseCommands, refusalOf, render, WRONG_PASS } from './protocol.ts';
import { type Executed, ScriptedRedis } from './scripts.ts';

/**
 * Serves Upstash's Redis REST protocol: `POST /` (one command), `/pipeline` and `/multi-exec`. The forms that
 * the SDK does not use are left out: commands in the path, tokens in the query, RESP2, event streams.
 *
 * Besides `requests`, a scope counts `commands`, which is what Upstash would bill, and `command:{NAME}` for
 * every command executed, those that scripts call included.
 *
 * @param options.token the credential, `Authorization: Bearer {token}`; `{token}.{scope}` selects a scope.
 * @param options.backend stays its opener's to close, after the emulator.
 * @see https://upstash.com/docs/redis/features/restapi
 */
export async function serveUpstashRest(options: {
  backend: RedisBackend;
  token: string;
  port: number;
}): Promise<Emulator> {
  const redis = new ScriptedRedis(options.backend);
  return serveEmulator(
    {
      authenticate(headers) {
        const [, credential = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
        const scope = scopeOfCredential(credential, options.token);
        return scope === undefined ? { refused: failure(401, WRONG_PASS) } : { scope };
      },
      execute: (request, scope) => execute(redis, request, scope),
      fail({ path, body }, error) {
        const parsed = path === '/pipeline' ? parseCommands(body) : { error };
        return 'error' in parsed
          ? failure(400, error)
          : answer(
              200,
              parsed.commands.map(() => ({ error })),
            );
      },
    },
    options.port,
  );
}

async function execute(redis: ScriptedRedis, request: EmulatedRequest, scope: Scope): Promise<EmulatorResponse> {
  const endpoint = ENDPOINTS.get(request.path);
  if (!endpoint) return failure(404, 'ERR not found: the emulator serves /, /pipeline and /multi-exec');
  if (request.method !== 'POST') return failure(405, 'ERR method not allowed: the emulator serves POST');
  const base64 = request.headers['upstash-encoding'] === 'base64';
  return endpoint({ redis, scope, base64, body: request.body });
}

interface Exchange {
  readonly redis: ScriptedRedis;
  readonly scope: Scope;
  readonly base64: boolean;
  readonly body: string;
}

const ENDPOINTS: ReadonlyMap<string, (exchange: Exchange) => Promise<EmulatorResponse>> = new Map([
  ['/', single],
  ['/pipeline', pipeline],
  ['/multi-exec', multiExec],
]);

async function single({ redis, scope, base64, body }: Exchange): Promise<EmulatorResponse> {
  const parsed = parseCommand(body);
  if ('error' in parsed) return failure(400, parsed.error);
  const { outcome } = await executeOne(redis, scope, parsed.command);
  return answer('error' in outcome ? 400 : 200, render(outcome, base64));
}

async function pipeline({ redis, scope, base64, body }: Exchange): Promise<EmulatorResponse> {
  const parsed = parseCommands(body);
  if ('error' in parsed) return failure(400, parsed.error);
  const outcomes = [];
  // One after the other, and not atomic: commands of other requests may come in between.
  for (const command of parsed.commands) {
    const { outcome } = await executeOne(redis, scope, command);
    outcomes.push(render(outcome, base64));
  }
  return answer(200, outcomes);
}

async function multiExec({ redis, scope, base64, body }: Exchange): Promise<EmulatorResponse> {
  const parsed = parseCommands(body);
  if ('error' in parsed) return failure(400, parsed.error);
  // One command that cannot be executed discards the transaction; one that fails does not.
  const reason = parsed.commands.map(refusalOf).find((error) => error !== undefined);
  if (reason !== undefined) return failure(400, reason);
  try {
    const executed = await redis.multi(parsed.commands);
    // MULTI and EXEC are not on Upstash's list of commands that are free, so they are taken to be billed.
    count(scope, ['MULTI', ...executed.flatMap(({ commands }) => commands), 'EXEC']);
    return answer(
      200,
      executed.map(({ outcome }) => render(outcome, base64)),
    );
  } catch (error) {
    if (error instanceof RedisError) return failure(400, error.message);
    throw error;
  }
}

async function executeOne(redis: ScriptedRedis, scope: Scope, command: Command): Promise<Executed> {
  const reason = refusalOf(command);
  if (reason !== undefined) return { outcome: { error: reason }, commands: [] };
  const executed = await redis.call(command);
  count(scope, executed.commands);
  return executed;
}

function count(scope: Scope, commands: readonly string[]): void {
  for (const command of commands) {
    scope.count(`command:${command}`);
    if (isBilled(command)) scope.count('commands');
  }
}

function failure(status: number, error: string): EmulatorResponse {
  return answer(status, { error });
}

function answer(status: number, body: unknown): EmulatorResponse {
  return { status, body: JSON.stringify(body) };
}
