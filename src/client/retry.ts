/** The retries of calls that fail temporarily. */
export interface RetryOptions {
  /** Times that a call is sent at most, the first one included: 4 unless given. */
  readonly attempts?: number;
  /**
   * Milliseconds that a call waits between attempts, all waits together: 60,000 unless given. A longer wait is left to
   * you.
   */
  readonly maxWaitMs?: number;
}

/** Waits between attempts, and rejects with the signal's reason once it is aborted. */
export type Wait = (ms: number, signal: AbortSignal | null) => Promise<void>;

const ATTEMPTS = 4;
const MAX_WAIT_MS = 60_000;
const FIRST_BACKOFF_MS = 250;
const MAX_BACKOFF_MS = 8_000;

/** An answer with its body read to the end: one that was cut is a failure of the network. */
export interface Received {
  readonly response: Response;
  readonly text: string;
}

/**
 * Sends a call until its response is final. 429, 503 and 409 `idempotency_in_progress` wait as long as `Retry-After`
 * says (RFC 9110 section 10.2.3); without it, and after a failure of the network, the wait is random and doubles at
 * most.
 *
 * @param call.isRepeatable a second sending has no further effect. Other calls are repeated only after a 429, which did
 * nothing
 * @returns the last response, even if it is an error
 * @throws the last error of `send`
 */
export async function withRetries(
  send: () => Promise<Received>,
  call: {
    readonly isRepeatable: boolean;
    readonly retry: RetryOptions | false;
    readonly signal: AbortSignal | null;
    readonly wait: Wait;
  },
): Promise<Received> {
  if (call.retry === false) return await send();
  const { attempts = ATTEMPTS, maxWaitMs = MAX_WAIT_MS } = call.retry;
  let waitedMs = 0;
  for (let attempt = 1; ; attempt++) {
    const result = await attempted(send);
    const isPassing = 'error' in result ? call.isRepeatable : mayPass(result.received.response, call.isRepeatable);
    const ms = isPassing ? waitAfter(result, attempt) : Number.POSITIVE_INFINITY;
    if (attempt >= attempts || waitedMs + ms > maxWaitMs || call.signal?.aborted === true) return settle(result);
    waitedMs += ms;
    await call.wait(ms, call.signal);
  }
}

type Attempt = { readonly received: Received } | { readonly error: unknown };

async function attempted(send: () => Promise<Received>): Promise<Attempt> {
  try {
    return { received: await send() };
  } catch (error) {
    return { error };
  }
}

function settle(result: Attempt): Received {
  if ('error' in result) throw result.error;
  return result.received;
}

function mayPass({ status, headers }: Response, isRepeatable: boolean): boolean {
  if (status === 429) return true;
  return isRepeatable && (status === 503 || (status === 409 && headers.has('Retry-After')));
}

function waitAfter(result: Attempt, attempt: number): number {
  const told = 'error' in result ? undefined : retryAfterMs(result.received.response.headers.get('Retry-After'));
  return told ?? Math.random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
}

/** Seconds, or a date; undefined for any other text. */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

/** Waits with a timer. */
export const sleep: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
