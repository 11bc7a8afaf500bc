import { describe, expect, test } from 'vitest';
import { answerOf, Harness } from '../support/app/harness.ts';

const harness = new Harness();

/** The root as a browser asks for it. */
const browse = (origin: string) =>
  harness.fetch('/', { origin, headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });

test.each([
  'https://jestha.com',
  'https://preview.example',
])('the root of %s shows people the home page', async (origin) => {
  await harness.neon.reset();
  const response = await browse(origin);
  expect([response.status, response.headers.get('Content-Type'), response.headers.get('Vary')]).toEqual([
    200,
    'text/html; charset=utf-8',
    'Accept',
  ]);
  const html = await response.text();
  expect(html).toContain('<h1>Let your tools post on Jestha for you</h1>');
  for (const path of ['/sign-up', '/sign-in', '/docs', '/docs/quickstart', '/status']) {
    expect(html).toContain(`href="${path}"`);
  }
  expect(await harness.neon.counters()).toEqual({});
});

test('the root of the host of the API leads browsers to the reference', async () => {
  const response = await browse('https://api.jestha.com');
  expect([response.status, response.headers.get('Location'), response.headers.get('Vary')]).toEqual([
    303,
    '/docs',
    'Accept',
  ]);
});

describe.each(['https://jestha.com', 'https://api.jestha.com'])('the root of %s', (origin) => {
  test.each(['*/*', 'application/json', undefined])('tells callers that accept %s where to begin', async (accept) => {
    const response = await harness.fetch('/', { origin, headers: accept === undefined ? {} : { Accept: accept } });
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Vary')).toBe('Accept');
    expect(await answerOf(response)).toEqual({
      status: 200,
      body: {
        docs: 'https://api.jestha.com/docs',
        openapi: 'https://api.jestha.com/openapi.json',
        apiKeys: 'https://jestha.com/settings/api-access',
      },
    });
  });

  test('answers GET and HEAD only', async () => {
    const response = await harness.fetch('/', { origin, method: 'POST' });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    await expect(await harness.fetch('/', { origin, method: 'HEAD' })).toHaveStatus(200);
  });
});
