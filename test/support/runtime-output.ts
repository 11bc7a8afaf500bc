import type { Reporter, TestRunEndReason } from 'vitest/node';

/**
 * Output of workerd about faults and headers that tests inject, of the pool about optional modules, of wrangler about
 * files it reads, of Vite about packages without their sources.
 */
const OF_THE_RUNTIME =
  /^(?:uncaught exception; |exception = |stack: |A header value for |Using secrets defined in |Fallback service failed |\[vitest-pool-workers\] |Sourcemap for )/;

/** Holds the runtime's own output back, and prints all of it if the run fails. */
export default class RuntimeOutput implements Reporter {
  readonly #held: string[] = [];

  onInit(): void {
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write.bind(stream);
      stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
        if (typeof chunk !== 'string' || !OF_THE_RUNTIME.test(chunk)) return write(chunk, ...rest);
        this.#held.push(chunk);
        return true;
      }) as typeof stream.write;
    }
  }

  onTestRunEnd(_modules: unknown, _errors: unknown, reason: TestRunEndReason): void {
    if (reason !== 'passed' && this.#held.length > 0) console.error(`\nThe runtime wrote:\n${this.#held.join('')}`);
  }
}
