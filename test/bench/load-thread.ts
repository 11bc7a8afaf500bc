import { Agent, request } from 'node:http';
import { parentPort } from 'node:worker_threads';

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

interface Received {
  readonly status: number;
  readonly isDegraded: boolean;
  readonly body: string;
}

async function run({ url, requests, concurrency, status }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency, timeout: TIMEOUT_MS });
  const latencies = new Float64Array(requests.length);
  let next = 0;
  let degraded = 0;
  async function loop(): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const prepared = requests[index];
      if (!prepared) return;
      const started = performance.now();
      const answer = await send(agent, url, prepared);
      latencies[index] = performance.now() - started;
      if (answer.isDegraded) degraded += 1;
      if (answer.status !== status) {
        throw new Error(`${prepared.method} ${prepared.path}: ${answer.status} where ${status} is due: ${answer.body}`);
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
    agent.destroy();
  }
}

function send(agent: Agent, url: string, prepared: PreparedRequest): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<Received>();
  const { method, path, headers, body } = prepared;
  const sent = request(url + path, { agent, method, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('end', () => {
      const isDegraded = 'x-jestha-degraded' in response.headers;
      resolve({ status: response.statusCode ?? 0, isDegraded, body: text });
    });
    response.on('error', reject);
  });
  sent.on('error', reject);
  sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS} ms`)));
  sent.end(body);
  return promise;
}

parentPort?.on('message', async (load: Load) => {
  const result = await run(load);
  if ('failure' in result) parentPort?.postMessage(result);
  else parentPort?.postMessage(result, [result.latencies.buffer]);
});
