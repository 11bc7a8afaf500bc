/**
 * The Workers ratelimit binding, which workerd by itself does not have. It counts in memory: in production the count
 * is kept beside the isolate too, with no wait for a network.
 */
class Limiter implements RateLimit {
  readonly #limit: number;
  readonly #periodMs: number;
  readonly #counts = new Map<string, number>();
  #period = 0;

  constructor({ limit, period }: { limit: number; period: number }) {
    this.#limit = limit;
    this.#periodMs = period * 1_000;
  }

  async limit({ key }: RateLimitOptions): Promise<RateLimitOutcome> {
    const period = Math.floor(Date.now() / this.#periodMs);
    if (period !== this.#period) {
      this.#period = period;
      this.#counts.clear();
    }
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.#limit) return { success: false };
    this.#counts.set(key, count + 1);
    return { success: true };
  }
}

/** The export that workerd needs from the module of a wrapped binding. */
export default function createLimiter(options: { limit: number; period: number }): Limiter {
  return new Limiter(options);
}
