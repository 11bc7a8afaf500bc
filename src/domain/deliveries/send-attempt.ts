import { WEBHOOK_RESPONSE_MAX_BYTES, WEBHOOK_TIMEOUT_MS } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';
import type { AttemptError, AttemptResult } from './attempt.ts';
import { signatureHeaders } from './signature.ts';
import { isAllowedTarget } from './target.ts';

/** The content and the target of a request. */
export interface Message {
  readonly url: string;
  /** Id of the event. */
  readonly id: string;
  readonly body: string;
  /** Each signs, the newest first. */
  readonly secrets: readonly string[];
}

/**
 * Sends a message once. Redirects are not followed, and of the response no more is read than
 * {@link WEBHOOK_RESPONSE_MAX_BYTES}. Nothing is sent to a target that is not allowed (any more).
 *
 * @param now unix milliseconds, for the timestamp that is signed
 */
export async function sendAttempt({ ports }: Ctx, message: Message, now: number): Promise<AttemptResult> {
  if (!isAllowedTarget(message.url, ports)) return { kind: 'no_response', error: 'target_not_allowed', durationMs: 0 };
  const { id, body, secrets } = message;
  const signed = await signatureHeaders({ id, timestamp: Math.floor(now / 1_000), body }, secrets);
  const signal = AbortSignal.timeout(WEBHOOK_TIMEOUT_MS);
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  try {
    const response = await ports.fetchTarget(message.url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'Jestha-Webhooks/1', ...signed },
      body,
      redirect: 'manual',
      signal,
    });
    const error = errorOfEdge(response.status);
    if (error) {
      await response.body?.cancel();
      return { kind: 'no_response', error, durationMs: elapsed() };
    }
    return {
      kind: 'response',
      statusCode: response.status,
      retryAfter: response.headers.get('Retry-After'),
      body: await readBeginning(response.body),
      durationMs: elapsed(),
    };
  } catch (error) {
    return { kind: 'no_response', error: signal.aborted ? 'timeout' : errorOfFetch(error), durationMs: elapsed() };
  }
}

/**
 * The first bytes of a response as text. A body that breaks off, or never ends, is cut: the status has decided already.
 */
async function readBeginning(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let left = WEBHOOK_RESPONSE_MAX_BYTES; reader && left > 0; ) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      left -= value.length;
    }
  } catch {
    // Broken off or timed out.
  }
  reader?.cancel().catch(() => undefined);
  // Postgres keeps no NUL.
  return text.replaceAll('\0', '\ufffd');
}

/** Statuses that Cloudflare's own edge answers with when it did not reach a host, by what went wrong. */
const EDGE_ERRORS: Readonly<Record<number, AttemptError>> = {
  521: 'connection',
  522: 'timeout',
  523: 'connection',
  524: 'timeout',
  525: 'tls',
  526: 'tls',
  530: 'dns',
};

function errorOfEdge(status: number): AttemptError | undefined {
  return EDGE_ERRORS[status];
}

/** The runtime has no codes for connection errors; its messages are the only sign, and stay out of the log. */
function errorOfFetch(error: unknown): AttemptError {
  const words = error instanceof Error ? error.message : '';
  if (/dns|resolve|getaddrinfo|no such host/i.test(words)) return 'dns';
  if (/tls|ssl|certificate|handshake/i.test(words)) return 'tls';
  return 'connection';
}
