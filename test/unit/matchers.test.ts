import { describe, expect, test } from 'vitest';
import { codeOf } from '../support/app/answers.ts';
import { Harness } from '../support/app/harness.ts';

/** The message of a failed assertion. */
async function messageOf(assertion: () => Promise<void>): Promise<string> {
  const error: unknown = await assertion().then(
    () => 'it passed',
    (failure: unknown) => failure,
  );
  return error instanceof Error ? error.message : String(error);
}

describe('toHaveStatus', () => {
  test('prints the request, the status, the request id and the body, and leaves the body to the test', async () => {
    const response = await new Harness().fetch('/api/auth/me', { key: 'jes_live_oops' });
    const id = response.headers.get('X-Request-Id');
    const message = await messageOf(async () => await expect(response).toHaveStatus(200));
    expect(message.split('\n').slice(0, 4)).toEqual([
      'expected status 200',
      'GET https://api.jestha.com/api/auth/me answered 401',
      `X-Request-Id: ${id}`,
      '',
    ]);
    expect(JSON.parse(message.slice(message.indexOf('{')))).toMatchObject({ code: 'invalid_api_key', requestId: id });
    expect(await codeOf(response)).toBe('invalid_api_key');
  });

  test('leaves the body alone when it passes', async () => {
    const response = new Response('Hello');
    await expect(response).toHaveStatus(200);
    await expect(response).not.toHaveStatus(404);
    expect(await response.text()).toBe('Hello');
  });

  test.each([
    ['was read before', async (response: Response) => void (await response.text()), '(the body was read before)'],
    ['is being read', async (response: Response) => void response.body?.getReader(), /^\(the body cannot be read: /],
  ])('prints what it can of a response whose body %s', async (_, read, expected) => {
    const response = new Response('Hello', { status: 404 });
    await read(response);
    const message = await messageOf(async () => await expect(response).toHaveStatus(200));
    const [what, where, id, , body] = message.split('\n');
    expect([what, where, id]).toEqual([
      'expected status 200',
      'Request to an unknown address answered 404',
      'X-Request-Id: none',
    ]);
    expect(body).toMatch(expected);
  });

  test('prints no more of a body than a person reads', async () => {
    const message = await messageOf(async () => await expect(new Response('x'.repeat(5_000))).toHaveStatus(404));
    expect(message).toMatch(/\n\nx{2000} … \(5000 characters\)$/);
  });

  test('prints the same where a status is not wanted', async () => {
    const message = await messageOf(
      async () => await expect(new Response(null, { status: 204 })).not.toHaveStatus(204),
    );
    expect(message).toBe(
      'expected status not 204\nRequest to an unknown address answered 204\nX-Request-Id: none\n\n(no body)',
    );
  });
});

describe('expect.ulid', () => {
  test.each(['01HK153X000000000000000000', '7ZZZZZZZZZZZZZZZZZZZZZZZZZ'])('matches %s', (id) => {
    expect({ id }).toEqual({ id: expect.ulid() });
  });

  test.each([
    ['too short', '01HK153X00000000000000000'],
    ['beyond the last time', '8ZZZZZZZZZZZZZZZZZZZZZZZZZ'],
    ['with a letter that looks like a digit', '01HK153X00000000000000000I'],
    ['in lower case', '01hk153x000000000000000000'],
    ['no string', 1],
  ])('refuses an id %s, and says what it saw', (_, id) => {
    expect(id).not.toEqual(expect.ulid());
    expect(() => expect({ id }).toEqual({ id: expect.ulid() })).toThrow(`to deeply equal { id: ulid<> }`);
  });
});
