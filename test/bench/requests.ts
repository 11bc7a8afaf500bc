import { generateKey } from '../../src/domain/keys/index.ts';
import type { PreparedRequest } from './load.ts';

/** The address of requests whose address does not matter (a documentation address, RFC 5737). */
const ADDRESS = '203.0.113.7';

interface RequestOptions {
  /** The client's address. The edge would set it; on a direct socket the client does. */
  readonly address?: string;
  /** Sent as JSON, by default with POST. */
  readonly body?: unknown;
  readonly method?: 'POST' | 'PATCH';
}

/** A request with a bearer credential. */
export function withKey(
  path: string,
  key: string,
  { address = ADDRESS, body, method = 'POST' }: RequestOptions = {},
): PreparedRequest {
  const headers = { Authorization: `Bearer ${key}`, 'CF-Connecting-IP': address };
  if (body === undefined) return { method: 'GET', path, headers };
  return { method, path, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** Well-formed keys that do not exist. */
export function unknownKeys(count: number): string[] {
  return Array.from({ length: count }, () => generateKey());
}

let addresses = 0;

/** An address that no request of this run came from yet: 10.0.0.0/8 has enough for any run. */
export function freshAddress(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** Hands out keys in turn, over all rows of the table, so that no key comes near its limits. */
export class KeyRing<T> {
  readonly #keys: readonly T[];
  #next = 0;

  constructor(keys: readonly T[]) {
    this.#keys = keys;
  }

  /** Each at most once in a take, unless there are fewer. */
  take(count: number): T[] {
    const taken: T[] = [];
    while (taken.length < count) {
      const key = this.#keys[this.#next++ % this.#keys.length];
      if (key !== undefined) taken.push(key);
    }
    return taken;
  }
}
