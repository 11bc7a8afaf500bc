import type { Config } from '../config/env.ts';
import { sha1Hex } from '../lib/hash.ts';
import { inTime } from './in-time.ts';
import type { Meter } from './meter.ts';
import { nextRoundTrip, redisBudget } from './redis-budget.ts';

/** Redis refused, hung beyond the request's budget, or will not serve us: go on without it. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** One of our scripts failed inside Redis: refuse if in doubt, never continue without it. */
export class RedisScriptFailed extends Error {
  override readonly name = 'RedisScriptFailed';
}

/**
 * Error replies of a Redis that cannot serve now, also to a command within a script. Redis 7 puts the code first (`OOM
 * command not allowed … script: 2f0e…, on @user_script:1.`), Redis 6 after the place in the script.
 */
const STORE_UNWELL =
  /(?:^|@user_script:\s*\d+: -?)(?:OOM|READONLY|BUSY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF)\b/;

/** A Lua script and its name for `EVALSHA`. Made once, at module scope. */
export interface Script {
  readonly text: string;
  sha1?: string;
}

export type Reply = string | number | null | readonly Reply[];

/** The few things we ask of Redis. Each call is one HTTP request. */
export interface RedisPort {
  /** Runs a script; sends its text only when Redis does not know it yet. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply>;
  /** Sets a key unless it exists, then runs a script, in one HTTP request. */
  fillThenRun(fill: Entry, script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply>;
  /** Sets keys, and overwrites their values. Not atomic: after a failure some may be set. */
  set(entries: readonly Entry[]): Promise<void>;
  /** Sets a key unless it exists. */
  setIfAbsent(entry: Entry): Promise<void>;
  /** The values of keys; null for a key without one. */
  get(keys: readonly string[]): Promise<(string | null)[]>;
  /** Like {@link get}, and the fields of hashes, none where there is no hash, in one HTTP request. */
  getWithHashes(
    keys: readonly string[],
    hashes: readonly string[],
  ): Promise<{ readonly values: (string | null)[]; readonly hashes: Record<string, string>[] }>;
  ping(): Promise<void>;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly ttlMs: number;
}

type Command = readonly (string | number)[];

/** An error that Redis replied. Its text may hold our command with all its arguments, so it must reach no log. */
class ErrorReply extends Error {
  readonly reply: string;

  constructor(reply: string) {
    super('Redis replied with an error');
    this.reply = reply;
  }
}

/** The round trip of this isolate. */
let roundTripMs: number | undefined;

/** The time that a request of this isolate may wait for Redis in all, in ms, by the round trips measured so far. */
export const requestBudgetMs = () => redisBudget(roundTripMs);

/** The address and the headers of each deployment's Redis, which are the same for all its requests. */
const upstreams = new WeakMap<Config, { readonly url: string; readonly headers: Headers }>();

function upstreamOf(config: Config) {
  const known = upstreams.get(config);
  if (known) return known;
  const upstream = {
    url: config.UPSTASH_REDIS_REST_URL.replace(/\/$/, ''),
    headers: new Headers({
      Authorization: `Bearer ${config.UPSTASH_REDIS_REST_TOKEN}`,
      'Content-Type': 'application/json',
    }),
  };
  upstreams.set(config, upstream);
  return upstream;
}

/**
 * Redis for one request, over Upstash's REST API. All calls share one budget of time, and after the first failure the
 * rest fail at once: a sick Redis costs a request its budget once, not once a call.
 *
 * Our own few lines: a shared client of Upstash ties requests together, and a new one for each request makes some 190
 * closures. `@upstash/ratelimit`, for the limits of people, uses that client (`throttle`).
 */
export function connectRedis(config: Config, meter: Meter, budgetMs: () => number = requestBudgetMs): RedisPort {
  return new UpstashRedis(config, meter, budgetMs);
}

class UpstashRedis implements RedisPort {
  readonly #config: Config;
  readonly #meter: Meter;
  readonly #budgetMs: () => number;
  #isUnavailable = false;

  constructor(config: Config, meter: Meter, budgetMs: () => number) {
    this.#config = config;
    this.#meter = meter;
    this.#budgetMs = budgetMs;
  }

  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<Reply> {
    return loaded(script, (name, text) => this.#run([name, text, keys.length, ...keys, ...args]));
  }

  async fillThenRun(
    { key, value, ttlMs }: Entry,
    script: Script,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<Reply> {
    const fill = ['set', key, value, 'nx', 'px', ttlMs];
    const replies = await loaded(script, (name, text) =>
      this.#runAll([fill, [name, text, keys.length, ...keys, ...args]]),
    );
    return replies.at(-1) ?? null;
  }

  async set(entries: readonly Entry[]): Promise<void> {
    await this.#runAll(entries.map(({ key, value, ttlMs }) => ['set', key, value, 'px', ttlMs]));
  }

  async setIfAbsent({ key, value, ttlMs }: Entry): Promise<void> {
    await this.#run(['set', key, value, 'nx', 'px', ttlMs]);
  }

  async get(keys: readonly string[]): Promise<(string | null)[]> {
    return listOf(await this.#run(['mget', ...keys]));
  }

  async getWithHashes(keys: readonly string[], hashes: readonly string[]) {
    const commands = [['mget', ...keys], ...hashes.map((key) => ['hgetall', key])];
    const [values, ...fields] = (await this.#runAll(commands)).map(listOf);
    return { values: values ?? [], hashes: fields.map(toFields) };
  }

  async ping(): Promise<void> {
    await this.#run(['ping']);
  }

  #run(command: Command): Promise<Reply> {
    return this.#exchange('', command, resultOf);
  }

  #runAll(commands: readonly Command[]): Promise<Reply[]> {
    return this.#exchange('/pipeline', commands, resultsOf);
  }

  async #exchange<T>(path: string, body: readonly unknown[], read: (answer: unknown) => T): Promise<T> {
    const meter = this.#meter;
    const budgetMs = this.#budgetMs();
    const leftMs = budgetMs - meter.redis.ms;
    if (this.#isUnavailable || leftMs <= 0) throw new RedisUnavailable();
    const { url, headers } = upstreamOf(this.#config);
    const started = meter.begin('redis');
    try {
      const exchange = fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }).then(toJson);
      const result = read(await inTime(exchange, Math.max(1, Math.ceil(leftMs)), () => new RedisUnavailable()));
      roundTripMs = nextRoundTrip(roundTripMs, performance.now() - started);
      return result;
    } catch (error) {
      const reply = error instanceof ErrorReply ? error.reply : '';
      if (reply.startsWith('NOSCRIPT')) throw error;
      if (!STORE_UNWELL.test(reply) && /script|WRONGTYPE/i.test(reply)) throw new RedisScriptFailed();
      this.#isUnavailable = true;
      throw new RedisUnavailable();
    } finally {
      meter.end('redis', started);
    }
  }
}

const toJson = (response: Response): Promise<unknown> => response.json();

/** Runs a script by its name; sends its text only if Redis does not know it yet. */
async function loaded<T>(
  script: Script,
  runWith: (name: 'evalsha' | 'eval', script: string) => Promise<T>,
): Promise<T> {
  script.sha1 ??= await sha1Hex(script.text);
  try {
    return await runWith('evalsha', script.sha1);
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error;
    return await runWith('eval', script.text);
  }
}

/** Upstash answers with one error if it refuses all commands. */
function resultsOf(answer: unknown): Reply[] {
  return Array.isArray(answer) ? answer.map(resultOf) : [resultOf(answer)];
}

/** @throws ErrorReply, TypeError if it is not an answer of Upstash's */
function resultOf(answer: unknown): Reply {
  if (typeof answer === 'object' && answer !== null) {
    if ('result' in answer) return answer.result as Reply;
    if ('error' in answer) throw new ErrorReply(String(answer.error));
  }
  throw new TypeError('no answer of Upstash');
}

/** @throws TypeError if it is not a list of texts */
function listOf(reply: Reply): (string | null)[] {
  if (!Array.isArray(reply)) throw new TypeError('no list');
  return reply.map((item) => (item === null ? null : String(item)));
}

/** A hash as Redis replies it: field, value, field, value. */
function toFields(reply: readonly (string | null)[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < reply.length; i += 2) fields[reply[i] ?? ''] = reply[i + 1] ?? '';
  return fields;
}
