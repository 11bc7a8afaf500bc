import { Ratelimit } from '@upstash/ratelimit';
import type { Config } from '../config/env.ts';
import type { ThrottleRule } from '../config/limits.ts';
import { sha256Hex } from '../lib/hash.ts';
import type { Meter } from './meter.ts';
import { connectUpstash } from './redis.ts';

/** Counts what people do: sign-ins, sign-ups, forms. Not the path of an API key, which weighs its own windows. */
export interface ThrottlePort {
  /**
   * Counts one attempt of a subject (an address, an account) under a rule.
   *
   * @returns whole seconds to wait; 0 = go on
   */
  attempt(rule: ThrottleRule, subject: string): Promise<number>;
}

/**
 * `@upstash/ratelimit` for one request. Should Redis refuse, hang or err, the Workers binding counts instead, per
 * location and for a minute: people must still be able to sign in and revoke a key, and guessing must not be free.
 */
export function connectThrottle(config: Config, meter: Meter): ThrottlePort {
  const redis = connectUpstash(config, meter);
  return {
    async attempt(rule, subject) {
      // Subjects are people's addresses; Redis need not know them.
      const key = `${rule.name}:${await sha256Hex(subject)}`;
      const limiter = new Ratelimit({
        redis,
        limiter: Ratelimit.slidingWindow(rule.attempts, `${rule.windowS} s`),
        prefix: 'throttle',
        ephemeralCache: false,
        // Its own time-out would allow the attempt; that of the client throws, and the binding decides.
        timeout: 0,
      });
      try {
        const { success, reset } = await meter.measure('redis', () => limiter.limit(key));
        return success ? 0 : Math.max(1, Math.ceil((reset - Date.now()) / 1_000));
      } catch {
        const { success } = await config.ATTEMPT_FALLBACK_LIMITER.limit({ key });
        return success ? 0 : FALLBACK_PERIOD_S;
      }
    },
  };
}

/** The period of the binding in wrangler.toml. */
const FALLBACK_PERIOD_S = 60;
