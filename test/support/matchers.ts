import { expect } from 'vitest';
import { requestOf } from './app/requests.ts';

declare module 'vitest' {
  interface Matchers<T> {
    /** A failure prints the request, the response's id and its body. It reads the body, so it has to be awaited. */
    toHaveStatus: T extends Response ? (status: number) => Promise<void> : never;
  }
  interface AsymmetricMatchersContaining {
    /** An id in the form of ours. */
    ulid(): string;
  }
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Characters of a body that a failure prints. */
const SHOWN_MAX = 2_000;

expect.extend({
  async toHaveStatus(response: Response, status: number) {
    const pass = response.status === status;
    const hasFailed = this.isNot ? pass : !pass;
    // Only a failure needs the body.
    const seen = hasFailed ? await described(response) : '';
    const message = () => `expected status ${this.isNot ? 'not ' : ''}${status}\n${seen}`;
    return { pass, message, actual: response.status, expected: status };
  },

  ulid(received: unknown) {
    const pass = typeof received === 'string' && ULID.test(received);
    return { pass, message: () => `expected ${String(received)} ${this.isNot ? 'not ' : ''}to be a ULID` };
  },
});

async function described(response: Response): Promise<string> {
  const { method, url } = requestOf(response) ?? { method: 'Request to', url: response.url || 'an unknown address' };
  const id = response.headers.get('X-Request-Id') ?? 'none';
  return `${method} ${url} answered ${response.status}\nX-Request-Id: ${id}\n\n${await bodyOf(response)}`;
}

/** The body, of which the test may still read its own copy. */
async function bodyOf(response: Response): Promise<string> {
  if (response.bodyUsed) return '(the body was read before)';
  try {
    const text = await response.clone().text();
    return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)} … (${text.length} characters)` : text || '(no body)';
  } catch (error) {
    return `(the body cannot be read: ${String(error)})`;
  }
}
