import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/config/errors.ts';
import { SCOPES } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { open, textOf } from '../support/forms.ts';
import { Harness } from '../support/harness.ts';
import { signUp } from '../support/people.ts';

const harness = new Harness();
const html = async () => await (await open(harness, '/docs')).text();

/** The section with this id, as HTML. */
const sectionOf = (page: string, id: string) => page.slice(page.indexOf(` id="${id}"`)).split('</section>')[0] ?? '';

describe('the reference', () => {
  test('is the same for everybody, and may be kept: its headers', async () => {
    const { cookie, username } = await signUp(harness);
    await harness.neon.reset();
    const response = await open(harness, '/docs', cookie);
    const text = await response.text();
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    expect(response.status).toBe(200);
    expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(await harness.neon.counters()).toEqual({});
    expect(headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
    delete headers.etag;
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; media-src 'self'; " +
        "form-action 'self' https://accounts.google.com; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'",
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      'x-content-type-options': 'nosniff',
      'x-jestha-api-version': '1',
    });
    expect(text).not.toContain(username);
    expect(text).toBe(await html());
  });

  test('is 304 to whoever has it', async () => {
    const etag = (await open(harness, '/docs')).headers.get('ETag') ?? '';
    const response = await harness.fetch('/docs', { headers: { 'If-None-Match': `W/${etag}` } });
    expect([response.status, response.headers.get('ETag'), await response.text()]).toEqual([304, etag, '']);
  });

  test('names both types of a value that may be null', async () => {
    const text = await textOf(await open(harness, '/docs'));
    expect(text).toContain('string or null');
    expect(text).not.toContain('stringnull');
  });

  test('is no larger than what a phone loads at once', async () => {
    const gzip = new Blob([await html()]).stream().pipeThrough(new CompressionStream('gzip'));
    expect((await new Response(gzip).arrayBuffer()).byteLength).toBeLessThan(30 * 1024);
  });

  test.each(
    ENDPOINTS.map((endpoint) => [endpoint.method, endpoint.path, endpoint.operationId] as const),
  )('has %s %s', async (method, path, operationId) => {
    const section = sectionOf(await html(), `op-${operationId}`);
    expect(section).toContain(`>${method}</span> <code>${path.replaceAll(/:(\w+)/g, '{$1}')}</code>`);
    expect(section).toContain(`curl `);
  });

  test.each(Object.entries(ERRORS))('explains %s, with what it says and what to do', async (code, { status }) => {
    const page = await html();
    const [, said, advice] = new RegExp(`<dt id="error-${code}">.+?</dt><dd><q>(.+?)</q> (.+?)</dd>`).exec(page) ?? [];
    expect(said?.length).toBeGreaterThan(10);
    expect(advice?.length).toBeGreaterThan(10);
    expect(sectionOf(page, `status-${status}`)).toContain(`id="error-${code}"`);
  });

  test('says which calls each scope grants', async () => {
    const page = await html();
    for (const [scope, sentence] of Object.entries(SCOPES)) {
      const entry = page.slice(page.indexOf(`<dt id="scope-${scope}">`)).split('</dd>')[0] ?? '';
      expect(entry).toContain(sentence);
      for (const endpoint of ENDPOINTS) {
        const grants = endpoint.access === 'caller' && endpoint.scope === scope;
        expect(entry.includes(`href="#op-${endpoint.operationId}"`), `${scope} ${endpoint.path}`).toBe(grants);
      }
    }
  });

  test('says the limits of the contract', async () => {
    const rows = [...(await html()).matchAll(/<tr><td>(.+?)<\/td><td>(.+?)<\/td><td>(.+?)<\/td><\/tr>/g)];
    expect(rows.map(([, what, most, per]) => [what, most, per])).toEqual([
      ['Requests', '60', 'key, rolling minute'],
      ['Requests', '10,000', 'key, rolling 24 hours'],
      ['POST /api/posts', '10', 'key, rolling minute'],
      ['Jes and JesClips created', '1,000', 'account, UTC day, all its keys together'],
      ['Active keys', '5', 'account'],
      ['Webhook endpoints', '5', 'key'],
      ['Files', '4', 'request, each at most 8 MB'],
      ['JSON body', '131,072', 'bytes, request'],
      ['Links fetched for previews', '60', 'account, hour; each URL once an hour'],
      ['Writes by a signed-in person', '120', 'account, rolling minute'],
      ['New Jes and JesClips by a signed-in person', '30', 'account, rolling minute'],
      ['New Jes and JesClips by a signed-in person', '2,000', 'account, UTC day'],
      ['New JeHubs', '10', 'account, UTC day'],
      ['Follows', '400', 'account, UTC day'],
      ['Files by a signed-in person', '200', 'account, UTC day, 2 GiB together'],
      ['Keys generated', '100', 'account, UTC day'],
    ]);
  });

  test('says what a body takes', async () => {
    const section = sectionOf(await html(), 'op-createPost')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    expect(section).toContain('content string, 1 to 5,000 characters required');
    expect(section).toContain(
      'visibility &quot;PUBLIC&quot; or &quot;FOLLOWERS&quot; or &quot;PRIVATE&quot; Who sees it. Default PUBLIC .',
    );
    expect(section).toContain('durationHours integer, 1 to 168 Default 24 .');
    expect(section).toContain('media list of file, at most 4 items');
  });

  test('has an explanation for every answer that the demo shows', async () => {
    const files = await Promise.all([import('../../src/dev/demo.ts?raw'), import('../../src/dev/integration.ts?raw')]);
    const promised = files.flatMap((file) => [...file.default.matchAll(/promised: '(\d{3})(?: (\w+))?'/g)]);
    expect(promised.length).toBeGreaterThan(10);
    const page = await html();
    const errors = sectionOf(page, 'errors');
    for (const [, status, code] of promised) {
      if (code) expect(page).toContain(`<dt id="error-${code}">`);
      else expect(errors).toContain(`<code>${status}</code>`);
      if (code) expect(page).toContain(`<h3 id="status-${status}">${status}</h3>`);
    }
  });

  test('links to nothing that is not there', async () => {
    const page = await html();
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    const targets = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.length).toBeGreaterThan(300);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
    for (const [, path = ''] of page.matchAll(/ href="(\/[^"]+)"/g)) {
      expect((await open(harness, path)).status, path).toBeLessThan(400);
    }
  });

  test('shows no form where no script runs, and no field that could get into a URL', async () => {
    const page = await html();
    const forms = [...page.matchAll(/<details class="try" hidden="">(.+?)<\/details>/gs)].map(([form]) => form);
    expect(forms).toHaveLength(ENDPOINTS.filter(({ access }) => access === 'caller').length);
    expect(page.match(/<form/g)).toHaveLength(forms.length);
    expect(forms.filter((form) => / name="/.test(form))).toEqual([]);
    for (const form of forms) expect(form).toContain('type="password" data-key="true" autocomplete="off"');
  });

  test('is linked to from the pages', async () => {
    const { cookie } = await signUp(harness);
    expect(await (await open(harness, '/sign-in')).text()).toContain('<a href="/docs">API documentation</a>');
    expect(await (await open(harness, '/settings/api-access', cookie)).text()).toContain('href="/docs#quickstart"');
    expect(await textOf(await open(harness, '/docs'))).toContain('The Jestha API');
  });
});
