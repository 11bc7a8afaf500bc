import { beforeEach, describe, expect, test } from 'vitest';
import { READ_AHEAD_MAX, READ_AHEAD_MIN_REMAINING } from '../../src/config/limits.ts';
import type { Credentials } from '../../src/domain/auth/authentication.ts';
import { guessAdmission } from '../../src/domain/auth/guesses.ts';
import type { Ctx } from '../../src/domain/context.ts';
import type { KeyRecord } from '../../src/domain/keys/index.ts';
import { Admissions } from '../../src/domain/limits/index.ts';
import { RECORD } from '../support/app/key-record.ts';

const NOW = RECORD.loadedAt;
const READ = { address: () => undefined, readAhead: () => undefined } as unknown as Credentials;
const DAY = { remaining: 9_000, resetsAt: NOW };

let hash: string;
let counts: Admissions;

beforeEach(() => {
  hash = crypto.randomUUID();
  counts = countsWith({ remaining: 59 });
});

/** Counts of an isolate that Redis has told so much. */
function countsWith({ remaining, day = DAY.remaining }: { remaining: number; day?: number }): Admissions {
  const told = new Admissions();
  told.answered(told.send(NOW, false), NOW, true, {
    remaining,
    resetsAt: NOW + 60_000,
    day: { ...DAY, remaining: day },
  });
  return told;
}

const guess = ({ credentials = READ, now = NOW }: { credentials?: Credentials; now?: number } = {}) =>
  guessAdmission({ now } as Ctx, hash, credentials, counts);

/** A call that Redis has admitted. */
function admit(record: KeyRecord = RECORD): void {
  const call = guess();
  call.confirm(record);
  call.end();
}

const isGuessed = (made: ReturnType<typeof guess>) => {
  made.end();
  return made.actor !== undefined;
};

test('a key is guessed to be admitted once it was, as the actor that it was', () => {
  expect(guess().actor).toBeUndefined();
  admit();
  expect(guess().actor).toEqual({
    type: 'apiKey',
    accountId: 'account',
    keyId: 'key',
    label: 'a | b',
    scopes: ['write:jes'],
  });
});

test('a call that reads nothing is not guessed about', () => {
  admit();
  expect(isGuessed(guess({ credentials: { ...READ, readAhead: undefined } }))).toBe(false);
});

test('few guesses are under way at once', () => {
  admit();
  const made = Array.from({ length: READ_AHEAD_MAX }, () => guess());
  expect(made.every(({ actor }) => actor)).toBe(true);
  expect(guess().actor).toBeUndefined();
  made[0]?.confirm(RECORD);
  made[0]?.end();
  expect(guess().actor).toBeDefined();
});

test('a guess that is never decided, since its request was ended, is under way for a minute', () => {
  admit();
  for (let i = 0; i < READ_AHEAD_MAX; i++) guess();
  expect(guess({ now: NOW + 59_999 }).actor).toBeUndefined();
  expect(guess({ now: NOW + 60_000 }).actor).toBeDefined();
});

describe('a refusal or a failure ends the guesses', () => {
  test('until a call is admitted', () => {
    admit();
    guess().end();
    expect(isGuessed(guess())).toBe(false);
    admit();
    expect(isGuessed(guess())).toBe(true);
  });

  test('also where a call that was sent before it is answered after it', () => {
    admit();
    const [early, refused] = [guess(), guess()];
    refused.end();
    early.confirm(RECORD);
    early.end();
    expect(isGuessed(guess())).toBe(false);
  });
});

test('the record is held against the time and the address of each call', () => {
  const address = (hex: string) => ({ ...READ, address: () => ({ text: '', hex }) });
  const range = { lo: '0'.repeat(32), hi: '1'.padEnd(32, '0') };
  admit({ ...RECORD, expiresAt: NOW + 1_000, ranges: [range] });
  expect(guess({ credentials: address(range.hi), now: NOW + 999 }).actor).toBeDefined();
  expect(guess({ credentials: address('2'.padEnd(32, '0')) }).actor).toBeUndefined();
  expect(guess({ credentials: READ }).actor).toBeUndefined();
  expect(guess({ credentials: address(range.hi), now: NOW + 1_000 }).actor).toBeUndefined();
});

describe('a key with few requests left is not guessed about', () => {
  test.each([
    ['in its minute', { remaining: READ_AHEAD_MIN_REMAINING - 1 }],
    ['in its day', { remaining: 59, day: READ_AHEAD_MIN_REMAINING - 1 }],
  ])('%s', (_, left) => {
    admit();
    expect(guess().actor).toBeDefined();
    counts = countsWith(left);
    expect(guess().actor).toBeUndefined();
  });

  test('counting the calls that are under way', () => {
    admit();
    counts = countsWith({ remaining: READ_AHEAD_MIN_REMAINING });
    expect(isGuessed(guess())).toBe(true);
    admit();
    counts.send(NOW, false);
    expect(isGuessed(guess())).toBe(false);
  });
});
