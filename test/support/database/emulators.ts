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
    const response = await this.#call('GET', '');
    return ((await response.json()) as { counters: Record<string, number> }).counters;
  }

  async reset(): Promise<void> {
    await this.#call('DELETE', '');
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(this.#url + path, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
