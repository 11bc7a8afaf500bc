import { type Config, configOf, sessionSecretsOf, webhookSecretKeysOf } from './config/env.ts';
import { connectDb, type Db } from './data/db.ts';
import type { Identity } from './data/identity.ts';
import { describeError, writeLog } from './data/log.ts';
import { connectMailer } from './data/mailer.ts';
import type { Meter } from './data/meter.ts';
import { connectObjects } from './data/objects.ts';
import { connectPublicCache } from './data/public-cache.ts';
import { connectRedis, type RedisPort } from './data/redis.ts';
import type { ThrottlePort } from './data/throttle.ts';
import type { Clock, Ctx, Ports } from './domain/context.ts';
import { proveByProvider } from './domain/ownership/index.ts';
import { newId } from './lib/id.ts';

/** The clock of the runtime. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  wait: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};

/** A clock that stands: a batch of messages and a sweep have one time. @param now unix milliseconds */
export const clockAt = (now: number): Clock => ({ ...SYSTEM_CLOCK, now: () => now });

/** The services of the runtime: `waitUntil` of Workers, or an array that a script awaits. */
export interface Runtime {
  waitUntil(work: Promise<unknown>): void;
}

/**
 * The context of one request, queue message or cron run, which begins now.
 *
 * @param redisBudgetMs all waiting for Redis, together; unless told otherwise that follows the distance
 */
export function contextFor(env: object, runtime: Runtime, clock: Clock, meter: Meter, redisBudgetMs?: number): Ctx {
  const now = clock.now();
  const requestId = newId(now);
  const defer = (work: Promise<unknown>) => {
    const logFailure = (error: unknown) =>
      writeLog({ event: 'deferred_work_failed', requestId, ...describeError(error) });
    runtime.waitUntil(work.catch(logFailure));
  };
  const common = { requestId, now, clock, defer };
  return { ...common, ports: new BoundPorts(env, meter, redisBudgetMs, common) };
}

/**
 * The ports of one request, from the bindings of the deployment. Each is made on first use, so a request that needs no
 * database pays for none. `/healthz` answers even with a configuration that is not usable.
 *
 * A class: an object literal would make a closure for each port with each request.
 */
class BoundPorts implements Ports {
  readonly #env: object;
  readonly #meter: Meter;
  readonly #redisBudgetMs: number | undefined;
  readonly #common: Omit<Ctx, 'ports'>;
  #db: Db | undefined;
  #redis: RedisPort | undefined;
  #throttle: ThrottlePort | undefined;
  #identity: Promise<Identity> | undefined;

  constructor(env: object, meter: Meter, redisBudgetMs: number | undefined, common: Omit<Ctx, 'ports'>) {
    this.#env = env;
    this.#meter = meter;
    this.#redisBudgetMs = redisBudgetMs;
    this.#common = common;
  }

  get #config(): Config {
    return configOf(this.#env);
  }

  get db(): Db {
    this.#db ??= connectDb(this.#config, this.#meter);
    return this.#db;
  }

  get redis(): RedisPort {
    const budgetMs = this.#redisBudgetMs;
    this.#redis ??= connectRedis(this.#config, this.#meter, budgetMs === undefined ? undefined : () => budgetMs);
    return this.#redis;
  }

  get keyFallbackLimiter() {
    return this.#config.KEY_FALLBACK_LIMITER;
  }

  get unknownKeyLimiter() {
    return this.#config.UNKNOWN_KEY_LIMITER;
  }

  get unknownKeyNetworkLimiter() {
    return this.#config.UNKNOWN_KEY_NETWORK_LIMITER;
  }

  get visitorLimiter() {
    return this.#config.VISITOR_LIMITER;
  }

  get throttle(): ThrottlePort {
    this.#throttle ??= loadThrottle(this.#config, this.#meter);
    return this.#throttle;
  }

  get identity(): Promise<Identity> {
    this.#identity ??= loadIdentity(this.#config, { ...this.#common, ports: this });
    return this.#identity;
  }

  get mailer() {
    return connectMailer(this.#config);
  }

  get linkPreviews() {
    return this.#config.LINK_PREVIEWS;
  }

  get webhookEvents() {
    return this.#config.WEBHOOK_EVENTS;
  }

  get webhookRetries() {
    return this.#config.WEBHOOK_RETRIES;
  }

  fetchTarget(...[url, init]: Parameters<Ports['fetchTarget']>): Promise<Response> {
    return fetch(url, init);
  }

  get webhookSecretKeys() {
    return webhookSecretKeysOf(this.#config);
  }

  get objects() {
    return connectObjects(this.#config.MEDIA, this.#meter);
  }

  get publicCache() {
    return connectPublicCache(this.#config.WEB_ORIGIN, this.#common.now);
  }

  fetchPage(...[url, init]: Parameters<Ports['fetchPage']>): Promise<Response> {
    return fetch(url, init);
  }

  get sessionSecrets() {
    return sessionSecretsOf(this.#config);
  }

  get hasGoogle() {
    const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = this.#config;
    return GOOGLE_CLIENT_ID !== undefined && GOOGLE_CLIENT_SECRET !== undefined;
  }

  get apiOrigin() {
    return this.#config.API_ORIGIN;
  }

  get webOrigin() {
    return this.#config.WEB_ORIGIN;
  }
}

/**
 * `@upstash/ratelimit` is loaded when something is first throttled: no call with a key reads it at the start of an
 * isolate.
 */
function loadThrottle(config: Config, meter: Meter): ThrottlePort {
  const loaded = import('./data/throttle.ts').then(({ connectThrottle }) => connectThrottle(config, meter));
  return {
    attempt: async (rule, subject) => await (await loaded).attempt(rule, subject),
    takeBack: async (rule, subject) => await (await loaded).takeBack(rule, subject),
    forget: async (rule, subject) => await (await loaded).forget(rule, subject),
  };
}

/** The identity library, parsed and run only for a sign-up or a sign-in. */
async function loadIdentity(config: Config, ctx: Ctx): Promise<Identity> {
  const { connectIdentity } = await import('./data/better-auth.ts');
  const proven = (email: string) => proveByProvider(ctx, email);
  return connectIdentity(config, { db: ctx.ports.db, now: ctx.now, proven });
}
