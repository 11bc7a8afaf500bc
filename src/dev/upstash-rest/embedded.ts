import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import { type Command, type Outcome, type RedisBackend, RedisError, type Reply } from './backend.ts';
import { EMBEDDED_COMMANDS } from './embedded-commands.ts';
import { keepInFile, type MockData, type RedisFile } from './embedded-file.ts';
import { EMBEDDED_SCRIPTS } from './embedded-scripts.ts';
import { LuaSyntaxError, translateLua51 } from './lua51.ts';

// ioredis-mock's Lua, fengari, reads this once, when it is loaded: it is to write 5.0 as "5", as Redis does, and not to
// take 8 KiB for each string that it formats.
process.env.FENGARICONF = JSON.stringify({ LUA_COMPAT_FLOATSTRING: true, LUAL_BUFFERSIZE: 64 });
const { default: RedisMock } = await import('ioredis-mock');

/** The name of the key through which the harness hands out its `run`. */
const HANDOVER_KEY = 'run';

/**
 * ioredis-mock builds a Lua state for every EVAL and closes it when the script has ended well. Parsing the
 * harness takes longer than any script, so it hands out its `run` as the value of a key and ends in an
 * error, which leaves the state open; `run` then works for as long as it is kept.
 */
const HARNESS = `
${EMBEDDED_COMMANDS}
${EMBEDDED_SCRIPTS}
call(true, 'set', '${HANDOVER_KEY}', run)
error('installed')
`;

type Run = (commandCount: number, ...words: Array<string | number>) => string;

const replySchema: z.ZodType<Reply> = z.lazy(() =>
  z.union([z.string().transform(textOfBytes), z.number(), z.null(), z.array(replySchema)]),
);
const errorSchema = z.object({ error: z.string().transform(textOfBytes) });
const answerSchema = z.union([errorSchema, z.array(z.union([errorSchema, z.object({ result: replySchema })]))]);

export interface EmbeddedRedisOptions {
  /** Keeps the data between starts; without it they live in memory. */
  readonly file?: string | undefined;
  /** Receives the path under which a damaged file was put aside. */
  onDamage?(aside: string): void;
}

/**
 * A Redis within this process, for development and tests without a server: ioredis-mock with the commands
 * that a cache, a limiter or a lock needs made to check and to answer as Redis 7.0 does. Each call makes a
 * Redis of its own.
 *
 * All commands go the way of a script's, so that they behave alike within scripts and outside. See
 * EMBEDDED_COMMANDS for what it knows.
 */
export function openEmbeddedRedis(options: EmbeddedRedisOptions = {}): RedisBackend {
  // ioredis-mock shares the data of equal addresses.
  const redis = new RedisMock({ host: `embedded-${randomUUID()}` });
  // The file is read after the installation, which uses a key for itself.
  const installed = install(redis).then((run) => ({ run, file: keepIn(redis, options) }));
  installed.catch(() => undefined); // Whoever calls is told.

  /** Nothing comes in between the commands: Lua runs them in one go. */
  async function execute(commands: readonly Command[]): Promise<Outcome[]> {
    const { run, file } = await installed;
    const words = commands.map(translated).flatMap((command) => [command.length, ...command]);
    const answer = answerSchema.parse(JSON.parse(run(commands.length, ...words)));
    if ('error' in answer) throw new RedisError(answer.error);
    file?.touch();
    return answer;
  }

  return {
    async call(command) {
      const [outcome] = await execute([command]);
      if (!outcome || 'error' in outcome) throw new RedisError(outcome?.error);
      return outcome.result;
    },
    multi: execute,
    async close() {
      const { file } = await installed;
      file?.save();
      redis.disconnect();
    },
  };
}

/** ioredis-mock's types do not name its data. */
function keepIn(redis: Redis, { file, onDamage }: EmbeddedRedisOptions): RedisFile | undefined {
  return file === undefined ? undefined : keepInFile(redis as unknown as MockData, file, onDamage ?? (() => undefined));
}

async function install(redis: Redis): Promise<Run> {
  const failure: unknown = await redis.eval(HARNESS, 0).catch((error: unknown) => error);
  const run: unknown = await redis.get(HANDOVER_KEY);
  if (typeof run !== 'function') throw new Error('the embedded Redis could not be installed', { cause: failure });
  await redis.del(HANDOVER_KEY);
  return run as Run;
}

const translations = new Map<string, string>();

/** The command with its script, if it has one, in the Lua that fengari knows. */
function translated([name, ...args]: Command): Command {
  const at = { EVAL: 0, SCRIPT: 1 }[name.toUpperCase()];
  const script = at === undefined ? undefined : args[at];
  if (at === undefined || script === undefined) return [name, ...args];
  const translation = translations.get(script) ?? translate(script);
  translations.set(script, translation);
  return [name, ...args.with(at, translation)];
}

function translate(script: string): string {
  try {
    return translateLua51(script);
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error;
    throw new RedisError(`ERR Error compiling script (new function): ${error.message}`);
  }
}

/** Undoes the harness's way of writing bytes as characters. */
function textOfBytes(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
