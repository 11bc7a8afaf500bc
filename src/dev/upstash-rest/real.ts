import { Redis } from 'ioredis';
import { type Command, type Outcome, type RedisBackend, RedisError, type Reply } from './backend.ts';

/**
 * Opens a real Redis (7.0 or later).
 *
 * @param url `redis://[user:password@]host:port[/database]`.
 * @throws if it cannot be reached now. After a later failure, commands fail until it is back.
 */
export async function openRedis(url: string): Promise<RedisBackend> {
  const client = new Redis(url, {
    lazyConnect: true,
    // A command must fail rather than wait for a reconnection, as a request to Upstash would.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  });
  // Without a listener, ioredis writes every lost connection to the console; commands report it here.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw error;
  }

  // By names in capital letters: ioredis reshapes replies (HGETALL's) by lower-case names only.
  const send = ([name, ...args]: Command): Promise<unknown> => client.call(name.toUpperCase(), ...args);

  return {
    async call(command) {
      try {
        return toReply(await send(command));
      } catch (error) {
        throw asRedisError(error);
      }
    },
    async multi(commands) {
      // Sent in one go on the one connection, so no other request's command comes in between.
      const queued = [send(['MULTI']), ...commands.map(send)];
      const [refused, executed] = await Promise.all([
        Promise.allSettled(queued).then((results) => results.find((result) => result.status === 'rejected')),
        send(['EXEC']).then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        ),
      ]);
      // The first command's own error says more than EXEC's "Transaction discarded".
      if (refused) throw asRedisError(refused.reason);
      if ('error' in executed) throw asRedisError(executed.error);
      return (executed.result as unknown[]).map(toOutcome);
    },
    async close() {
      client.disconnect();
    },
  };
}

function toOutcome(raw: unknown): Outcome {
  return raw instanceof Error ? { error: withoutPosition(raw.message) } : { result: toReply(raw) };
}

/** Converts the parser's RESP2 values to replies: errors within lists become their text. */
function toReply(raw: unknown): Reply {
  if (Array.isArray(raw)) return raw.map(toReply);
  return raw instanceof Error ? raw.message : (raw as Reply);
}

function asRedisError(error: unknown): unknown {
  const isErrorReply = error instanceof Error && error.name === 'ReplyError';
  return isErrorReply ? new RedisError(withoutPosition(error.message)) : error;
}

/** Cuts off the place of the error: it names the metered script, which the client does not know. */
function withoutPosition(message: string): string {
  return message.replace(/ script: [\da-f]{40}, on @user_script:\d+\.$/, '');
}
