import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Load, LoadResult } from './load-thread.ts';

/** Milliseconds; half, or one in twenty, of the requests took longer. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** The load generator, in a thread of its own. One load at a time. */
export class LoadGenerator {
  readonly #thread = new Worker(join(import.meta.dirname, 'load-thread.ts'));

  /** Answers so far that our Worker gave without Redis, since that was slower than its budget. */
  degraded = 0;

  /** @throws Error when any answer was not the expected one */
  async run(load: Load): Promise<Latency> {
    this.#thread.postMessage(load);
    const [result] = (await once(this.#thread, 'message')) as [LoadResult];
    if ('failure' in result) throw new Error(result.failure);
    this.degraded += result.degraded;
    const sorted = result.latencies.toSorted();
    return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** The nearest-rank quantile of ascending values. */
function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
