import { onTestFinished, vi } from 'vitest';
import { requestPasswordReset, type Visitor } from '../../../src/domain/accounts/index.ts';
import type { SessionCtx } from '../../../src/domain/context.ts';
import { addressToHex } from '../../../src/lib/ip.ts';
import { servicesOfProcess } from '../database/services.ts';
import { submit } from './forms.ts';
import type { Harness } from './harness.ts';
import { newUsername } from './names.ts';

/** A person who has signed up, with the cookie of their session. */
export interface TestPerson {
  /** The session cookie of their browser. */
  readonly cookie: string;
  /** The cookie that shows that they signed in with it; empty until their address is confirmed. */
  readonly knownBrowser: string;
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** The fields of a sign-up form. */
export interface SignUpForm {
  readonly name: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** A sign-up form with a new username and email address. */
export function newForm(overrides: Partial<SignUpForm> = {}): SignUpForm {
  const username = newUsername();
  return { name: 'Zoë 🦊', username, email: `${username}@example.com`, password: 'correct horse', ...overrides };
}

/** An address whose /64 no other test has, so that tests do not share throttles. */
export function newAddress(): string {
  const hex = crypto.randomUUID().replaceAll('-', '');
  return `2001:db8:${hex.slice(0, 4)}:${hex.slice(4, 8)}::1`;
}

/** Signs a new person up through the API. */
export async function signUp(harness: Harness, overrides: Partial<SignUpForm> = {}): Promise<TestPerson> {
  const form = newForm(overrides);
  const response = await harness.fetch('/api/auth/sign-up/email', { address: newAddress(), body: form });
  if (response.status !== 200) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const { id } = (await response.json()) as { id: string };
  const { username, email, password } = form;
  return { cookie: cookieOf(response), knownBrowser: '', id, username, email, password };
}

/** A person who has signed up and confirmed their email address. */
export async function newPerson(harness: Harness, overrides: Partial<SignUpForm> = {}): Promise<TestPerson> {
  const person = await signUp(harness, overrides);
  const confirmed = await confirmEmail(harness, tokenIn((await mailsTo(person.email))[0]), person.cookie);
  if (confirmed.status !== 200) throw new Error(`confirming answered ${confirmed.status}: ${await confirmed.text()}`);
  return { ...person, knownBrowser: cookieOf(confirmed) };
}

/** Presses the button of the page that a mail to confirm an address leads to. */
export function confirmEmail(harness: Harness, token: string, cookie?: string): Promise<Response> {
  return submit(harness, '/verify-email', { token }, cookie);
}

/** The cookies of a response, as a browser sends them back. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

/** Runs verbs as this person. */
export async function runAs<T>(
  harness: Harness,
  { id }: { readonly id: string },
  work: (ctx: SessionCtx) => Promise<T>,
): Promise<T> {
  const { sessionId } = await harness.newSession({ account: { id, username: '' } });
  return await harness.run((ctx) =>
    work({ ...ctx, actor: { type: 'session', accountId: id, sessionId, authenticatedAt: harness.now } }),
  );
}

/**
 * A browser that no account knows.
 *
 * @param address none by default
 */
export function visitorFrom(address?: string): Visitor {
  const hex = address === undefined ? undefined : addressToHex(address);
  const client = address === undefined || hex === undefined ? undefined : { text: address, hex };
  return { address: client, userAgent: null, cookie: null, knownBrowser: undefined };
}

/** Asks for a mail to choose another password by. */
export function requestReset(harness: Harness, email: string): Promise<void> {
  return harness.run((ctx) => requestPasswordReset(ctx, visitorFrom(), { email }));
}

/** The mails to an address, the newest first. */
export async function mailsTo(
  email: string,
): Promise<{ from: string; to: string[]; subject: string; text: string; headers?: Record<string, string> }[]> {
  const response = await fetch(`${servicesOfProcess().mail}/dev/mail/${encodeURIComponent(email)}`);
  return await response.json();
}

/** The token of the link in a mail. */
export function tokenIn(mail: { readonly text: string } | undefined): string {
  return /token=(\S+)/.exec(mail?.text ?? '')?.[1] ?? 'none';
}

/** Watches the log from here to the end of the test. */
export function watchLog(): { text(): string; events(): Record<string, unknown>[] } {
  const spy = vi.spyOn(console, 'log');
  onTestFinished(() => spy.mockRestore());
  const lines = () => spy.mock.calls.map((parts) => parts.map(String).join(' '));
  return {
    text: () => lines().join('\n'),
    events: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Stops the clock of throttles and of better-auth, for this test; it can be set on. @param time ISO-8601 */
export function stopClock(time: string): { set(time: string): void } {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
  onTestFinished(() => void vi.useRealTimers());
  return { set: (later) => void vi.setSystemTime(new Date(later)) };
}

export const SIGN_UP = '/api/auth/sign-up/email';

export const SIGN_IN = '/api/auth/sign-in/email';

export const SIGN_OUT = '/api/auth/sign-out';

/** The cookie of a new session. */
export const SET_COOKIE =
  /^__Host-jestha\.session_token=[0-9A-Za-z]{32}\.[0-9A-Za-z%]{44,60}; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/;

export const INVALID_CREDENTIALS = {
  status: 401,
  body: {
    error: 'Invalid email or password',
    message: 'No account has this email address and password.',
    code: 'invalid_credentials',
  },
};

/** A password that is wrong without the cost of hashing it. */
export const TOO_LONG_TO_BE_ANYBODYS = 'x'.repeat(129);
