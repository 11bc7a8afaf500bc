import { parentPort } from 'node:worker_threads';
import { Pool } from 'undici';

/** An answer that takes longer fails the bench. */
const TIMEOUT_MS = 20_000;

/** One request, ready to be sent. */
export interface PreparedRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Parallel loops, each sending the next request after its last response, until all are sent once. */
export interface Load {
  readonly url: string;
  readonly requests: readonly PreparedRequest[];
  readonly concurrency: number;
  /** Any other answer fails the bench. */
  readonly status: number;
}

/** The result of a {@link Load}. */
export type LoadResult =
  | {
      readonly latencies: Float64Array<ArrayBuffer>;
      /** Answers of our Worker given without Redis, since that was slower than its budget. */
      readonly degraded: number;
    }
  | { readonly failure: string };

async function run({ url, requests, concurrency, status }: Load): Promise<LoadResult> {
  const pool = new Pool(url, { connections: concurrency, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const latencies = new Float64Array(requests.length);
  let next = 0;
  let degraded = 0;
  async function loop(): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const prepared = requests[index];
      if (!prepared) return;
      const started = performance.now();
      const { statusCode, headers, body } = await pool.request({ ...prepared, headers: { ...prepared.headers } });
      const text = await body.text();
      latencies[index] = performance.now() - started;
      if ('x-jestha-degraded' in headers) degraded += 1;
      if (statusCode !== status) {
        throw new Error(`${prepared.method} ${prepared.path}: ${statusCode} where ${status} is due: ${text}`);
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: concurrency }, loop));
    return { latencies, degraded };
  } catch (error) {
    next = requests.length;
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await pool.destroy();
  }
}

parentPort?.on('message', async (load: Load) => {
  const result = await run(load);
  if ('failure' in result) parentPort?.postMessage(result);
  else parentPort?.postMessage(result, [result.latencies.buffer]);
});
