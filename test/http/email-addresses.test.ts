import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromAlias, mapEmails, toAlias } from '../../src/data/email-alias.ts';
import { toEmailAddress } from '../../src/lib/email.ts';
import { invalid } from '../support/app/answers.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newUsername } from '../support/app/names.ts';
import { confirmEmail, cookieOf, mailsTo, newAddress, newForm, tokenIn } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

const SIGN_UP = '/api/auth/sign-up/email';
const SIGN_IN = '/api/auth/sign-in/email';

/** The address as it is sent, and as it is kept. No other account has either. */
const unique = (write: (tag: string) => readonly [string, string]) => write(newUsername());

const ADDRESSES: readonly [string, (tag: string) => readonly [string, string]][] = [
  ['an internationalised domain', (tag) => [`${tag}@xn--80a1acny.xn--p1ai`, `${tag}@xn--80a1acny.xn--p1ai`]],
  ['that domain in letters', (tag) => [`${tag}@почта.рф`, `${tag}@xn--80a1acny.xn--p1ai`]],
  ['a domain in capital and full-width letters', (tag) => [`${tag}@BÜCHER．Example`, `${tag}@xn--bcher-kva.example`]],
  ['an ampersand', (tag) => [`r&d.${tag}@example.com`, `r&d.${tag}@example.com`]],
  [
    'every sign there may be',
    (tag) => [`.!#$%&'*+/=?^_\`{|}~-..${tag}.@example.com`, `.!#$%&'*+/=?^_\`{|}~-..${tag}.@example.com`],
  ],
  ['a top-level domain in digits', (tag) => [`${tag}@example.123`, `${tag}@example.123`]],
  ['white space around it', (tag) => [` \t${tag}@Example.com\r\n`, `${tag}@example.com`]],
  ['the look of our alias of another', (tag) => [`${tag}@alias.invalid`, `${tag}@alias.invalid`]],
];

describe('an email address', () => {
  test.each(ADDRESSES)('with %s signs up, signs in, is proven and resets its password', async (_, write) => {
    const harness = new Harness();
    const [sent, kept] = unique(write);
    const form = newForm({ email: sent });
    const signedUp = await harness.fetch(SIGN_UP, { address: newAddress(), body: form });
    expect(await answerOf(signedUp.clone())).toMatchObject({
      status: 200,
      body: { email: kept, emailVerified: false },
    });
    expect(await rowsOf(harness, `SELECT email FROM accounts WHERE username = '${form.username}'`)).toEqual([
      { email: kept },
    ]);

    const [verification] = await mailsTo(kept);
    expect(verification).toMatchObject({ to: [kept], subject: 'Confirm your email address for Jestha' });
    await expect(await confirmEmail(harness, tokenIn(verification), cookieOf(signedUp))).toHaveStatus(200);
    const whoami = await harness.fetch('/api/auth/me', { cookie: cookieOf(signedUp) });
    expect(await answerOf(whoami)).toMatchObject({ body: { email: kept, emailVerified: true } });

    for (const email of [sent, kept, kept.toUpperCase()]) {
      const body = { email, password: form.password };
      await expect(await harness.fetch(SIGN_IN, { address: newAddress(), body })).toHaveStatus(200);
      await expect(await submit(harness, '/sign-in', body)).toHaveStatus(303);
    }

    expect((await submit(harness, '/forgot-password', { email: sent })).headers.get('Location')).toBe(
      '/forgot-password/sent',
    );
    const [reset] = await mailsTo(kept);
    expect(reset).toMatchObject({ to: [kept], subject: 'Choose a new password for Jestha' });
    const fields = { token: tokenIn(reset), password: 'battery staple' };
    expect((await submit(harness, '/reset-password', fields)).headers.get('Location')).toBe('/sign-in?notice=reset');
    const body = { email: sent, password: 'battery staple' };
    await expect(await harness.fetch(SIGN_IN, { address: newAddress(), body })).toHaveStatus(200);
  });

  test.each(ADDRESSES)('with %s is taken by one account', async (_, write) => {
    const harness = new Harness();
    const [sent, kept] = unique(write);
    const body = (email: string) => ({ address: newAddress(), body: newForm({ email }) });
    await expect(await harness.fetch(SIGN_UP, body(sent))).toHaveStatus(200);
    for (const email of [sent, kept]) {
      const taken = invalid({ path: 'email', message: 'is taken by another account' });
      expect(await answerOf(await harness.fetch(SIGN_UP, body(email)))).toEqual(taken);
    }
  });

  test.each([
    'zoe',
    'example.com',
    'zoe.bücher.example',
    'zoe@',
    '@example.com',
    'zoe@localhost',
    'zoe@exa mple.com',
    'zoe@example..com',
    'zoe@.example.com',
    'zoe@example.com.',
    'zoe@-example.com',
    'zoe@example-.com',
    'zoe@exam_ple.com',
    `zoe@${'a'.repeat(64)}.com`,
    'zoe@[192.0.2.1]',
    '"zoe"@example.com',
    'zoë@example.com',
    'zo e@example.com',
    'zoe@example.com, eve@example.com',
    'zoe@eve@example.com',
    'Zoe <zoe@example.com>',
    'zoe@exam\u200bple.com/x',
    'zoe@bücher.de/x',
    'zoe@bü%63her.de',
    'zoe@bücher.de:443',
    'zoe@user:pw@bücher.de',
    'zoe@bücher.de?x',
    'zoe@\u00ad.de',
    'zoe@ü',
    'zoe@xn--.ü',
    'zoe\0@example.com',
    '',
  ])('%j is none', (text) => {
    expect(toEmailAddress(text)).toBeUndefined();
  });

  test('of 254 characters is taken, one of 255 is not, as it will be kept', async () => {
    const harness = new Harness();
    const tag = newUsername();
    const email = (length: number) =>
      `${tag}${'x'.repeat(length - tag.length - '@xn--bcher-kva.example'.length)}@bücher.example`;
    const send = (length: number) =>
      harness.fetch(SIGN_UP, { address: newAddress(), body: newForm({ email: email(length) }) });
    await expect(await send(254)).toHaveStatus(200);
    expect(await answerOf(await send(255))).toEqual(
      invalid({ path: 'email', message: 'must be at most 254 characters' }),
    );
  });
});

describe('the alias by which the identity library knows an address', () => {
  test('is valid for it, and unique to the address', () => {
    const aliases = new Map<string, string>();
    const characters = [...`abc123.!#$%&'*+/=?^_\`{|}~-`];
    const address = fc.oneof(
      fc.emailAddress().map((email) => email.toLowerCase()),
      fc
        .array(fc.constantFrom(...characters), { minLength: 1, maxLength: 20 })
        .chain((local) =>
          fc
            .constantFrom('example.com', 'xn--80a1acny.xn--p1ai', 'alias.invalid')
            .map((at) => `${local.join('')}@${at}`),
        ),
    );
    fc.assert(
      fc.property(address, (email) => {
        fc.pre(toEmailAddress(email) === email);
        const alias = toAlias(email);
        expect(toEmailAddress(alias)).toBe(alias);
        expect(fromAlias(alias)).toBe(email);
        expect(aliases.get(alias) ?? email).toBe(email);
        aliases.set(alias, email);
      }),
      { numRuns: 2_000 },
    );
  });

  test('replaces the fields named email, and no other value', () => {
    const at = new Date(0);
    const where = [
      { field: 'email', value: 'a@b.c', operator: 'eq' },
      { field: 'name', value: 'a@b.c' },
    ];
    const row = { email: 'a@b.c', name: 'a@b.c', at, none: null, user: { email: 'a@b.c' } };
    const shout = (email: string) => email.toUpperCase();
    expect(mapEmails([{ model: 'user', where }, row, 7, 'a@b.c'], shout)).toEqual([
      { model: 'user', where: [{ field: 'email', value: 'A@B.C', operator: 'eq' }, where[1]] },
      { email: 'A@B.C', name: 'a@b.c', at, none: null, user: { email: 'A@B.C' } },
      7,
      'a@b.c',
    ]);
  });
});

describe('single lines', () => {
  test('of a sign-up lose the white space around them, by form as in JSON; a password keeps its own', async () => {
    const harness = new Harness();
    const sent = () => {
      const username = newUsername();
      return {
        name: '\u00a0 Zoë\t',
        username: ` ${username.toUpperCase()} \n`,
        email: ` ${username}@example.com `,
        password: ' correct horse ',
      };
    };
    const kept = ({ email }: { email: string }) => ({
      displayName: 'Zoë',
      username: email.trim().split('@')[0],
      email: email.trim(),
    });
    const byJson = sent();
    const answer = await harness.fetch(SIGN_UP, { address: newAddress(), body: byJson });
    expect(await answerOf(answer)).toMatchObject({ status: 200, body: kept(byJson) });

    const byForm = sent();
    const response = await submit(harness, '/sign-up', byForm);
    await expect(response).toHaveStatus(303);
    expect(await answerOf(await harness.fetch('/api/auth/me', { cookie: cookieOf(response) }))).toMatchObject({
      body: kept(byForm),
    });

    for (const { email } of [byJson, byForm]) {
      const signIn = (password: string) => harness.fetch(SIGN_IN, { address: newAddress(), body: { email, password } });
      await expect(await signIn('correct horse')).toHaveStatus(401);
      await expect(await signIn(' correct horse ')).toHaveStatus(200);
    }
  });

  test('of a key, a JeHub, a place and a poll do so, too', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const key = { label: ' \tBridge\n', scopes: ['write:jes'], acceptTerms: true };
    const made = await harness.fetch('/api/auth/api-keys', { cookie, body: { ...key, ipAllowlist: [' 10.0.0.1 '] } });
    expect(await answerOf(made)).toMatchObject({
      status: 201,
      body: { apiKey: { label: 'Bridge', ipAllowlist: ['10.0.0.1'] } },
    });
    const form = { ...key, expiry: 'never', expiresOn: '', ipAllowlist: ' 10.0.0.1 ', acceptTerms: 'on' };
    const { headers } = await submit(harness, '/settings/api-access/new', form, cookie);
    const page = await open(harness, (headers.get('Location') ?? '').replace(/\/key$/, ''), cookie);
    expect(await page.text()).toContain('<h1>Bridge</h1>');

    const hub = await harness.fetch('/api/jehubs', { cookie, body: { name: '  Foxes ' } });
    expect(await answerOf(hub)).toMatchObject({ status: 201, body: { name: 'Foxes' } });
    const jes = {
      content: '  kept as it is ',
      location: { name: ' Paris ' },
      poll: { options: [' yes', 'no '] },
      linkPreviewUrl: ' https://example.com/a\n',
    };
    const posted = await harness.fetch('/api/posts', { cookie, body: JSON.stringify(jes) });
    expect(await answerOf(posted)).toMatchObject({
      status: 201,
      body: {
        content: '  kept as it is ',
        location: { name: 'Paris' },
        poll: { options: [{ text: 'yes' }, { text: 'no' }] },
      },
    });
    expect(harness.previewJobs.map(({ url }) => url)).toEqual(['https://example.com/a']);
  });

  test('without visible text are refused, by form as in JSON', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    const empty = (path: string) => invalid({ path, message: 'must not be empty' });
    for (const nothing of ['', ' ', '\u200b', '\u3164', '\ufe0f', '\u202e ', '\u2800', '\u{e0041}', '\u0301']) {
      const key = { label: nothing, scopes: ['write:jes'], acceptTerms: true };
      expect(await answerOf(await harness.fetch('/api/auth/api-keys', { cookie, body: key }))).toEqual(empty('label'));
      expect(await answerOf(await harness.fetch('/api/jehubs', { cookie, body: { name: nothing } }))).toEqual(
        empty('name'),
      );
      const signUp = { address: newAddress(), body: newForm({ name: nothing }) };
      expect(await answerOf(await harness.fetch(SIGN_UP, signUp))).toEqual(empty('name'));
      const response = await submit(harness, '/sign-up', { ...newForm({ name: nothing }) });
      expect([response.status, await textOf(response)]).toEqual([400, expect.stringContaining('must not be empty')]);
    }
  });
});
