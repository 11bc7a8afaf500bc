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
import type { Ctx, Ports } from './domain/context.ts';
import { proveByProvider } from './domain/ownership/index.ts';
import { newId } from './lib/id.ts';

/** The services of the runtime: `waitUntil` of Workers, or an array that a script awaits. */
export interface Runtime {
  waitUntil(work: Promise<unknown>): void;
}

/**
 * The context of one request, queue message or cron run, which begins now.
 *
 * @param clock unix ms
 * @param redisBudgetMs all waiting for Redis, together; unless told otherwise that follows the distance
 */
export function contextFor(
  env: object,
  runtime: Runtime,
  clock: () => number,
  meter: Meter,
  redisBudgetMs?: number,
): Ctx {
  const now = clock();
  const requestId = newId(now);
  const defer = (work: Promise<unknown>) => {
    const logFailure = (error: unknown) =>
      writeLog({ event: 'deferred_work_failed', requestId, ...describeError(error) });
    runtime.waitUntil(work.catch(logFailure));
  };
  const common = { requestId, now, clock, defer };
  return { ...common, ports: compose(env, meter, redisBudgetMs, common) };
}

/**
 * The ports of one request, from the bindings of the deployment. Each is made on first use, so a request that needs no
 * database pays for none. `/healthz` answers even with a configuration that is not usable.
 */
function compose(env: object, meter: Meter, redisBudgetMs: number | undefined, common: Omit<Ctx, 'ports'>): Ports {
  let db: Db | undefined;
  let redis: RedisPort | undefined;
  let throttle: ThrottlePort | undefined;
  let identity: Promise<Identity> | undefined;
  return {
    get db() {
      db ??= connectDb(configOf(env), meter);
      return db;
    },
    get redis() {
      redis ??= connectRedis(configOf(env), meter, redisBudgetMs === undefined ? undefined : () => redisBudgetMs);
      return redis;
    },
    get keyFallbackLimiter() {
      return configOf(env).KEY_FALLBACK_LIMITER;
    },
    get unknownKeyLimiter() {
      return configOf(env).UNKNOWN_KEY_LIMITER;
    },
    get unknownKeyNetworkLimiter() {
      return configOf(env).UNKNOWN_KEY_NETWORK_LIMITER;
    },
    get visitorLimiter() {
      return configOf(env).VISITOR_LIMITER;
    },
    get throttle() {
      throttle ??= loadThrottle(configOf(env), meter);
      return throttle;
    },
    get identity() {
      identity ??= loadIdentity(configOf(env), { ...common, ports: this });
      return identity;
    },
    get mailer() {
      return connectMailer(configOf(env));
    },
    get linkPreviews() {
      return configOf(env).LINK_PREVIEWS;
    },
    get webhookEvents() {
      return configOf(env).WEBHOOK_EVENTS;
    },
    get webhookRetries() {
      return configOf(env).WEBHOOK_RETRIES;
    },
    fetchTarget: (url, init) => fetch(url, init),
    get webhookSecretKeys() {
      return webhookSecretKeysOf(configOf(env));
    },
    get objects() {
      return connectObjects(configOf(env).MEDIA, meter);
    },
    get publicCache() {
      return connectPublicCache(configOf(env).WEB_ORIGIN, common.now);
    },
    fetchPage: (url, init) => fetch(url, init),
    get sessionSecrets() {
      return sessionSecretsOf(configOf(env));
    },
    get hasGoogle() {
      const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } = configOf(env);
      return GOOGLE_CLIENT_ID !== undefined && GOOGLE_CLIENT_SECRET !== undefined;
    },
    get apiOrigin() {
      return configOf(env).API_ORIGIN;
    },
    get webOrigin() {
      return configOf(env).WEB_ORIGIN;
    },
  };
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
