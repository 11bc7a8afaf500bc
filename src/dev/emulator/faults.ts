import * as z from 'zod';

/**
 * The faults that a test can cause in a request.
 *
 * | kind | effect |
 * |---|---|
 * | `refuse` | the connection is destroyed, nothing is executed |
 * | `error` | HTTP 500, nothing is executed |
 * | `reply` | the protocol's own error answer with the text `error`, nothing is executed |
 * | `delay` | `ms` milliseconds pass, then all goes on |
 * | `hang` | held until the faults of the scope are replaced or cleared, then all goes on |
 * | `truncate` | executed, then half of the answer's body is sent and the connection destroyed |
 * | `close` | executed, then the connection is destroyed without an answer |
 */
export const faultSchema = z.strictObject({
  kind: z.enum(['refuse', 'error', 'reply', 'delay', 'hang', 'truncate', 'close']),
  /** For `delay` and `hang`: before or after the request was executed. */
  when: z.enum(['before', 'after']).default('before'),
  /** Only requests whose body contains this text. */
  match: z.string().optional(),
  /** For `delay`, in milliseconds. */
  ms: z.number().int().min(0).default(0),
  /** For `reply`. */
  error: z.string().default('ERR injected fault'),
  /** The number of requests it affects before it is spent; without it, all of them. */
  times: z.number().int().min(1).optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

interface Waiter {
  readonly atLeast: number;
  readonly resolve: () => void;
}

/**
 * The faults, counters and held requests of one scope. A scope is a part of the credential (see
 * `scopeOfCredential`), so that tests which run side by side on one emulator neither disturb nor
 * count each other.
 */
export class Scope {
  readonly counters = new Map<string, number>();
  /** Bytes of bodies in both directions, and the time of the store behind. */
  readonly work = { bytes: 0, micros: 0 };
  #faults: Array<{ fault: Fault; left: number }> = [];
  #release = Promise.withResolvers<void>();
  #held = 0;
  #waiters: Waiter[] = [];

  count(name: string, by = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + by);
  }

  /** Replaces the faults and lets every held request go on. */
  setFaults(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }));
    this.#release.resolve();
    this.#release = Promise.withResolvers<void>();
  }

  /** The fault for a request with this body, if any; it counts as used. */
  take(body: string): Fault | undefined {
    const armed = this.#faults.find(({ fault, left }) => left > 0 && body.includes(fault.match ?? ''));
    if (!armed) return undefined;
    armed.left -= 1;
    return armed.fault;
  }

  get held(): number {
    return this.#held;
  }

  /** Holds a request until the faults are next replaced. */
  async hold(): Promise<void> {
    const released = this.#release.promise;
    this.#held += 1;
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.atLeast > this.#held) return true;
      waiter.resolve();
      return false;
    });
    await released;
    this.#held -= 1;
  }

  /** Resolves once at least so many requests are held, so that a test can act at that moment. */
  async untilHeld(atLeast: number): Promise<void> {
    if (this.#held >= atLeast) return;
    await new Promise<void>((resolve) => this.#waiters.push({ atLeast, resolve }));
  }
}

/** All scopes of one emulator, made when first named. */
export class Scopes {
  readonly #scopes = new Map<string, Scope>();

  get(name: string): Scope {
    let scope = this.#scopes.get(name);
    if (!scope) {
      scope = new Scope();
      this.#scopes.set(name, scope);
    }
    return scope;
  }
}

/**
 * Checks a credential of the form `secret` or `secret.scope` and returns its scope (`default` without one), or
 * undefined for a wrong secret.
 */
export function scopeOfCredential(credential: string, secret: string): string | undefined {
  if (credential === secret) return 'default';
  const prefix = `${secret}.`;
  return credential.startsWith(prefix) ? credential.slice(prefix.length) : undefined;
}
