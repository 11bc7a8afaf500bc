import { beforeEach, describe, expect, test } from 'vitest';
import { generateKey } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { PAGES } from '../../src/http/site/index.ts';
import { answerOf, Harness } from '../support/app/harness.ts';
import { watchLog } from '../support/app/people.ts';

const API = 'http://api.jestha.com';
const WEB = 'http://jestha.com';

const REFUSED = {
  status: 403,
  body: {
    error: 'HTTPS required',
    message: 'Send this request over https. If it carried an API key, revoke the key: it travelled unencrypted.',
    code: 'https_required',
  },
};

/** Headers by which proxies tell the scheme, and by which a client could claim another. */
const CLAIMS = {
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Ssl': 'on',
  'X-Url-Scheme': 'https',
  'Front-End-Https': 'on',
  Forwarded: 'proto=https',
  'CF-Visitor': '{"scheme":"https"}',
  Host: 'localhost',
};

let harness: Harness;
beforeEach(() => {
  harness = new Harness();
});

async function expectNoIo(): Promise<void> {
  expect([await harness.neon.counters(), await harness.upstash.counters()]).toEqual([{}, {}]);
}

describe('the API over plain http', () => {
  test.each(
    ENDPOINTS.map(({ method, path }) => [method, path.replace(/:\w+/, '01HK153X000000000000000000')] as const),
  )('refuses %s %s with any key or cookie, without any I/O', async (method, path) => {
    const { key } = await harness.newKey();
    const { cookie } = await harness.newSession();
    await harness.neon.reset();
    await harness.upstash.reset();
    for (const credential of [{}, { key }, { key: 'jes_live_short' }, { cookie }]) {
      for (const origin of [API, WEB]) {
        const response = await harness.fetch(path, { origin, method, headers: CLAIMS, ...credential });
        expect(response.headers.get('WWW-Authenticate')).toBeNull();
        expect(await answerOf(response)).toEqual(REFUSED);
      }
    }
    await expectNoIo();
  });

  test('refuses HEAD, unknown paths and other methods, pages and files on its host too', async () => {
    const { key } = await harness.newKey();
    await expect(await harness.fetch('/api/auth/me', { origin: API, key, method: 'HEAD' })).toHaveStatus(403);
    for (const path of ['/nowhere', '/api/nowhere', '/sign-in', '/docs', '/media/x']) {
      const headers = { Accept: 'text/html' };
      expect(await answerOf(await harness.fetch(path, { origin: API, key, headers }))).toEqual(REFUSED);
    }
    expect(await answerOf(await harness.fetch('/api/nowhere', { origin: WEB, key }))).toEqual(REFUSED);
    expect(await answerOf(await harness.fetch('/api/auth/me', { origin: API, key, method: 'PUT' }))).toEqual(REFUSED);
  });

  test('does nothing that was asked', async () => {
    const { key } = await harness.newKey();
    const refused = await harness.fetch('/api/posts', { origin: API, key, body: { content: 'In the clear' } });
    expect(await answerOf(refused)).toEqual(REFUSED);
    expect(await (await harness.fetch('/api/auth/me', { key })).json()).toMatchObject({ totalPosts: 0 });
  });

  test('logs the refusal, and nothing of the key', async () => {
    const { key } = await harness.newKey();
    const log = watchLog();
    await harness.fetch('/api/auth/me', { origin: API, key });
    expect(log.events()).toMatchObject([{ event: 'request', status: 403, reason: { code: 'https_required' } }]);
    expect(JSON.stringify(log.events())).not.toContain(key.slice(9));
  });
});

describe('pages over plain http', () => {
  const paths = PAGES.filter(({ method, path }) => method === 'GET' && !path.startsWith('/api/')).map(({ path }) =>
    path.replace(/:handle\{.*\}/, '@nobody').replace(/:\w+/, '01HK153X000000000000000000'),
  );

  test.each([...paths, '/nowhere'])('GET and HEAD of %s redirect to https, with the query', async (path) => {
    const { cookie } = await harness.newSession();
    await harness.neon.reset();
    for (const method of ['GET', 'HEAD']) {
      const request = { origin: WEB, method, cookie, headers: { ...CLAIMS, Accept: 'text/html' } };
      const response = await harness.fetch(`${path}?token=a%20b&next=//evil.example`, request);
      expect([response.status, response.headers.get('Location'), await response.text()]).toEqual([
        308,
        `https://jestha.com${path}?token=a%20b&next=//evil.example`,
        '',
      ]);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
    await expectNoIo();
  });

  test.each([
    '//evil.example/a',
    '/\\evil.example',
    '/%2f%2fevil.example',
  ])('%s redirects to no other site', async (path) => {
    const response = await harness.fetch(path, { origin: WEB });
    await expect(response).toHaveStatus(308);
    expect(new URL(response.headers.get('Location') ?? '').origin).toBe('https://jestha.com');
  });

  test('another host redirects to the host of the pages', async () => {
    const response = await harness.fetch('/sign-in', { origin: 'http://127.0.0.1:8787' });
    expect([response.status, response.headers.get('Location')]).toEqual([308, 'https://jestha.com/sign-in']);
  });

  const forms = PAGES.filter(({ method }) => method === 'POST').map(({ path }) => path.replace(/:\w+/, 'x'));
  test.each(forms)('a form sent to %s is refused with a page, and nothing looks at it', async (path) => {
    const { cookie } = await harness.newSession();
    await harness.neon.reset();
    const headers = { ...CLAIMS, 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
    const body = 'email=ada%40example.com&password=correct+horse';
    const response = await harness.fetch(path, { origin: WEB, method: 'POST', cookie, headers, body });
    const html = await response.text();
    expect([response.status, response.headers.get('Content-Type')]).toEqual([403, 'text/html; charset=utf-8']);
    expect(html).toContain('<h1>HTTPS required</h1>');
    expect(html).toContain(
      'This form was sent over plain http, so we did nothing. Open the page over https. If the form held a password, change it: it travelled unencrypted.',
    );
    expect(response.headers.getSetCookie()).toEqual([]);
    await expectNoIo();
  });
});

describe('where the origins are http', () => {
  test('the API and the pages answer over http, as the local stack does', async () => {
    const origin = 'http://localhost:8787';
    const local = new Harness({ WEB_ORIGIN: origin, API_ORIGIN: origin } as object);
    const { key } = await local.newKey();
    await expect(await local.fetch('/api/auth/me', { origin, key })).toHaveStatus(200);
    await expect(await local.fetch('/sign-in', { origin })).toHaveStatus(200);
    await expect(await local.fetch('/healthz', { origin })).toHaveStatus(200);
  });

  test('/healthz answers under a configuration without origins', async () => {
    const bare = new Harness({ WEB_ORIGIN: undefined, API_ORIGIN: undefined } as object);
    await expect(await bare.fetch('/healthz', { origin: 'http://localhost:8787' })).toHaveStatus(200);
  });

  test('an origin whose scheme is in upper case is no usable configuration', async () => {
    const shouting = new Harness({ API_ORIGIN: 'HTTPS://api.jestha.com' } as object);
    await expect(await shouting.fetch('/api/auth/me', { key: generateKey() })).toHaveStatus(500);
  });
});
