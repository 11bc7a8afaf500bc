import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { toBase64Url, utf8 } from '../../src/lib/bytes.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { newUsername } from '../support/app/names.ts';
import { cookieOf } from '../support/app/people.ts';
import { rowsOf } from '../support/database/database.ts';

describe('signing in with Google', () => {
  const GOOGLE = { GOOGLE_CLIENT_ID: 'id.apps.googleusercontent.com', GOOGLE_CLIENT_SECRET: 'google-secret' };

  test('is there where its two secrets are', async () => {
    const harness = new Harness(GOOGLE);
    for (const path of ['/sign-in', '/sign-up']) {
      expect(await textOf(await open(harness, path))).toContain('Continue with Google');
    }
    const response = await submit(harness, '/sign-in/google', {});
    await expect(response).toHaveStatus(303);
    const url = new URL(response.headers.get('Location') ?? '');
    expect(url.origin + url.pathname).toBe('https://accounts.google.com/o/oauth2/v2/auth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'id.apps.googleusercontent.com',
      redirect_uri: 'https://jestha.com/api/auth/callback/google',
      response_type: 'code',
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain('google-secret');
    for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Lax/);
    const forged = await open(harness, '/api/auth/callback/google?code=x&state=forged');
    expect([forged.status, forged.headers.get('Location')]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/jestha\.com\/sign-in\?error=/),
    ]);
    expect(await textOf(await open(harness, '/sign-in?error=google'))).toContain(
      'Signing in with Google did not work.',
    );
  });

  /** Answers for Google: the tokens for a code. */
  function answerAsGoogle(email: string): void {
    const part = (value: object) => toBase64Url(utf8(JSON.stringify(value)));
    const claims = { sub: `google-${email}`, email, email_verified: true, name: 'Ada Lovelace', picture: '' };
    const idToken = `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}`;
    const tokens = { access_token: 'google-access', refresh_token: 'google-refresh', id_token: idToken };
    const toOthers = globalThis.fetch;
    const spy = vi
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async (input, init) =>
        String(input).startsWith('https://oauth2.googleapis.com/token')
          ? Response.json({ ...tokens, token_type: 'Bearer', expires_in: 3_600 })
          : toOthers(input, init),
      );
    onTestFinished(() => spy.mockRestore());
  }

  /** Follows the redirect to Google and comes back with a code. */
  async function comeBack(harness: Harness): Promise<Response> {
    const started = await submit(harness, '/sign-in/google', {});
    const state = new URL(started.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    return await open(harness, `/api/auth/callback/google?code=x&state=${state}`, cookieOf(started));
  }

  test('makes an account and a session, and keeps nothing that opens Google', async () => {
    const harness = new Harness(GOOGLE);
    const email = `${newUsername()}@example.com`;
    answerAsGoogle(email);
    const back = await comeBack(harness);
    expect([back.status, back.headers.get('Location')]).toEqual([303, '/settings/api-access']);
    const me = await harness.fetch('/api/auth/me', { cookie: cookieOf(back) });
    expect(await answerOf(me)).toMatchObject({
      status: 200,
      body: { email, emailVerified: true, displayName: 'Ada Lovelace' },
    });
    const [kept] = await rowsOf(harness, `SELECT * FROM credentials WHERE provider_account_id = 'google-${email}'`);
    expect(kept).toMatchObject({ provider: 'google', access_token: null, refresh_token: null, id_token: null });
    // A second time it is the same person.
    expect((await comeBack(harness)).headers.get('Location')).toBe('/settings/api-access');
    const again = await rowsOf(
      harness,
      `SELECT access_token, refresh_token, id_token FROM credentials
      WHERE provider_account_id = 'google-${email}'`,
    );
    expect(again).toEqual([{ access_token: null, refresh_token: null, id_token: null }]);
  });

  test('makes no username that sounds official', async () => {
    const harness = new Harness(GOOGLE);
    answerAsGoogle(`jestha.support+${newUsername()}@example.com`);
    const me = await harness.fetch('/api/auth/me', { cookie: cookieOf(await comeBack(harness)) });
    expect(await answerOf(me)).toMatchObject({ body: { username: expect.stringMatching(/^user_[0-9a-z]{6}$/) } });
  });

  test.each([
    ['neither', {}],
    ['one', { GOOGLE_CLIENT_ID: 'id' }],
  ])('is absent with %s of them', async (_, overrides) => {
    const harness = new Harness({
      GOOGLE_CLIENT_ID: undefined,
      GOOGLE_CLIENT_SECRET: undefined,
      ...overrides,
    } as object);
    expect(await textOf(await open(harness, '/sign-in'))).not.toContain('Google');
    await expect(await submit(harness, '/sign-in/google', {})).toHaveStatus(404);
    await expect(await open(harness, '/api/auth/callback/google?code=x')).toHaveStatus(404);
  });
});
