import type { FaultInput } from '../../../src/dev/emulator/faults.ts';

/** Controls one scope of an emulator from outside, in tests in Node and in workerd. */
export class EmulatorControl {
  readonly #url: string;

  /** @param url of the emulator */
  constructor(url: string, scope: string) {
    this.#url = `${url}/__control/${scope}`;
  }

  /** Replaces the faults and lets held requests go; without arguments it removes all faults. */
  async setFaults(...faults: FaultInput[]): Promise<void> {
    await this.#call('PUT', '/faults', faults);
  }

  /** Resolves once a `hang` holds so many requests. */
  async untilHeld(atLeast = 1): Promise<void> {
    await this.#call('GET', `/held?atLeast=${atLeast}`);
  }

  /** The counters since the last {@link reset}. */
  async counters(): Promise<Record<string, number>> {
    return (await this.#state()).counters;
  }

  /** The bytes of bodies in both directions, and the time of the store behind, since the last {@link reset}. */
  async work(): Promise<{ readonly bytes: number; readonly micros: number }> {
    return (await this.#state()).work;
  }

  async reset(): Promise<void> {
    await this.#call('DELETE', '');
  }

  async #state(): Promise<{ counters: Record<string, number>; work: { bytes: number; micros: number } }> {
    return (await this.#call('GET', '')).json();
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(this.#url + path, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
