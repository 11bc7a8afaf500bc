import { type Config, configOf, sessionSecretsOf, webhookSecretKeysOf } from './config/env.ts';
import { connectDb, type Db } from './data/db.ts';
import type { Identity } from './data/identity.ts';
import { describeError, writeLog } from './data/log.ts';
import { connectMailer } from './data/mailer.ts';
import type { Meter } from './data/meter.ts';
import { connectObjects } from './data/objects.ts';
import { connectRedis, type RedisPort } from './data/redis.ts';
import type { ThrottlePort } from './data/throttle.ts';
import { passwordResetMail, verificationMail } from './domain/accounts/index.ts';
import type { Ctx, Ports } from './domain/context.ts';
import { newId } from './lib/id.ts';

/** What is asked of the runtime: `waitUntil` of Workers, or an array that a script awaits. */
export interface Runtime {
  waitUntil(work: Promise<unknown>): void;
}

/** The context of one request, queue message or cron run. @param now unix ms */
export function contextFor(env: object, runtime: Runtime, now: number, meter: Meter): Ctx {
  const requestId = newId(now);
  const defer = (work: Promise<unknown>) => {
    const logFailure = (error: unknown) =>
      writeLog({ event: 'deferred_work_failed', requestId, ...describeError(error) });
    runtime.waitUntil(work.catch(logFailure));
  };
  return { requestId, now, defer, ports: compose(env, meter, defer) };
}

/**
 * The ports of one request, from the bindings of the deployment. Each is made when it is first asked for, so a request
 * that needs no database pays for none, and `/healthz` answers under a configuration that is not usable.
 */
function compose(env: object, meter: Meter, defer: Ctx['defer']): Ports {
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
      redis ??= connectRedis(configOf(env), meter);
      return redis;
    },
    get keyFallbackLimiter() {
      return configOf(env).KEY_FALLBACK_LIMITER;
    },
    get unknownKeyLimiter() {
      return configOf(env).UNKNOWN_KEY_LIMITER;
    },
    get throttle() {
      throttle ??= loadThrottle(configOf(env), meter);
      return throttle;
    },
    get identity() {
      identity ??= loadIdentity(configOf(env), this, defer);
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

/** `@upstash/ratelimit` is loaded when something is first throttled: no call with a key reads it at the start of an isolate. */
function loadThrottle(config: Config, meter: Meter): ThrottlePort {
  const loaded = import('./data/throttle.ts').then(({ connectThrottle }) => connectThrottle(config, meter));
  return { attempt: async (rule, subject) => await (await loaded).attempt(rule, subject) };
}

/** The identity library: parsed and run only where somebody signs up, in or out. */
async function loadIdentity(config: Config, ports: Ports, defer: Ctx['defer']): Promise<Identity> {
  const { connectIdentity } = await import('./data/better-auth.ts');
  const mails = {
    verification: (email: string, token: string) => ports.mailer.send(verificationMail(ports.webOrigin, email, token)),
    passwordReset: (email: string, token: string) =>
      ports.mailer.send(passwordResetMail(ports.webOrigin, email, token)),
  };
  return connectIdentity(config, { db: ports.db, mails, defer });
}
