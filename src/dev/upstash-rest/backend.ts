/** A reply of Redis, as JSON carries it. Status replies (`OK`) are strings. */
export type Reply = string | number | null | Reply[];

/** A command's name and its arguments, all as text: Redis knows no other type. */
export type Command = readonly [name: string, ...args: string[]];

/** The result of one command. */
export type Outcome = { readonly result: Reply } | { readonly error: string };

/** An error reply; the message begins with its code, as in `WRONGTYPE Operation against …`. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
}

/** A Redis behind the emulator: the embedded one or a real one. */
export interface RedisBackend {
  /**
   * Executes one command.
   *
   * @throws {RedisError} the error reply. Anything else thrown means that Redis could not be asked.
   */
  call(command: Command): Promise<Reply>;
  /**
   * Executes all commands with nothing in between; one that fails does not stop the others.
   *
   * @throws {RedisError} if a command cannot even be queued (unknown, wrong number of arguments): then nothing was
   * executed.
   */
  multi(commands: readonly Command[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** Runs `execute` and turns an error reply into an outcome; other errors are thrown on. */
export async function outcomeOf(execute: () => Promise<Reply>): Promise<Outcome> {
  try {
    return { result: await execute() };
  } catch (error) {
    if (error instanceof RedisError) return { error: error.message };
    throw error;
  }
}
