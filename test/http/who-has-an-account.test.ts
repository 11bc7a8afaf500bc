import { beforeEach, describe, expect, test } from 'vitest';
import type { Identity } from '../../src/data/identity.ts';
import { requestPasswordReset, signIn } from '../../src/domain/accounts/index.ts';
import { submit } from '../support/app/forms.ts';
import { Harness, withPorts } from '../support/app/harness.ts';
import { mailsTo, newAddress, newForm, newPerson, type TestPerson, visitorFrom } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

/** An answer as an observer sees it, and the work until it came, by which time can be compared without clocks. */
interface Seen {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly neon: unknown;
  readonly upstash: unknown;
}

let harness: Harness;
let person: TestPerson;
/** An address without an account. It is as long as the person's, which a page repeats. */
let unknown: string;

beforeEach(async () => {
  harness = new Harness();
  person = await newPerson(harness);
  unknown = newForm().email;
});

/** Sends a request and records its effects until the response, before its background tasks. */
async function seen(
  send: (email: string) => { response: Promise<Response>; settled: () => Promise<void> },
  email: string,
) {
  await harness.neon.reset();
  await harness.upstash.reset();
  const { response, settled } = send(email);
  const answered = await response;
  const { 'x-request-id': _, ...headers } = Object.fromEntries(answered.headers);
  const body = (await answered.text()).replaceAll(/[0-7][0-9A-HJKMNP-TV-Z]{25}/g, 'ID').replaceAll(email, 'EMAIL');
  await settled();
  const [neon, upstash] = [await harness.neon.counters(), await harness.upstash.counters()];
  return { status: answered.status, headers, body, neon, upstash } satisfies Seen;
}

const WRONG = 'wrong horse';
const form = (path: string, fields: Record<string, string>) =>
  harness.start(path, {
    method: 'POST',
    address: newAddress(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin' },
    body: new URLSearchParams(fields).toString(),
  });

const WAYS: [string, (email: string) => ReturnType<Harness['start']>][] = [
  [
    'POST /api/auth/sign-in/email',
    (email) => harness.start('/api/auth/sign-in/email', { address: newAddress(), body: { email, password: WRONG } }),
  ],
  ['the sign-in page', (email) => form('/sign-in', { email, password: WRONG, next: '' })],
  ['the page for a forgotten password', (email) => form('/forgot-password', { email })],
];

describe.each(WAYS)('%s', (_, send) => {
  test('answers an address with an account and one without alike: headers, body, statements', async () => {
    // The first request of all loads scripts.
    await seen(send, newForm().email);
    const known = await seen(send, person.email);
    expect(known.headers).not.toHaveProperty('server-timing');
    expect(await seen(send, unknown)).toEqual(known);
    const withoutPassword = await newPerson(harness);
    await rowsOf(harness, `DELETE FROM credentials WHERE account_id = '${withoutPassword.id}'`);
    expect(await seen(send, withoutPassword.email)).toEqual(known);
  });
});

/** Runs a verb with an identity library that counts its calls. */
async function asked(work: (ctx: Parameters<Parameters<Harness['run']>[0]>[0]) => Promise<unknown>) {
  const calls: string[] = [];
  await harness.run(async (ctx) => {
    const identity = await ctx.ports.identity;
    const counting = new Proxy(identity, {
      get(target, name: keyof Identity) {
        calls.push(name);
        return target[name];
      },
    });
    await work(withPorts(ctx, { identity: Promise.resolve(counting) })).catch(() => undefined);
  });
  return calls.filter((name) => name !== 'then');
}

test.each([
  ['with an account', () => person.email],
  ['without an account', () => unknown],
])('a wrong password for an address %s costs one comparison of scrypt', async (_, email) => {
  const calls = await asked((ctx) => signIn(ctx, visitorFrom(newAddress()), { email: email(), password: WRONG }));
  expect(calls).toEqual(['verifyPassword']);
});

test('a comparison without a hash costs as much as one with a hash, and is always false', async () => {
  const identity = await harness.run((ctx) => ctx.ports.identity);
  for (const password of ['', WRONG, '0'.repeat(128)])
    expect(await identity.verifyPassword(password, null)).toBe(false);
  expect(await identity.verifyPassword(WRONG, await identity.hashPassword(WRONG))).toBe(true);
});

test('a forgotten password is answered before the link is made and mailed', async () => {
  await harness.neon.setFaults({ kind: 'hang', match: 'INSERT INTO mailed_links' });
  const { response, settled } = form('/forgot-password', { email: person.email });
  await expect(await response).toHaveStatus(303);
  await harness.neon.untilHeld();
  await harness.neon.setFaults();
  await settled();
  expect((await mailsTo(person.email))[0]?.subject).toBe('Choose a new password for Jestha');
});

test('a forgotten password needs nothing of the identity library', async () => {
  const calls = await asked((ctx) => requestPasswordReset(ctx, visitorFrom(newAddress()), { email: person.email }));
  expect(calls).toEqual([]);
});

test('Server-Timing is for callers with a good credential', async () => {
  const key = await harness.newKey();
  const timingOf = async (request: Parameters<Harness['fetch']>[1]) =>
    (await harness.fetch('/api/auth/me', request)).headers.has('Server-Timing');
  expect(await timingOf({ key: key.key })).toBe(true);
  expect(await timingOf({ cookie: person.cookie })).toBe(true);
  await harness.revoke(key);
  for (const request of [{}, { key: key.key }, { key: 'jes_live_short' }, { cookie: `${person.cookie}x` }]) {
    expect(await timingOf(request)).toBe(false);
  }
  const signedOut = await submit(harness, '/sign-out', {}, person.cookie);
  expect(signedOut.headers.has('Server-Timing')).toBe(true);
});
