import { KEYED_WRITES, type Operations } from './api.ts';
import { type Received, type RetryOptions, sleep, type Wait, withRetries } from './retry.ts';

export type * from './api.ts';
export type { RetryOptions, Wait } from './retry.ts';
export {
  verifyWebhook,
  type WebhookRequest,
  WebhookVerificationError,
  type WebhookVerificationReason,
} from './webhooks.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The paths that answer a method, as `/api/posts/:id`. */
export type Path<M extends Method> = keyof Operations extends infer K
  ? K extends `${M} ${infer P}`
    ? P
    : never
  : never;

type Operation<M extends Method, P extends Path<M>> = Operations[`${M} ${P}` & keyof Operations];

/** The input of a call; a signal ends the wait for its answer, and `retry: false` sends it once. */
export type Init<M extends Method, P extends Path<M>> = Operation<M, P>['init'] & {
  readonly signal?: AbortSignal;
  readonly retry?: RetryOptions | false;
};

/** The result of a call: the data, or an error that you distinguish by its `code`. */
export type Result<M extends Method, P extends Path<M>> =
  | { readonly ok: true; readonly data: Operation<M, P>['data']; readonly response: Response }
  | { readonly ok: false; readonly error: Operation<M, P>['error']; readonly response: Response };

type Call<M extends Method> = <P extends Path<M>>(
  path: P,
  ...init: Record<string, never> extends Init<M, P> ? [init?: Init<M, P>] : [init: Init<M, P>]
) => Promise<Result<M, P>>;

/**
 * A method for each of HTTP's.
 *
 * @throws UnexpectedAnswer, and the error of `fetch` if no server answers
 */
export interface JesthaClient {
  readonly get: Call<'GET'>;
  readonly post: Call<'POST'>;
  readonly patch: Call<'PATCH'>;
  readonly delete: Call<'DELETE'>;
}

export interface JesthaClientOptions {
  /** An API key, `jes_live_…`. Without it a browser's session speaks, on a page of the API's own origin. */
  readonly key?: string;
  /** The origin of the API, without a trailing slash. */
  readonly origin?: string;
  /** The retries of calls that fail temporarily; `false` = none. */
  readonly retry?: RetryOptions | false;
  /** Waits between attempts: a timer unless given. */
  readonly wait?: Wait;
}

/** A response that is not the API's: a proxy's in between, say. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  readonly response: Response;

  constructor(response: Response) {
    super(`${response.url} answered ${response.status} with what is no answer of the Jestha API`);
    this.response = response;
  }
}

/**
 * A client of the Jestha API, with the types of requests and responses, errors included.
 *
 * @example const jestha = createJesthaClient({ key }); const result = await jestha.post('/api/posts', { body: {
 * content: 'Hello' } }); if (result.ok) console.log(result.data.url);
 */
export function createJesthaClient({
  key,
  origin = 'https://api.jestha.com',
  retry: retryAlways = {},
  wait = sleep,
}: JesthaClientOptions): JesthaClient {
  const call =
    <M extends Method>(method: M): Call<M> =>
    async (path, ...[init]) => {
      const {
        params = {},
        query = {},
        body,
        form,
        signal = null,
        retry = retryAlways,
        ...rest
      } = (init ?? {}) as AnyInit;
      const url = new URL(origin + fill(path, params));
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      const isKeyed = KEYED_WRITES.includes(`${method} ${path}`);
      const idempotencyKey = rest.idempotencyKey ?? (isKeyed && retry !== false ? crypto.randomUUID() : undefined);
      // Made once: each attempt sends the same request, and an unsendable one is no failure of the network.
      const headers = new Headers({
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      });
      const content = body !== undefined ? JSON.stringify(body) : form && toForm(form);
      const send = async () => {
        const response = await fetch(url, { method, signal, headers, ...(content !== undefined && { body: content }) });
        return { response, text: await response.text() };
      };
      const isRepeatable = method !== 'POST' || idempotencyKey !== undefined;
      return toResult(await withRetries(send, { isRepeatable, retry, signal, wait })) as Result<M, typeof path>;
    };
  return { get: call('GET'), post: call('POST'), patch: call('PATCH'), delete: call('DELETE') };
}

/** Any call's, once its types have done their work. */
interface AnyInit {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly form?: Readonly<Record<string, unknown>>;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly retry?: RetryOptions | false;
}

/** @throws TypeError if a variable would lead to another path: URLs take dots as steps, encoded or not */
function fill(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params[name] ?? '';
    if (/^\.{0,2}$/.test(value)) throw new TypeError(`${name} must not be "${value}"`);
    return encodeURIComponent(value);
  });
}

function toForm(fields: Readonly<Record<string, unknown>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one instanceof Blob) form.append(name, one);
      else if (one !== undefined) form.append(name, typeof one === 'string' ? one : JSON.stringify(one));
    }
  }
  return form;
}

function toResult({ response, text }: Received) {
  if (response.status === 204) return { ok: true, data: undefined, response };
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new UnexpectedAnswer(response);
  }
  if (response.ok) return { ok: true, data: answer, response };
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) throw new UnexpectedAnswer(response);
  return { ok: false, error: answer, response };
}
