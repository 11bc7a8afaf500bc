import { beforeEach, describe, expect, test } from 'vitest';
import { THROTTLES } from '../../src/config/limits.ts';
import type { FaultInput } from '../../src/dev/emulator/faults.ts';
import { requestPasswordReset, type Visitor } from '../../src/domain/accounts/index.ts';
import { resetPassword } from '../../src/domain/ownership/index.ts';
import { sha256Hex } from '../../src/lib/hash.ts';
import { addressToHex } from '../../src/lib/ip.ts';
import { UNAVAILABLE } from '../support/app/answers.ts';
import { submit } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import {
  mailsTo,
  newAddress,
  newForm,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  type SignUpForm,
  signUp,
  stopClock,
  TOO_LONG_TO_BE_ANYBODYS,
  visitorFrom,
} from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const throttled = (retryAfter: number) => ({
  status: 429,
  body: {
    error: 'Rate limit exceeded',
    message: 'Too many attempts. Wait before the next one.',
    code: 'rate_limit_exceeded',
    retryAfter,
  },
});

let harness: Harness;

let address: string;

beforeEach(() => {
  harness = new Harness();
  address = newAddress();
});

const post = (path: string, body: unknown, options: { address?: string; headers?: Record<string, string> } = {}) =>
  harness.fetch(path, { address, body, ...options });

const visitor = (from = address): Visitor => visitorFrom(from);

const accountsLike = ({ email, username }: SignUpForm) =>
  rowsOf<{ id: string }>(harness, `SELECT id FROM accounts WHERE email = '${email}' OR username = '${username}'`);

describe('attempts', () => {
  beforeEach(() => {
    stopClock('2026-11-24T12:00:10Z');
  });

  const guess = (email = newForm().email, from = address) =>
    post(SIGN_IN, { email, password: TOO_LONG_TO_BE_ANYBODYS }, { address: from });

  test('to sign in to one account: 10 in 15 minutes, wherever they come from', async () => {
    const { email, password } = await signUp(harness);
    for (let i = 0; i < 10; i++) await expect(await guess(email, newAddress())).toHaveStatus(401);
    const response = await post(SIGN_IN, { email: email.toUpperCase(), password }, { address: newAddress() });
    expect(response.headers.get('Retry-After')).toBe('890');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(throttled(890));
    // Other accounts can still sign in.
    await expect(await guess()).toHaveStatus(401);
  });

  test('are possible again when the window has passed', async () => {
    const { email, password } = await signUp(harness);
    const clock = stopClock('2026-11-24T13:00:00Z');
    for (let i = 0; i < 11; i++) await guess(email, newAddress());
    clock.set('2026-11-24T13:30:00Z');
    await expect(await post(SIGN_IN, { email, password })).toHaveStatus(200);
  });

  test('to sign in from one address: 30 in 15 minutes, to whatever accounts; an IPv6 caller is a /64', async () => {
    for (let i = 0; i < 30; i++) await expect(await guess()).toHaveStatus(401);
    const response = await guess(newForm().email, address.replace('::1', '::2'));
    expect(response.headers.get('Retry-After')).toBe('890');
    expect(await answerOf(response)).toEqual(throttled(890));
    await expect(await guess(newForm().email, newAddress())).toHaveStatus(401);
  });

  test('to sign up from one address: 20 an hour', async () => {
    const { username } = await signUp(harness);
    for (let i = 0; i < 20; i++) await expect(await post(SIGN_UP, { ...newForm(), username })).toHaveStatus(400);
    const response = await post(SIGN_UP, newForm());
    expect(response.headers.get('Retry-After')).toBe('3590');
    expect(await answerOf(response)).toEqual(throttled(3590));
    await expect(await post(SIGN_UP, newForm(), { address: newAddress() })).toHaveStatus(200);
  });

  test('to sign up with one email address: 10 an hour, wherever they come from', async () => {
    const taken = newForm({ email: (await signUp(harness)).email });
    for (let i = 0; i < 9; i++) await expect(await post(SIGN_UP, taken, { address: newAddress() })).toHaveStatus(400);
    const response = await post(SIGN_UP, taken, { address: newAddress() });
    expect(await answerOf(response)).toEqual(throttled(3590));
  });

  test('that are not valid requests do not count', async () => {
    for (let i = 0; i < 21; i++) await expect(await post(SIGN_UP, {})).toHaveStatus(400);
    await expect(await post(SIGN_UP, newForm())).toHaveStatus(200);
  });

  const tooMany = { reason: { code: 'rate_limit_exceeded', window: 'attempts', retryAfter: 3590 } };

  test('to have a mail sent: 5 an hour for each recipient, 20 for each client address', async () => {
    const reset = (email: string, from = address) =>
      harness.run((ctx) => requestPasswordReset(ctx, visitor(from), { email }));
    const { email } = newForm();
    for (let i = 0; i < 5; i++) await reset(email, newAddress());
    await expect(reset(email, newAddress())).rejects.toMatchObject(tooMany);
    for (let i = 0; i < 20; i++) await reset(newForm().email);
    await expect(reset(newForm().email)).rejects.toMatchObject(tooMany);
  });

  test('to have the address confirmed: 5 mails an hour, and strangers who ask for resets take none of them', async () => {
    const { email, cookie } = await signUp(harness);
    for (let i = 0; i < 5; i++) await harness.run((ctx) => requestPasswordReset(ctx, visitor(newAddress()), { email }));
    const resend = () => submit(harness, '/verify-email/resend', {}, cookie);
    for (let i = 0; i < 5; i++) await expect(await resend()).toHaveStatus(303);
    const refused = await resend();
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '3590']);
  });

  test('of tokens: 30 an hour for each address', async () => {
    const confirm = () =>
      harness.fetch('/verify-email', {
        method: 'POST',
        address,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'token=none',
      });
    for (let i = 0; i < 29; i++) await expect(await confirm()).toHaveStatus(400);
    const reset = () => harness.run((ctx) => resetPassword(ctx, visitor(), { token: 'x', password: 'correct horse' }));
    await expect(reset()).rejects.toMatchObject({ reason: { code: 'invalid_request' } });
    await expect(reset()).rejects.toMatchObject(tooMany);
    await expect(await confirm()).toHaveStatus(429);
  });

  test('are counted in Redis without an email address or username', async () => {
    const { email } = newForm();
    await guess(email);
    const name = (rule: { name: string }, subject: string) => `throttle:${rule.name}:${subject}`;
    const keys = (await harness.redis('KEYS', 'throttle:sign-in:*')) as string[];
    const block = addressToHex(address)?.slice(0, 16) ?? 'none';
    for (const [rule, subject] of [
      [THROTTLES.signInAccount, email],
      [THROTTLES.signInAddress, block],
    ] as const) {
      const hashed = name(rule, await sha256Hex(subject));
      expect(keys.filter((key) => key.startsWith(hashed))).toHaveLength(1);
      expect(keys.filter((key) => key.includes(subject))).toEqual([]);
    }
  });
});

describe('while Redis is away', () => {
  test.each<FaultInput>([
    { kind: 'refuse' },
    { kind: 'error' },
    { kind: 'hang' },
    { kind: 'truncate' },
  ])('people sign in ($kind)', async (fault) => {
    const { email, password } = await signUp(harness);
    await harness.upstash.setFaults(fault);
    const started = performance.now();
    const { response, settled } = harness.start(SIGN_IN, { address, body: { email, password } });
    const answered = await response;
    expect(performance.now() - started).toBeLessThan(5_000);
    await expect(answered).toHaveStatus(200);
    await harness.upstash.setFaults();
    await settled();
  });

  test('people sign up and out', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    const { cookie } = await signUp(harness);
    const response = await harness.fetch(SIGN_OUT, { method: 'POST', headers: { Cookie: cookie } });
    await expect(response).toHaveStatus(200);
  });

  test('the binding counts: 20 a minute for each account, and for each address', async () => {
    await harness.upstash.setFaults({ kind: 'refuse' });
    // The binding has its own clock and minutes: the attempts fall into at most two of them.
    const attemptsUntilRefused = async (attempt: () => Promise<Response>) => {
      for (let i = 0; i < 41; i++) {
        const response = await attempt();
        if (response.status === 401) continue;
        expect(response.headers.get('Retry-After')).toBe('60');
        expect(await answerOf(response)).toEqual(throttled(60));
        return i;
      }
      return Number.POSITIVE_INFINITY;
    };
    const { email } = newForm();
    const wrong = { password: TOO_LONG_TO_BE_ANYBODYS };
    const ofAccount = await attemptsUntilRefused(() => post(SIGN_IN, { email, ...wrong }, { address: newAddress() }));
    expect(ofAccount).toBeGreaterThanOrEqual(20);
    expect(ofAccount).toBeLessThanOrEqual(40);
    const ofAddress = await attemptsUntilRefused(() => post(SIGN_IN, { email: newForm().email, ...wrong }));
    expect(ofAddress).toBeGreaterThanOrEqual(20);
    expect(ofAddress).toBeLessThanOrEqual(40);
  });
});

describe('while Neon is away', () => {
  test.each(['refuse', 'error', 'truncate'] as const)('sign-up and sign-in are 503 (%s)', async (kind) => {
    const { email, password } = await signUp(harness);
    const form = newForm();
    await harness.neon.setFaults({ kind });
    for (const response of [await post(SIGN_UP, form), await post(SIGN_IN, { email, password })]) {
      expect(response.headers.get('Retry-After')).toBe('5');
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await answerOf(response)).toEqual(UNAVAILABLE);
    }
    await harness.neon.setFaults();
    expect(await accountsLike(form)).toEqual([]);
    expect(await mailsTo(form.email)).toEqual([]);
    await expect(await post(SIGN_UP, form)).toHaveStatus(200);
  });

  test('a sign-in whose session was not written is 503 and sets no session cookie', async () => {
    const { email, password } = await signUp(harness);
    await harness.neon.setFaults({ kind: 'refuse', match: 'insert into \\"sessions\\"' });
    const response = await post(SIGN_IN, { email, password });
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await answerOf(response)).toEqual(UNAVAILABLE);
  });
});
