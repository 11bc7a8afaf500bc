import * as z from 'zod';
import type { Command, Outcome, Reply } from './backend.ts';

/**
 * The largest command, in bytes, on the plans "free" and "pay as you go".
 * https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded
 */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;

export const MAX_REQUEST_EXCEEDED = 'ERR max request size exceeded';

export const WRONG_PASS = 'WRONGPASS invalid or missing auth token';

/**
 * Commands that REST cannot execute, since it has no connection to bind, watch or block. PING and ECHO are its only
 * connection commands (https://upstash.com/docs/redis/features/restapi, "REST - Redis API Compatibility"). The last
 * line lists commands that would harm a developer's Redis.
 */
const UNAVAILABLE: ReadonlySet<string> = new Set(
  `SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE MONITOR
   BLPOP BRPOP BRPOPLPUSH BLMOVE BLMPOP BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF
   MULTI EXEC DISCARD WATCH UNWATCH
   AUTH HELLO SELECT SWAPDB QUIT RESET CLIENT CLUSTER ASKING READONLY READWRITE
   ACL CONFIG DEBUG SHUTDOWN FAILOVER REPLICAOF SLAVEOF REPLCONF SYNC PSYNC SAVE BGSAVE BGREWRITEAOF MODULE`.split(
    /\s+/,
  ),
);

/**
 * "Operational commands like AUTH, HELLO, SELECT, COMMAND, CONFIG, INFO, PING, RESET, and QUIT are not
 * charged" (https://upstash.com/pricing/redis); those of them that REST lets through.
 */
const FREE: ReadonlySet<string> = new Set(['COMMAND', 'INFO', 'PING']);

/** The command itself is wrong, or it may not be executed: the error that says so, else undefined. */
export function refusalOf([name, ...args]: Command): string | undefined {
  const upper = name.toUpperCase();
  const blocks = /^XREAD(?:GROUP)?$/.test(upper) && args.some((arg) => arg.toUpperCase() === 'BLOCK');
  if (UNAVAILABLE.has(upper) || blocks) {
    const where = 'https://upstash.com/docs/redis/overall/rediscompatibility';
    return `ERR Command is not available: '${upper}'. See ${where} for details`;
  }
  const bytes = args.reduce((sum, arg) => sum + Buffer.byteLength(arg), Buffer.byteLength(name));
  return bytes > MAX_REQUEST_BYTES ? MAX_REQUEST_EXCEEDED : undefined;
}

export function isBilled(command: string): boolean {
  return !FREE.has(command);
}

const argumentSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const commandSchema = z
  .tuple([z.string().min(1)], argumentSchema)
  .transform(([name, ...args]): Command => [name, ...args]);
const commandsSchema = z.array(commandSchema).min(1);

/** A body's command, or its error. */
export function parseCommand(body: string): { command: Command } | { error: string } {
  const parsed = parseBody(body, commandSchema);
  return 'data' in parsed ? { command: parsed.data } : parsed;
}

/** The commands of a pipeline or a transaction, or their error. */
export function parseCommands(body: string): { commands: Command[] } | { error: string } {
  const parsed = parseBody(body, commandsSchema);
  return 'data' in parsed ? { commands: parsed.data } : parsed;
}

function parseBody<T>(body: string, schema: z.ZodType<T>): { data: T } | { error: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { error: 'ERR failed to parse the request body: not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { data: parsed.data };
  const [issue] = parsed.error.issues;
  return { error: `ERR failed to parse the request body: at [${issue?.path.join('][')}]: ${issue?.message}` };
}

/** An outcome as the body of an answer has it. Errors are never encoded. */
export function render(outcome: Outcome, base64: boolean): Outcome {
  if ('error' in outcome || !base64) return outcome;
  // "All strings in the response will be base64 encoded, except for the "OK" response": one within a list is
  // encoded, and the SDK decodes it.
  return outcome.result === 'OK' ? outcome : { result: encode(outcome.result) };
}

function encode(reply: Reply): Reply {
  if (Array.isArray(reply)) return reply.map(encode);
  return typeof reply === 'string' ? Buffer.from(reply).toString('base64') : reply;
}
