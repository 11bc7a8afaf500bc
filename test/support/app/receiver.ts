import { inject } from 'vitest';

/** The behaviour of a receiver; without a plan it answers 200. */
export interface ReceiverStep {
  /**
   * `hang`: until the plan is replaced; `drop`: the connection ends without a response; `endless`: the body never ends.
   */
  readonly kind?: 'hang' | 'drop' | 'endless';
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Only requests to this path. */
  readonly path?: string;
  /** The number of requests that the step serves; without it, all. */
  readonly times?: number;
}

/** A request that came. */
export interface Received {
  readonly method: string;
  /** Below the receiver's own. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A receiver of webhooks, apart from those of other tests: a real HTTP server on this machine. */
export class Receiver {
  readonly #scope = crypto.randomUUID();
  readonly #server = inject('receiver');

  /** An address of it. */
  url(path = '/hook'): string {
    return `${this.#server}/${this.#scope}${path}`;
  }

  /** Replaces its plan, and answers the requests that it holds. */
  async plan(...steps: ReceiverStep[]): Promise<void> {
    await this.#control('', { method: 'PUT', body: JSON.stringify(steps) });
  }

  /**
   * The requests so far.
   *
   * @param atLeast waits for so many
   */
  async received(atLeast = 0): Promise<readonly Received[]> {
    return await this.#control(`?received=${atLeast}`);
  }

  /** Waits until the receiver holds so many requests. */
  async untilHeld(atLeast: number): Promise<void> {
    await this.#control(`?held=${atLeast}`);
  }

  async #control(query: string, init?: RequestInit): Promise<readonly Received[]> {
    const response = await fetch(`${this.#server}/__control/${this.#scope}${query}`, init);
    return (await response.json()) as readonly Received[];
  }
}
