/** Why an attempt failed, in a word of the API. */
export const ATTEMPT_ERRORS = [
  'status',
  'redirect',
  'timeout',
  'dns',
  'connection',
  'tls',
  'target_not_allowed',
] as const;

export type AttemptError = (typeof ATTEMPT_ERRORS)[number];

/** The result of one request to an endpoint. */
export type AttemptResult =
  | {
      readonly kind: 'response';
      readonly statusCode: number;
      /** The header, as it was sent. */
      readonly retryAfter: string | null;
      /** The beginning of it. */
      readonly body: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'no_response'; readonly error: AttemptError; readonly durationMs: number };

/** Why a result is a failure; undefined = delivered. */
export function errorOf(result: AttemptResult): AttemptError | undefined {
  if (result.kind === 'no_response') return result.error;
  const { statusCode } = result;
  if (statusCode >= 200 && statusCode < 300) return undefined;
  return statusCode >= 300 && statusCode < 400 ? 'redirect' : 'status';
}
