import { expect } from 'vitest';

/** Answers that many suites expect, literally, as `answerOf` has them. */

export const NOT_FOUND = {
  status: 404,
  body: {
    error: 'Not found',
    message: 'Nothing exists here, or this account may not see it.',
    code: 'not_found',
  },
};

export const UNAVAILABLE = {
  status: 503,
  body: {
    error: 'Service unavailable',
    message: 'A service that we depend on does not respond. Nothing changed; retry soon.',
    code: 'service_unavailable',
  },
};

/** The answer to wrong fields. */
export const invalid = (...details: { readonly path: string; readonly message: unknown }[]) => ({
  status: 400,
  body: {
    error: 'Invalid request',
    message: 'Some fields are invalid; see details.',
    code: 'invalid_request',
    details,
  },
});

/** The message of a detail about a field that is not known, which lists those that are. */
export const UNKNOWN_FIELD: string = expect.stringMatching(/^unknown field; known: \w+/);

/** The code of an error. */
export const codeOf = async (response: Response) => ((await response.json()) as { code?: string }).code;
