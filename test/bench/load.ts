import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A load that takes longer fails the bench. */
const LOAD_MAX_S = 120;

const SCRIPT = join(import.meta.dirname, 'load.lua');

/** One request, ready to be sent. */
export interface PreparedRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests over parallel connections, each sending the next one after its last response, until all are sent once. */
export interface Load {
  readonly url: string;
  readonly requests: readonly PreparedRequest[];
  readonly concurrency: number;
  /** Any other answer fails the bench. */
  readonly status: number;
}

/** Milliseconds; half, or one in twenty, of the requests took longer. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** The line that a thread of `load.lua` prints at its end. */
interface Share {
  /** Milliseconds. */
  readonly latencies: readonly number[];
  /** Answers of our Worker given without Redis, since that was slower than its budget. */
  readonly degraded: number;
  readonly failure: string | null;
}

/** Ends the process with a sentence if wrk is not installed. */
export function requireWrk(): void {
  if (spawnSync('wrk', ['-v']).error === undefined) return;
  console.error('The bench sends its requests with wrk, which is not installed: run "apt-get install wrk".');
  process.exit(1);
}

/** Sends loads with wrk. One load at a time. */
export class LoadGenerator {
  readonly #folder = mkdtempSync(join(tmpdir(), 'jestha-bench-'));

  /** Answers so far that our Worker gave without Redis, since that was slower than its budget. */
  degraded = 0;

  /** One thread sends all, with the least CPU. @throws Error when any answer was not the expected one */
  async send(load: Load): Promise<void> {
    await this.#run(load, { threads: 1, connections: load.concurrency });
  }

  /** The same with a thread for each connection, which reads the clock. */
  async time(load: Load): Promise<Latency> {
    const shares = await this.#run(load, { threads: load.concurrency, connections: 1 });
    const sorted = shares.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
    return { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
  }

  /** @param of.connections of each thread */
  async #run(
    { url, requests, status }: Load,
    { threads, connections }: { readonly threads: number; readonly connections: number },
  ): Promise<Share[]> {
    const file = join(this.#folder, 'requests');
    writeFileSync(file, requests.map((request) => framed(url, request)).join(''));
    const options = [`-t${threads}`, `-c${threads * connections}`, `-d${LOAD_MAX_S}s`, '-s', SCRIPT, url];
    const args = [file, threads, connections, status].map(String);
    const wrk = spawn('wrk', [...options, '--', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(wrk, 'exit');
    const shares: Share[] = [];
    const others: string[] = [];
    for await (const line of createInterface(wrk.stdout)) {
      if (line.startsWith('{')) shares.push(JSON.parse(line) as Share);
      else others.push(line);
      // wrk itself would wait for the end of its time.
      if (shares.length === threads) wrk.kill();
    }
    await exited;
    const route = `${requests[0]?.method} ${requests[0]?.path}`;
    const failure = shares.find((share) => share.failure !== null)?.failure;
    if (failure) throw new Error(`${route}: ${failure}`);
    if (shares.length < threads) throw new Error(`${route}: wrk has no answers to all requests. ${others.join('\n')}`);
    for (const { degraded } of shares) this.degraded += degraded;
    return shares;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** A whole request of HTTP/1.1 after a line with its length in bytes. */
function framed(url: string, { method, path, headers, body }: PreparedRequest): string {
  const length = body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) };
  const fields = Object.entries({ Host: new URL(url).host, ...headers, ...length });
  const head = [`${method} ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  const request = `${head}\r\n\r\n${body ?? ''}`;
  return `${Buffer.byteLength(request)}\n${request}`;
}

/** The nearest-rank quantile of ascending values. */
function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
