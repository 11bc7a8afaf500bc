import { describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { PAGES } from '../../src/http/site/index.ts';
import { invalid, NOT_FOUND, UNKNOWN_FIELD } from '../support/app/answers.ts';
import { open, submit, textOf } from '../support/app/forms.ts';
import { goodJsonRequests } from '../support/app/good-requests.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { clipForm, multipart } from '../support/app/jesclips.ts';
import { newAddress, newForm } from '../support/app/people.ts';
import { newPost } from '../support/app/posts.ts';

/** Every object has these properties: a look-up in an object by a name from outside would find them. */
const NAMES = Object.getOwnPropertyNames(Object.prototype);

describe('the names that every object has', () => {
  test('are unknown fields in every JSON body', async () => {
    const harness = new Harness();
    const requests = await goodJsonRequests(harness);
    expect(requests.length).toBeGreaterThan(8);
    for (const { route, path, body, ...request } of requests) {
      // Not to be limited.
      harness.now += 60_000;
      const fields = NAMES.map((name) => `,${JSON.stringify(name)}:{"x":1}`).join('');
      const text = JSON.stringify(body).replace(/\}$/, `${fields}}`);
      const [method = ''] = route.split(' ', 1);
      const answer = await harness.fetch(path, { ...request, method, address: newAddress(), body: text });
      const details = NAMES.map((name) => ({ path: name, message: UNKNOWN_FIELD }));
      expect([route, await answerOf(answer)]).toEqual([route, invalid(...details)]);
    }
  });

  test('are no value of a field that chooses', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    for (const name of NAMES) {
      const bodies = [
        ['/api/posts', { content: 'a', visibility: name }, 'visibility'],
        ['/api/auth/api-keys', { label: 'a', scopes: [name], acceptTerms: true }, 'scopes.0'],
        [
          '/api/auth/api-keys',
          { label: 'a', scopes: ['write:jes'], acceptTerms: true, expiresInDays: name },
          'expiresInDays',
        ],
      ] as const;
      for (const [path, body, field] of bodies) {
        const answer = await answerOf(await harness.fetch(path, { cookie, body }));
        expect(answer).toMatchObject({ status: 400, body: { details: [{ path: field }] } });
      }
    }
  });

  test('are unknown fields in a form with files, and no files', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    for (const name of NAMES) {
      const fields = await multipart(clipForm({ [name]: 'x' }));
      const unknown = invalid({ path: name, message: UNKNOWN_FIELD });
      expect(await answerOf(await harness.fetch('/api/jesclips', { cookie, ...fields }))).toEqual(unknown);
      const form = clipForm();
      form.append(name, new File(['x'], 'x.jpg', { type: name }));
      const files = await multipart(form);
      const noFile = invalid({ path: name, message: 'must not be a file' });
      expect(await answerOf(await harness.fetch('/api/jesclips', { cookie, ...files }))).toEqual(noFile);
    }
  });

  test('say nothing of the type of a file, as other texts that are no media type', async () => {
    const harness = new Harness();
    const { cookie } = await harness.newSession();
    for (const name of NAMES) {
      const { body, ...form } = await multipart(clipForm());
      const text = new TextDecoder('latin1').decode(body as Uint8Array).replace('video/mp4', name);
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const answer = await answerOf(await harness.fetch('/api/jesclips', { cookie, ...form, body: bytes }));
      expect([name, answer.status]).toEqual([name, 201]);
    }
  });

  test('choose nothing in a query', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const person = await harness.newSession();
    const own = await harness.newKey({ account: { id: person.accountId, username: person.username } });
    const { id } = await newPost(harness, person);
    const signIn = await textOf(await open(harness, '/sign-in'));
    for (const name of NAMES) {
      harness.now += 60_000;
      expect(await textOf(await open(harness, `/sign-in?notice=${name}&next=${name}&${name}=x`))).toBe(signIn);
      const list = await textOf(await open(harness, `/settings/api-access?notice=${name}`, person.cookie));
      expect(list).not.toMatch(/native code|\[object/);
      const usage = (query: string) =>
        harness.fetch(`/api/auth/api-keys/${own.id}/usage?${query}`, { cookie: person.cookie });
      expect(await answerOf(await usage(`window=${name}`))).toEqual(
        invalid({ path: 'window', message: 'must be 24h or 30d' }),
      );
      expect(await answerOf(await usage(`${name}=x`))).toEqual(invalid({ path: name, message: UNKNOWN_FIELD }));
      const comments = (query: string) => harness.fetch(`/api/posts/${id}/comments?${query}`, { key });
      await expect(await comments(`limit=${name}`)).toHaveStatus(400);
      await expect(await comments(`cursor=${name}`)).toHaveStatus(400);
      await expect(await comments(`${name}=x`)).toHaveStatus(200);
      for (const path of [
        `/reset-password?token=${name}`,
        `/settings/api-access/new?like=${name}`,
        `/verify-email?token=${name}`,
      ]) {
        expect((await open(harness, path, person.cookie)).status).toBeLessThan(500);
      }
    }
  });

  test('choose nothing in a form', async () => {
    const harness = new Harness();
    const form = {
      label: 'a',
      scopes: ['write:jes'],
      expiry: 'never',
      expiresOn: '',
      ipAllowlist: '',
      acceptTerms: 'on',
    };
    for (const name of NAMES) {
      const { cookie } = await harness.newSession();
      for (const fields of [
        { expiry: name },
        { scopes: [name] },
        { ipAllowlist: name },
        { expiry: 'custom', expiresOn: name },
      ]) {
        await expect(await submit(harness, '/settings/api-access/new', { ...form, ...fields }, cookie)).toHaveStatus(
          400,
        );
      }
      expect(await textOf(await open(harness, '/settings/api-access', cookie))).toContain('No keys yet');
      const signUp = { ...newForm(), [name]: 'x' };
      const response = await submit(harness, '/sign-up', { ...signUp, email: name });
      expect([response.status, await textOf(response)]).toEqual([
        400,
        expect.stringContaining('must be an email address'),
      ]);
    }
  });

  test('are nothing that a path, a header or a cookie leads to', async () => {
    const harness = new Harness();
    const { key } = await harness.newKey();
    const person = await harness.newSession();
    const cookie = NAMES.map((name) => `${name}=x`).join('; ');
    for (const name of NAMES) {
      harness.now += 60_000;
      expect(await answerOf(await harness.fetch(`/${name}`, { key }))).toEqual(NOT_FOUND);
      expect(await answerOf(await harness.fetch(`/api/${name}`, { key, headers: { [name]: name } }))).toEqual(
        NOT_FOUND,
      );
      for (const { method, path, access } of [...ENDPOINTS, ...PAGES]) {
        if (!path.includes(':')) continue;
        const asked = path.replaceAll(/:\w+/g, name);
        const isPage = PAGES.some((page) => page.path === path);
        const response = isPage
          ? await open(harness, asked, method === 'GET' ? person.cookie : undefined)
          : await harness.fetch(asked, {
              method,
              ...(access === 'session' ? { cookie: person.cookie } : { key }),
              ...(method === 'PATCH' && { body: { content: 'a' } }),
            });
        expect([method, asked, response.status < 500 && response.status !== 200]).toEqual([method, asked, true]);
      }
    }
    await expect(await harness.fetch('/api/auth/me', { cookie })).toHaveStatus(401);
    await expect(await harness.fetch('/api/auth/me', { cookie: `${cookie}; ${person.cookie}` })).toHaveStatus(200);
  });
});
