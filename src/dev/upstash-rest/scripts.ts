import { createHash } from 'node:crypto';
import { type Command, type Outcome, outcomeOf, type RedisBackend } from './backend.ts';
import { meteredScript, readMetered } from './metered-script.ts';

const NOSCRIPT: Outcome = { error: 'NOSCRIPT No matching script. Please use EVAL.' };

/** A command's outcome, and the names of all commands that were executed for it: itself and what its script called. */
export interface Executed {
  readonly outcome: Outcome;
  readonly commands: readonly string[];
}

/** The plan for a command: it is answered here, or it goes to the backend, maybe rewritten. */
type Plan = { answer: Outcome } | { command: Command; read: (outcome: Outcome) => Executed };

/**
 * A Redis with Upstash's scripts, alike over both backends: EVAL runs metered texts, EVALSHA knows them by
 * the hash of the text as the client has it, and every command that a script calls is reported.
 */
export class ScriptedRedis {
  readonly #backend: RedisBackend;
  /** Scripts by the SHA-1 of their text. */
  readonly #scripts = new Map<string, string>();

  constructor(backend: RedisBackend) {
    this.#backend = backend;
  }

  async call(command: Command): Promise<Executed> {
    const plan = this.#plan(command);
    if ('answer' in plan) return { outcome: plan.answer, commands: [nameOf(command)] };
    return plan.read(await outcomeOf(() => this.#backend.call(plan.command)));
  }

  /**
   * Executes all commands with nothing in between.
   *
   * @throws {RedisError} if the backend refuses the transaction; then nothing was executed.
   */
  async multi(commands: readonly Command[]): Promise<Executed[]> {
    const plans = commands.map((command) => this.#plan(command));
    const sent = plans.flatMap((plan) => ('command' in plan ? [plan.command] : []));
    const outcomes = sent.length > 0 ? await this.#backend.multi(sent) : [];
    const next = outcomes.values();
    return plans.map((plan, i) => {
      if ('answer' in plan) return { outcome: plan.answer, commands: [nameOf(commands[i])] };
      const outcome = next.next().value;
      if (!outcome) throw new Error('the backend answered a transaction with too few replies');
      return plan.read(outcome);
    });
  }

  #plan(command: Command): Plan {
    const [name, first, ...rest] = command;
    const upper = name.toUpperCase();
    if (upper === 'EVAL' && first !== undefined) return this.#eval(upper, first, rest);
    if (upper === 'EVALSHA' && first !== undefined && rest.length > 0) {
      const script = this.#scripts.get(first.toLowerCase());
      return script === undefined ? { answer: NOSCRIPT } : this.#eval(upper, script, rest);
    }
    if (upper === 'SCRIPT' && first !== undefined) return this.#script(command, first.toUpperCase(), rest);
    return { command, read: (outcome) => ({ outcome, commands: [upper] }) };
  }

  #eval(name: string, script: string, rest: readonly string[]): Plan {
    return {
      command: ['EVAL', this.#remember(script), ...rest],
      read: (metered) => {
        this.#forgetIfInvalid(script, metered);
        const { outcome, commands } = readMetered(metered);
        return { outcome, commands: [name, ...commands] };
      },
    };
  }

  /** SCRIPT LOAD, EXISTS and FLUSH; the others are the backend's to refuse. */
  #script(command: Command, subcommand: string, args: readonly string[]): Plan {
    const [script] = args;
    if (subcommand === 'LOAD' && script !== undefined && args.length === 1) {
      return {
        command: ['SCRIPT', 'LOAD', this.#remember(script)],
        read: (outcome) => {
          this.#forgetIfInvalid(script, outcome);
          return { outcome: 'error' in outcome ? outcome : { result: sha1(script) }, commands: ['SCRIPT'] };
        },
      };
    }
    if (subcommand === 'EXISTS' && args.length > 0) {
      return { answer: { result: args.map((hash) => Number(this.#scripts.has(hash.toLowerCase()))) } };
    }
    if (subcommand === 'FLUSH' && args.every((arg) => /^a?sync$/i.test(arg)) && args.length < 2) {
      this.#scripts.clear();
      return { answer: { result: 'OK' } };
    }
    return { command, read: (outcome) => ({ outcome, commands: ['SCRIPT'] }) };
  }

  /** Known before it is executed, for an EVALSHA that follows in the same transaction. */
  #remember(script: string): string {
    this.#scripts.set(sha1(script), script);
    return meteredScript(script);
  }

  #forgetIfInvalid(script: string, outcome: Outcome): void {
    const invalid = 'error' in outcome && outcome.error.startsWith('ERR Error compiling script');
    if (invalid) this.#scripts.delete(sha1(script));
  }
}

function nameOf(command: Command | undefined): string {
  return command?.[0].toUpperCase() ?? '';
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
