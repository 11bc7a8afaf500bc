import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/config/errors.ts';
import { SCOPES } from '../../src/domain/keys/index.ts';
import { ENDPOINTS } from '../../src/http/api/index.ts';
import { open, textOf } from '../support/app/forms.ts';
import { Harness } from '../support/app/harness.ts';
import { signUp } from '../support/app/people.ts';

const harness = new Harness();
const html = async (path: string) => await (await open(harness, path)).text();

const CHAPTERS = [
  'quickstart',
  'api-keys',
  'storing',
  'rotating',
  'many-users',
  'errors',
  'limits',
  'idempotency',
  'media',
  'webhooks',
  'conventions',
  'changelog',
].map((slug) => `/docs/${slug}`);
const CALLS = ENDPOINTS.map(({ operationId }) => `/docs/reference/${operationId}`);
const ALL = ['/docs', ...CHAPTERS, '/docs/reference', '/docs/reference/objects', ...CALLS];

/** The text below a heading, up to the next of its rank or above. */
const sectionOf = (page: string, id: string) => {
  const [, level = '', text = ''] = new RegExp(`<h([23]) id="${id}">([\\s\\S]+)`).exec(page) ?? [];
  return text.split(new RegExp(`<h[2-${level}] id=|<p class="as-markdown"`))[0] ?? '';
};

const words = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

/** Links, code and text of a page, in their order: what two renderers of the same Markdown must agree on. */
const tagsAndText = (page: string) =>
  page
    .replaceAll(/<a href="#[^"]*">([\s\S]*?)<\/a>/g, '$1')
    .replaceAll(/<pre><code[^>]*>|<\/code><\/pre>/g, ' ')
    .replaceAll(/<(li|h\d) [^>]*>/g, '<$1>')
    .replaceAll(/<(?!a |\/?(?:code|em|strong|li|h\d)>)[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .split(/(<[^>]+>)|\s+/)
    .filter(Boolean);

describe('the reference', () => {
  test('is the same for everybody, and may be kept: its headers', async () => {
    const { cookie, username } = await signUp(harness);
    await harness.neon.reset();
    const response = await open(harness, '/docs', cookie);
    const text = await response.text();
    const { 'x-request-id': id, ...headers } = Object.fromEntries(response.headers);
    await expect(response).toHaveStatus(200);
    expect(id).toEqual(expect.ulid());
    expect(await harness.neon.counters()).toEqual({});
    expect(headers.etag).toMatch(/^"[0-9a-f]{32}"$/);
    delete headers.etag;
    expect(headers).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; " +
        "form-action 'self' https://accounts.google.com; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'",
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
      'x-content-type-options': 'nosniff',
      'x-jestha-api-version': '1',
    });
    expect(text).not.toContain(username);
    expect(text).toBe(await html('/docs'));
  });

  test.each([
    '/docs',
    '/docs/errors',
    '/docs/errors.md',
    '/docs/search.json',
  ])('%s is 304 to whoever has it', async (path) => {
    const etag = (await open(harness, path)).headers.get('ETag') ?? '';
    const response = await harness.fetch(path, { headers: { 'If-None-Match': `W/${etag}` } });
    expect([response.status, response.headers.get('ETag'), await response.text()]).toEqual([304, etag, '']);
  });

  test('leads from an address that it does not have to its contents', async () => {
    for (const path of ['/docs/nowhere', '/docs/reference/nowhere', '/docs/nowhere.md']) {
      const response = await open(harness, path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get('Cache-Control')).toBe('no-store');
      expect(await textOf(response)).toContain('No such page');
    }
  });

  test.each(ALL)('%s is no larger than a chapter may be, and is Markdown at its address with .md', async (path) => {
    const page = await html(path);
    expect(new TextEncoder().encode(page).byteLength).toBeLessThan(60 * 1_024);
    expect(page).toContain(`href="${path}.md"`);
    const response = await open(harness, `${path}.md`);
    const markdown = await response.text();
    expect([response.status, response.headers.get('Content-Type')]).toEqual([200, 'text/markdown; charset=utf-8']);
    const [, heading = ''] = /<h1>(.+?)<\/h1>/.exec(page) ?? [];
    expect(markdown).toMatch(/^# .+\n\n/);
    expect(markdown.split('\n')[0]).toBe(`# ${heading.replaceAll('&#39;', "'")}`);
    expect(markdown).not.toMatch(/\{\{|\{#|undefined|\[object /);
    expect(page).not.toMatch(/\{\{\w+( \w+)?\}\}|\{#|undefined|\[object /);
  });

  test.each([
    ...CHAPTERS,
    '/docs',
    '/docs/reference',
    '/docs/reference/objects',
  ])('%s says what a library for Markdown reads in its text', async (path) => {
    const [, shown = ''] = /<div class="text" id="text">([\s\S]+?)<p class="as-markdown">/.exec(await html(path)) ?? [];
    const own = shown.replaceAll(/<figcaption>.+?<\/figcaption>|<summary>.+?<\/summary>/g, '');
    const theirs = await marked.parse(await html(`${path}.md`));
    expect(tagsAndText(own)).toEqual(tagsAndText(theirs));
  });

  test('names both types of a value that may be null', async () => {
    const text = await textOf(await open(harness, '/docs/reference/objects'));
    expect(text).toContain('string or null');
    expect(text).not.toContain('stringnull');
  });

  test.each(
    ENDPOINTS.map((endpoint) => [endpoint.method, endpoint.path, endpoint.operationId, endpoint.access] as const),
  )('has %s %s', async (method, path, operationId, access) => {
    const page = await html(`/docs/reference/${operationId}`);
    expect(page).toContain(`>${method}</span> <code>${path.replaceAll(/:(\w+)/g, '{$1}')}</code>`);
    const titles = [...page.matchAll(/<summary>(\w+)<\/summary>/g)].map(([, title]) => title);
    if (access === 'caller') expect(titles.slice(1, 7)).toEqual(['curl', 'Node', 'TypeScript', 'Python', 'PHP', 'Go']);
    else expect(page).toContain('curl -i ');
  });

  test.each(Object.entries(ERRORS))('explains %s: an example, the cause and what to do', async (code, {
    status,
    title,
  }) => {
    const section = words(sectionOf(await html('/docs/errors'), code));
    expect(section).toContain(`${status} Copy`);
    expect(section).toContain(`&quot;code&quot;: &quot;${code}&quot;`);
    expect(section).toContain(`https://jestha.com/docs/errors#${code}`);
    expect(section).toContain(title.replaceAll("'", '&#39;'));
    expect(section).toMatch(/Cause\. [A-Z].{15,} What to do\. .{20,}/);
  });

  test('says which calls each scope grants', async () => {
    const page = await html('/docs/api-keys');
    for (const [scope, sentence] of Object.entries(SCOPES)) {
      const entry = sectionOf(page, `scope-${scope}`);
      expect(entry).toContain(sentence);
      for (const endpoint of ENDPOINTS) {
        const grants = endpoint.access === 'caller' && endpoint.scope === scope;
        expect(entry.includes(`href="/docs/reference/${endpoint.operationId}"`), `${scope} ${endpoint.path}`).toBe(
          grants,
        );
      }
    }
  });

  test('says the limits of the contract', async () => {
    const [table = ''] = (await html('/docs/limits')).split('</table>');
    const rows = [...table.matchAll(/<tr><td>(.+?)<\/td><td>(.+?)<\/td><td>(.+?)<\/td><\/tr>/g)];
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
    const section = words(await html('/docs/reference/createPost'));
    expect(section).toContain('content string, 1 to 5,000 characters required');
    expect(section).toContain(
      'visibility &quot;PUBLIC&quot; or &quot;FOLLOWERS&quot; or &quot;PRIVATE&quot; The people who can see it. Default PUBLIC .',
    );
    expect(section).toContain('durationHours integer, 1 to 168 Default 24 .');
    expect(section).toContain('media list of file, at most 4 items');
  });

  test('has an explanation for every answer that the demo shows', async () => {
    const files = await Promise.all([import('../../src/dev/demo.ts?raw'), import('../../src/dev/integration.ts?raw')]);
    const promised = files.flatMap((file) => [...file.default.matchAll(/promised: '(\d{3})(?: (\w+))?'/g)]);
    expect(promised.length).toBeGreaterThan(10);
    const page = await html('/docs/errors');
    for (const [, status = '', code] of promised) {
      if (code) expect(words(sectionOf(page, code))).toContain(`${status} Copy`);
      else expect(page).toContain(`<code>${status}</code>`);
    }
  });

  test('has no broken link', async () => {
    const pages = new Map(await Promise.all(ALL.map(async (path) => [path, await html(path)] as const)));
    const idsOf = (page = '') => [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const elsewhere = new Set<string>();
    let followed = 0;
    for (const [path, page] of pages) {
      const ids = idsOf(page);
      expect([path, ids.filter((id, i) => ids.indexOf(id) !== i)]).toEqual([path, []]);
      for (const [, href = ''] of page.matchAll(/ href="([/#][^"]*)"/g)) {
        const [target = '', id] = href.startsWith('#') ? [path, href.slice(1)] : href.split('#');
        followed += 1;
        if (!pages.has(target)) elsewhere.add(target);
        else if (id !== undefined)
          expect([path, href, idsOf(pages.get(target)).includes(id)]).toEqual([path, href, true]);
      }
    }
    expect(followed).toBeGreaterThan(3_000);
    for (const path of elsewhere)
      expect([path, (await open(harness, path)).status]).toEqual([
        path,
        expect.toSatisfy((status: number) => status < 400),
      ]);
  });

  test('redirects the addresses of the former single page', async () => {
    const page = await html('/docs');
    const targetOf = (id: string) => new RegExp(`<li id="${id}"><a href="([^"]+)">`).exec(page)?.[1];
    for (const code of Object.keys(ERRORS)) expect(targetOf(`error-${code}`)).toBe(`/docs/errors#${code}`);
    for (const { operationId } of ENDPOINTS)
      expect(targetOf(`op-${operationId}`)).toBe(`/docs/reference/${operationId}`);
    expect(['quickstart', 'keys', 'errors', 'limits', 'idempotency', 'media', 'webhooks'].map(targetOf)).toEqual(
      ['quickstart', 'api-keys', 'errors', 'limits', 'idempotency', 'media', 'webhooks'].map((slug) => `/docs/${slug}`),
    );
  });

  test('shows no form without scripts, and no field that could get into a URL', async () => {
    let seen = 0;
    for (const { access, operationId } of ENDPOINTS) {
      const page = await html(`/docs/reference/${operationId}`);
      const forms = [...page.matchAll(/<details class="try" hidden="">(.+?)<\/details>/gs)].map(
        ([, form = '']) => form,
      );
      expect([operationId, forms.length, page.match(/<form/g)?.length ?? 0]).toEqual(
        access === 'caller' ? [operationId, 1, 1] : [operationId, 0, 0],
      );
      for (const form of forms) {
        expect(form).not.toContain(' name="');
        expect(form).toContain('type="password" data-key="true" autocomplete="off"');
      }
      seen += forms.length;
    }
    expect(seen).toBeGreaterThan(20);
  });

  test('lists itself for language models, and for Postman', async () => {
    const list = await open(harness, '/llms.txt');
    expect(list.headers.get('Content-Type')).toBe('text/plain; charset=utf-8');
    const links = [...(await list.text()).matchAll(/\]\((\/docs[^)]+)\)/g)].map(([, path]) => path);
    expect(links.toSorted()).toEqual(
      ALL.filter((path) => !['/docs', '/docs/reference'].includes(path))
        .map((path) => `${path}.md`)
        .toSorted(),
    );
    const full = await html('/llms-full.txt');
    for (const code of Object.keys(ERRORS)) expect(full).toContain(`### \`${code}\``);
    for (const { method, path } of ENDPOINTS)
      expect(full).toContain(`\`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``);

    const collection = (await (await open(harness, '/docs/postman.json')).json()) as {
      info: { schema: string };
      item: { item: { name: string; request: { method: string; url: { raw: string } } }[] }[];
    };
    expect(collection.info.schema).toBe('https://schema.getpostman.com/json/collection/v2.1.0/collection.json');
    const requests = collection.item.flatMap(({ item }) =>
      item.map(({ request }) => `${request.method} ${request.url.raw}`),
    );
    expect(requests.toSorted()).toEqual(ENDPOINTS.map(({ method, path }) => `${method} {{origin}}${path}`).toSorted());
  });

  test('is linked to from the pages', async () => {
    const { cookie } = await signUp(harness);
    expect(await (await open(harness, '/sign-in')).text()).toContain('<a href="/docs">API documentation</a>');
    expect(await (await open(harness, '/settings/api-access', cookie)).text()).toContain('href="/docs/quickstart"');
    expect(await textOf(await open(harness, '/docs'))).toContain('The Jestha API');
  });
});

test('scripts and styles of all pages stay small', async () => {
  const zipped = async (name: string) => {
    const response = await harness.fetch(`/assets/${name}`);
    const gzip = response.body?.pipeThrough(new CompressionStream('gzip'));
    return (await new Response(gzip ?? null).arrayBuffer()).byteLength;
  };
  expect((await zipped('jestha.js')) + (await zipped('docs.js'))).toBeLessThan(12 * 1_024);
  expect((await zipped('site.css')) + (await zipped('docs.css'))).toBeLessThan(15 * 1_024);
});
