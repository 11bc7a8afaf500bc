import { expect } from 'vitest';
import { answerOf, type Harness, type TestRequest } from './harness.ts';
import type { TestPerson } from './people.ts';

export const KEYS = '/api/auth/api-keys';

/** The body of a request for a new key. */
export const VALID_KEY = { label: 'Bot', scopes: ['write:jes'], acceptTerms: true };

interface ApiKey extends Record<string, unknown> {
  readonly id: string;
}

export interface Created {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** The calls by which a person manages keys. @param current the harness and the person of the test that runs */
export function keyCalls(current: () => { readonly harness: Harness; readonly person: TestPerson }) {
  const cookieNow = () => current().person.cookie;
  const send = (path: string, request: TestRequest = {}) =>
    current().harness.fetch(path, { cookie: cookieNow(), ...request });
  const generate = (overrides: Record<string, unknown> = {}, cookie = cookieNow()) =>
    send(KEYS, { cookie, body: { ...VALID_KEY, ...overrides } });
  return {
    send,
    generate,
    revoke: (id: string, cookie = cookieNow()) => send(`${KEYS}/${id}`, { method: 'DELETE', cookie }),
    async generated(overrides: Record<string, unknown> = {}): Promise<Created> {
      const { status, body } = await answerOf(await generate(overrides));
      if (status !== 201) throw new Error(`a key was not generated: ${JSON.stringify(body)}`);
      return body as Created;
    },
    /** The keys of the list without their health, which `key-mails.test.ts` and `key-health.test.ts` are about. */
    async listed(cookie = cookieNow()): Promise<ApiKey[]> {
      const { status, body } = await answerOf(await send(KEYS, { cookie }));
      expect(status).toBe(200);
      return (body as { apiKeys: (ApiKey & { health: unknown })[] }).apiKeys.map(({ health: _, ...apiKey }) => apiKey);
    },
  };
}
