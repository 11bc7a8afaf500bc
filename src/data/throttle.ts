import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis/cloudflare';
import type { Config } from '../config/env.ts';
import type { ThrottleRule } from '../config/limits.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Meter } from './meter.ts';
import { requestBudgetMs } from './redis.ts';

/** Counts what people do: sign-ins, sign-ups, forms. Not the path of an API key, which has windows of its own. */
export interface ThrottlePort {
  /**
   * Counts one attempt of a subject (an address, an account) under a rule.
   *
   * @returns whole seconds to wait; 0 = go on
   */
  attempt(rule: ThrottleRule, subject: string): Promise<number>;
  /** Takes back one attempt that was counted. While Redis is down it counts until its window has passed. */
  takeBack(rule: ThrottleRule, subject: string): Promise<void>;
  /** Forgets the attempts of a subject. While Redis is down they count until their window has passed. */
  forget(rule: ThrottleRule, subject: string): Promise<void>;
}

const PREFIX = 'throttle';

/** Subjects are people's addresses; Redis need not know them. */
const nameOf = async (rule: ThrottleRule, subject: string) => `${rule.name}:${await sha256Hex(subject)}`;

/**
 * Upstash's client for one request. It is new each time (a shared one may tie an isolate's requests together); its
 * features beyond one plain request per call are off: retries, base64, guessing at JSON, pipelining across unrelated
 * calls, telemetry.
 */
function connectUpstash(config: Config, meter: Meter): Redis {
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
    signal: () => AbortSignal.timeout(Math.max(1, Math.ceil(requestBudgetMs() - meter.redis.ms))),
  });
}

/**
 * `@upstash/ratelimit` for one request. Should Redis refuse, hang or err, the Workers binding counts instead, per
 * location and for a minute: people must still be able to sign in and revoke a key, and guessing must not be free.
 */
export function connectThrottle(config: Config, meter: Meter): ThrottlePort {
  const redis = connectUpstash(config, meter);
  const limiterOf = (rule: ThrottleRule) =>
    new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(rule.attempts, `${rule.windowS} s`),
      prefix: PREFIX,
      ephemeralCache: false,
      // Its own time-out would allow the attempt; that of the client throws, and the binding decides.
      timeout: 0,
    });
  return {
    async attempt(rule, subject) {
      const key = await nameOf(rule, subject);
      try {
        const { success, reset } = await meter.measure('redis', () => limiterOf(rule).limit(key));
        return success ? 0 : Math.max(1, Math.ceil((reset - Date.now()) / 1_000));
      } catch {
        const { success } = await config.ATTEMPT_FALLBACK_LIMITER.limit({ key });
        return success ? 0 : FALLBACK_PERIOD_S;
      }
    },
    async takeBack(rule, subject) {
      const key = await nameOf(rule, subject);
      await meter.measure('redis', () => limiterOf(rule).limit(key, { rate: -1 })).catch(() => undefined);
    },
    async forget(rule, subject) {
      // Not the library's resetUsedTokens, which walks through every key of the database. A sliding window is two
      // counters.
      const key = `${PREFIX}:${await nameOf(rule, subject)}`;
      const window = Math.floor(Date.now() / (rule.windowS * 1_000));
      await meter.measure('redis', () => redis.del(`${key}:${window}`, `${key}:${window - 1}`)).catch(() => undefined);
    },
  };
}

/** The period of the binding in wrangler.toml. */
const FALLBACK_PERIOD_S = 60;
