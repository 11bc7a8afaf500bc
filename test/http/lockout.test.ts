import { beforeEach, describe, expect, test } from 'vitest';
import { requestPasswordReset } from '../../src/domain/accounts/index.ts';
import { submit } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  cookieOf,
  mailsTo,
  newAddress,
  newForm,
  newPerson,
  signUp,
  stopClock,
  type TestPerson,
  visitorFrom,
} from '../support/app/people.ts';

const SIGN_IN = '/api/auth/sign-in/email';
const SIGN_UP = '/api/auth/sign-up/email';

/** Wrong without the cost of hashing it. */
const WRONG = 'x'.repeat(129);

let harness: Harness;
let victim: TestPerson;
/** The address of the attacker. */
let theirs: string;

beforeEach(async () => {
  harness = new Harness();
  stopClock('2026-11-24T12:00:10Z');
  victim = await newPerson(harness);
  theirs = newAddress();
});

const guess = (email: string, address: string, cookie?: string) =>
  harness.fetch(SIGN_IN, { address, body: { email, password: WRONG }, ...(cookie !== undefined && { cookie }) });
const signIn = (address = newAddress(), cookie?: string) =>
  harness.fetch(SIGN_IN, {
    address,
    body: { email: victim.email, password: victim.password },
    ...(cookie !== undefined && { cookie }),
  });

async function times(count: number, act: () => Promise<Response>): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await act()).status);
  return statuses;
}
const all = (count: number, status: number) => Array.from({ length: count }, () => status);

/** Ten wrong passwords from many addresses: the account has no attempt left for browsers it does not know. */
async function useUpAccount(): Promise<void> {
  expect(await times(10, () => guess(victim.email, newAddress()))).toEqual(all(10, 401));
  await expect(await signIn()).toHaveStatus(429);
}

describe('an address without attempts left', () => {
  test('uses up no sign-in attempt of another person', async () => {
    expect(await times(30, () => guess(newForm().email, theirs))).toEqual(all(30, 401));
    expect(await times(10, () => guess(victim.email, theirs))).toEqual(all(10, 429));
    await expect(await signIn()).toHaveStatus(200);
    expect(await times(9, () => guess(victim.email, newAddress()))).toEqual(all(9, 401));
  });

  test('uses up no mail of another person', async () => {
    const ask = (email: string, address: string) =>
      harness.run((ctx) => requestPasswordReset(ctx, visitorFrom(address), { email }));
    for (let i = 0; i < 20; i++) await ask(newForm().email, theirs);
    for (let i = 0; i < 5; i++) {
      await expect(ask(victim.email, theirs)).rejects.toMatchObject({ reason: { code: 'rate_limit_exceeded' } });
    }
    for (let i = 0; i < 5; i++) await ask(victim.email, newAddress());
    // The first was the one to confirm the address.
    expect(await mailsTo(victim.email)).toHaveLength(6);
  });

  test('uses up no sign-up of another person', async () => {
    const taken = newForm({ username: victim.username });
    expect(await times(20, () => harness.fetch(SIGN_UP, { address: theirs, body: taken }))).toEqual([
      ...all(10, 400),
      ...all(10, 429),
    ]);
    const other = newForm();
    expect(await times(10, () => harness.fetch(SIGN_UP, { address: theirs, body: other }))).toEqual(all(10, 429));
    await expect(await harness.fetch(SIGN_UP, { address: newAddress(), body: other })).toHaveStatus(200);
  });
});

describe('an account', () => {
  test('counts failures only: a sign-in that succeeds clears what came before it', async () => {
    for (let round = 0; round < 3; round++) {
      expect(await times(9, () => guess(victim.email, newAddress()))).toEqual(all(9, 401));
      await expect(await signIn()).toHaveStatus(200);
    }
  });

  test('gives fifteen guesses at once no more than ten', async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, () => guess(victim.email, newAddress())));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  test('whose attempts are used up is open to the browser that signed in before', async () => {
    await useUpAccount();
    const known = await signIn(newAddress(), victim.knownBrowser);
    await expect(known).toHaveStatus(200);
    // Through the form, too, and from an address that has no attempt left either.
    await times(30, () => guess(newForm().email, theirs));
    const form = { email: victim.email, password: victim.password, next: '' };
    await expect(await submit(harness, '/sign-in', form, cookieOf(known))).toHaveStatus(303);
    await expect(await signIn(theirs, victim.knownBrowser)).toHaveStatus(200);
  });

  test('mails its known browser a link to choose a password, however many others have asked for', async () => {
    const ask = (cookie?: string) => submit(harness, '/forgot-password', { email: victim.email }, cookie);
    expect(await times(5, () => ask())).toEqual(all(5, 303));
    await expect(await ask()).toHaveStatus(429);
    expect(await times(5, () => ask(victim.knownBrowser))).toEqual(all(5, 303));
    await expect(await ask(victim.knownBrowser)).toHaveStatus(429);
  });

  test('refuses a known browser after ten wrong guesses, and no other browser', async () => {
    expect(await times(10, () => guess(victim.email, theirs, victim.knownBrowser))).toEqual(all(10, 401));
    await expect(await signIn(theirs, victim.knownBrowser)).toHaveStatus(429);
    await expect(await signIn()).toHaveStatus(200);
    // The window of another known browser is another one.
    const [, other = ''] = cookieOf(await signIn()).split('; ');
    await expect(await signIn(theirs, other)).toHaveStatus(200);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['of another account', async () => (await newPerson(harness)).knownBrowser],
    ['with another id of the browser', () => victim.knownBrowser.replace(/=.{4}/, '=AAAA')],
    ['with another signature', () => victim.knownBrowser.replace(/.{4}$/, 'AAAA')],
    ['without a signature', () => victim.knownBrowser.replace(/\..*$/, '')],
    ['that is the session’s value', () => `__Host-jestha.known_browser=${victim.cookie.split('=', 2)[1]}`],
    ['that is empty', () => '__Host-jestha.known_browser='],
  ])('knows no browser by a cookie %s', async (_, cookie) => {
    const forged = await cookie();
    await useUpAccount();
    await expect(await signIn(newAddress(), forged)).toHaveStatus(429);
  });
});

describe('the cookie of a known browser', () => {
  test('holds neither the address nor the id or name of the account', () => {
    for (const told of [victim.email, victim.id, victim.username, btoa(victim.email).replaceAll('=', '')]) {
      expect(victim.knownBrowser).not.toContain(told);
    }
  });

  test('knows five accounts, and forgets the one that signed in longest ago', async () => {
    const people = [victim];
    let cookie = victim.knownBrowser;
    for (let i = 0; i < 5; i++) {
      const other = await newPerson(harness);
      const body = { email: other.email, password: other.password };
      const response = await harness.fetch(SIGN_IN, { address: newAddress(), body, cookie });
      [, cookie = ''] = cookieOf(response).split('; ');
      people.push(other);
    }
    const isKnown = async ({ email }: TestPerson) => {
      await times(10, () => guess(email, newAddress()));
      return (await guess(email, newAddress(), cookie)).status === 401;
    };
    const known: boolean[] = [];
    for (const person of people) known.push(await isKnown(person));
    expect(known).toEqual([false, true, true, true, true, true]);
  });

  test('is for accounts whose address is confirmed: a stranger who signed one up is not known to it', async () => {
    const stranger = await signUp(harness);
    const body = { email: stranger.email, password: stranger.password };
    const signedIn = await harness.fetch(SIGN_IN, { address: newAddress(), body });
    expect([stranger.cookie, cookieOf(signedIn)].filter((cookies) => cookies.includes('known_browser'))).toEqual([]);
  });

  test('outlives signing out, and a secret that is being replaced', async () => {
    const out = await harness.fetch('/api/auth/sign-out', { method: 'POST', cookie: victim.cookie });
    expect(out.headers.getSetCookie().filter((cookie) => cookie.includes('known_browser'))).toEqual([]);
    await useUpAccount();
    const { SESSION_SECRET } = harness.env;
    harness = new Harness({ SESSION_SECRET: 'b'.repeat(32), SESSION_SECRET_PREVIOUS: SESSION_SECRET });
    await expect(await signIn(newAddress(), victim.knownBrowser)).toHaveStatus(200);
  });
});

test('a refusal says nothing but that it is one', async () => {
  await useUpAccount();
  const response = await signIn();
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await answerOf(response)).toMatchObject({
    status: 429,
    body: { code: 'rate_limit_exceeded', retryAfter: 890 },
  });
});
