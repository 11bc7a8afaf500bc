import { describe, expect, test } from 'vitest';
import { answerOf, Harness } from '../support/harness.ts';

const harness = new Harness();

describe.each(['https://jestha.com', 'https://api.jestha.com'])('the root of %s', (origin) => {
  test('sends browsers on to the reference', async () => {
    const response = await harness.fetch('/', {
      origin,
      headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    expect([response.status, response.headers.get('Location'), response.headers.get('Vary')]).toEqual([
      303,
      '/docs',
      'Accept',
    ]);
  });

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
    expect((await harness.fetch('/', { origin, method: 'HEAD' })).status).toBe(200);
  });
});
