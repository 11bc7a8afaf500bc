import { Redis } from '@upstash/redis/cloudflare';
import type { Config } from '../config/env.ts';
import { REDIS_BUDGET_MS } from '../config/limits.ts';
import { sha1Hex } from '../lib/hash.ts';
import type { Meter } from './meter.ts';

/** Redis refused, hung beyond the request's budget, or will not serve us: go on without it. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/** A script of ours failed inside Redis: a refusal in doubt, never a reason to go on without it. */
export class RedisScriptFailed extends Error {
  override readonly name = 'RedisScriptFailed';
}

/**
 * Error replies of a Redis that cannot serve now, also where a command within a script met them. Redis 7 puts the code first
 * (`OOM command not allowed … script: 2f0e…, on @user_script:1.`), Redis 6 behind the place in the script.
 */
const STORE_UNWELL =
  /(?:^|@user_script:\s*\d+: -?)(?:OOM|READONLY|BUSY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF)\b/;

/** A Lua script and the name `EVALSHA` knows it by. Made once, at module scope. */
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
  /** Sets keys, whatever is there. Not atomic: after a failure some may be set. */
  set(entries: readonly Entry[]): Promise<void>;
  /** Sets a key unless it exists. */
  setIfAbsent(entry: Entry): Promise<void>;
  /** What stands under keys; null where nothing does. */
  get(keys: readonly string[]): Promise<(string | null)[]>;
  /** The fields of hashes; none where there is no hash. */
  getHashes(keys: readonly string[]): Promise<Record<string, string>[]>;
  ping(): Promise<void>;
}

export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly ttlMs: number;
}

/**
 * Upstash's client for one request. It is new each time (a shared one may tie an isolate's requests together); what it
 * offers beyond one plain request per call is turned off: retries, base64, guessing at JSON, pipelining across unrelated
 * calls, telemetry.
 */
export function connectUpstash(config: Config, meter: Meter, budgetMs = REDIS_BUDGET_MS): Redis {
  return new Redis({
    url: config.UPSTASH_REDIS_REST_URL,
    token: config.UPSTASH_REDIS_REST_TOKEN,
    retry: { retries: 0 },
    responseEncoding: false,
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    latencyLogging: false,
    // A function: with a plain signal the client answers null on a time-out, which looks like "absent".
    signal: () => AbortSignal.timeout(Math.max(1, Math.ceil(budgetMs - meter.redis.ms))),
  });
}

/**
 * What we ask of Redis in one request. All calls share one budget of time, and after the first failure
 * the rest fail at once: a sick Redis costs a request its budget once, not once a call.
 */
export function connectRedis(config: Config, meter: Meter, budgetMs: number): RedisPort {
  let isUnavailable = false;
  const client = connectUpstash(config, meter, budgetMs);

  async function call<T>(command: () => Promise<T>): Promise<T> {
    if (isUnavailable || meter.redis.ms >= budgetMs) throw new RedisUnavailable();
    try {
      return await meter.measure('redis', command);
    } catch (error) {
      const reply = errorReplyOf(error);
      if (reply.startsWith('NOSCRIPT')) throw error;
      if (!STORE_UNWELL.test(reply) && /script|WRONGTYPE/i.test(reply)) throw new RedisScriptFailed();
      isUnavailable = true;
      throw new RedisUnavailable();
    }
  }

  async function loaded<T>(script: Script, bySha: (sha1: string) => Promise<T>, byText: () => Promise<T>): Promise<T> {
    script.sha1 ??= await sha1Hex(script.text);
    const { sha1 } = script;
    try {
      return await call(() => bySha(sha1));
    } catch (error) {
      if (!errorReplyOf(error).startsWith('NOSCRIPT')) throw error;
      return await call(byText);
    }
  }

  return {
    run(script, keys, args) {
      return loaded<Reply>(
        script,
        (sha1) => client.evalsha(sha1, [...keys], [...args]),
        () => client.eval(script.text, [...keys], [...args]),
      );
    },
    async fillThenRun({ key, value, ttlMs }, script, keys, args) {
      const fill = () => client.pipeline().set(key, value, { nx: true, px: ttlMs });
      const [, reply] = await loaded<[unknown, Reply]>(
        script,
        (sha1) =>
          fill()
            .evalsha<string[], Reply>(sha1, [...keys], [...args])
            .exec(),
        () =>
          fill()
            .eval<string[], Reply>(script.text, [...keys], [...args])
            .exec(),
      );
      return reply;
    },
    async set(entries) {
      const pipeline = client.pipeline();
      for (const { key, value, ttlMs } of entries) pipeline.set(key, value, { px: ttlMs });
      await call(() => pipeline.exec());
    },
    async setIfAbsent({ key, value, ttlMs }) {
      await call(() => client.set(key, value, { nx: true, px: ttlMs }));
    },
    get: (keys) => call(() => client.mget<(string | null)[]>([...keys])),
    async getHashes(keys) {
      const pipeline = client.pipeline();
      for (const key of keys) pipeline.hgetall(key);
      const replies = await call(() => pipeline.exec<string[][]>());
      return replies.map(toFields);
    },
    async ping() {
      await call(() => client.ping());
    },
  };
}

/**
 * The error that Redis replied, or nothing where none came. The client wraps it in texts that hold the whole
 * command with all its arguments; those are cut off here and must reach no log.
 */
function errorReplyOf(error: unknown): string {
  if (!(error instanceof Error) || error.name !== 'UpstashError') return '';
  const [reply = ''] = error.message.split(', command was: ');
  return reply.replace(/^Command \d+ \[ \w+ \] failed: /, '');
}

/** A hash as Redis replies it: field, value, field, value. */
function toFields(reply: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i < reply.length; i += 2) fields[reply[i] ?? ''] = reply[i + 1] ?? '';
  return fields;
}
