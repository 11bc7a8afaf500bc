import { beforeEach, describe, expect, test } from 'vitest';
import type { FetchPage, PreviewJob } from '../../src/data/link-previews.ts';
import { fetchLinkPreview } from '../../src/domain/link-previews/index.ts';
import { Harness } from '../support/app/harness.ts';
import { newPost, seenPost } from '../support/app/posts.ts';
import { rowsOf } from '../support/database/database.ts';

const URL_ = 'https://example.com/a';

beforeEach(() => rowsOf(new Harness(), 'DELETE FROM link_fetches'));

const html = (head: string, headers: Record<string, string> = {}) =>
  new Response(`<!doctype html><html><head>${head}</head><body><title>Not this</title></body></html>`, {
    headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
  });

const redirect = (location: string, status = 302) => new Response(null, { status, headers: { Location: location } });

/** A web of these pages, and the requests for them. */
function web(pages: Record<string, () => Response | Promise<Response>>) {
  const asked: string[] = [];
  const fetchPage: FetchPage = async (url, { redirect: mode }) => {
    asked.push(url);
    expect(mode).toBe('manual');
    const page = pages[url];
    if (!page) throw new TypeError('no such host');
    return await page();
  };
  return { asked, fetchPage };
}

/** The preview of a Jes that links to {@link URL_}, once the page was fetched. */
async function previewOf(fetchPage: FetchPage, signal?: AbortSignal) {
  const harness = new Harness();
  const key = await harness.newKey();
  const { id } = await newPost(harness, key, { content: `See ${URL_}` });
  const [job] = harness.previewJobs;
  expect(job).toEqual({ postId: id, url: URL_ });
  await harness.run((ctx) => fetchLinkPreview(ctx, job as PreviewJob, { fetchPage, ...(signal && { signal }) }));
  return (await seenPost(harness, key, id)).linkPreview;
}

describe('a link', () => {
  test('is unfurled with Open Graph', async () => {
    const { fetchPage, asked } = web({
      [URL_]: () =>
        html(`
          <title>HTML title</title><meta name="description" content="HTML description">
          <meta property="og:title" content="Tom &amp; Jerry&#39;s &#x1F680; &quot;day&quot;">
          <meta property="og:title" content="Second">
          <meta property="og:description" content="  Two
            lines ">
          <meta property="og:image" content="/picture.png?a=1&amp;b=2"><meta property="og:site_name" content="Example">`),
    });
    expect(await previewOf(fetchPage)).toEqual({
      url: URL_,
      title: 'Tom & Jerry\'s 🚀 "day"',
      description: 'Two lines',
      image: 'https://example.com/picture.png?a=1&b=2',
      siteName: 'Example',
    });
    expect(asked).toEqual([URL_]);
  });

  test('is unfurled with the title and description of HTML', async () => {
    const { fetchPage } = web({
      [URL_]: () => html('<TITLE>Plain &lt;b&gt; title</TITLE><META NAME=Description CONTENT=Words>'),
    });
    expect(await previewOf(fetchPage)).toEqual({
      url: URL_,
      title: 'Plain <b> title',
      description: 'Words',
      image: null,
      siteName: null,
    });
  });

  test('is followed over redirects, each judged before it is asked', async () => {
    const pages = {
      [URL_]: () => redirect('/b', 301),
      'https://example.com/b': () => redirect('https://www.example.org/c', 307),
      'https://www.example.org/c': () => html('<title>There</title><meta property="og:image" content="x.png">'),
    };
    const { fetchPage, asked } = web(pages);
    expect(await previewOf(fetchPage)).toMatchObject({
      url: URL_,
      title: 'There',
      image: 'https://www.example.org/x.png',
    });
    expect(asked).toEqual(Object.keys(pages));
  });

  test.each([
    'http://example.com/a',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://metadata.google.internal/',
    'https://user:pass@example.com/',
    'https://example.com:8443/',
    'file:///etc/passwd',
    'data:text/html,<title>x</title>',
    '//2130706433/',
    'https://',
  ])('is not followed to %s', async (location) => {
    const { fetchPage, asked } = web({ [URL_]: () => redirect(location) });
    expect(await previewOf(fetchPage)).toBeNull();
    expect(asked).toEqual([URL_]);
  });

  test('is not followed in a circle', async () => {
    const { fetchPage, asked } = web({
      [URL_]: () => redirect('https://example.com/b'),
      'https://example.com/b': () => redirect(`${URL_}#again`),
    });
    expect(await previewOf(fetchPage)).toBeNull();
    expect(asked).toEqual([URL_, 'https://example.com/b']);
  });

  test('is followed over three redirects and no further', async () => {
    const at = (i: number) => `https://example.com/${i}`;
    const pages = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [at(i), () => redirect(at(i + 1))]));
    const { fetchPage, asked } = web({ ...pages, [URL_]: () => redirect(at(0)) });
    expect(await previewOf(fetchPage)).toBeNull();
    expect(asked).toEqual([URL_, at(0), at(1), at(2)]);
  });

  test.each<[string, () => Response | Promise<Response>]>([
    ['fails', () => Promise.reject(new TypeError('refused'))],
    [
      'is not there',
      () => new Response('<title>404</title>', { status: 404, headers: { 'Content-Type': 'text/html' } }),
    ],
    ['errs', () => new Response('<title>500</title>', { status: 500, headers: { 'Content-Type': 'text/html' } })],
    ['is no HTML', () => Response.json({ title: 'x' })],
    ['has no type', () => new Response(new TextEncoder().encode('<title>x</title>'))],
    ['says nothing', () => html('<title> </title><meta property="og:image" content="http://example.com/x.png">')],
    ['is empty', () => new Response('', { headers: { 'Content-Type': 'text/html' } })],
    ['has an unknown encoding', () => html('<title>x</title>', { 'Content-Type': 'text/html; charset=klingon' })],
    [
      'breaks off',
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode('<title>Half'));
            },
            pull(controller) {
              controller.error(new Error('cut'));
            },
          }),
          { headers: { 'Content-Type': 'text/html' } },
        ),
    ],
  ])('to a page that %s is silence', async (_, page) => {
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toBeNull();
  });

  test('to a page that never answers is given up', async () => {
    const controller = new AbortController();
    const fetchPage: FetchPage = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        controller.abort(new DOMException('too slow', 'TimeoutError'));
      });
    expect(await previewOf(fetchPage, controller.signal)).toBeNull();
  });

  test('to a page without an end is read no further than its beginning', async () => {
    let sent = 0;
    let isCancelled = false;
    const endless = () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode(sent === 0 ? '<title>Endless</title>' : 'x'.repeat(65_536)));
            sent += 65_536;
          },
          cancel() {
            isCancelled = true;
          },
        }),
        { headers: { 'Content-Type': 'text/html' } },
      );
    expect(await previewOf(web({ [URL_]: endless }).fetchPage)).toMatchObject({ title: 'Endless' });
    expect(isCancelled).toBe(true);
    expect(sent).toBeLessThan(1_000_000);
  });

  test('to a page in another encoding is read in it', async () => {
    const bytes = new Uint8Array(
      [...'<title>Caf'].map((c) => c.charCodeAt(0)).concat(0xe9, ...[...'</title>'].map((c) => c.charCodeAt(0))),
    );
    const page = () => new Response(bytes, { headers: { 'Content-Type': 'text/html; charset=ISO-8859-1' } });
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toMatchObject({ title: 'Café' });
  });

  test.each([
    ['&eacute;&Eacute;&szlig;&hearts;&bne;', 'éÉß♥=\u20e5'],
    ['&#233;&#xE9;&#XE9;&#x1F600;&#128512;', 'ééé😀😀'],
    ['&#128;&#x99;&#150;', '€™–'],
    ['&#0;&#xD800;&#x110000;&#9999999999;', '\ufffd\ufffd\ufffd\ufffd'],
    ['AT&ampT &copy 2026 &notit; &#65 &#x42', 'AT&T © 2026 ¬it; A B'],
    ['&amp;lt; &amp;eacute;', '&lt; &eacute;'],
    [
      '&valueOf; &constructor; &__proto__; &toString; &hasOwnProperty;',
      '&valueOf; &constructor; &__proto__; &toString; &hasOwnProperty;',
    ],
    ['& && &; &#; &#x; &unknown; 100 &', '& && &; &#; &#x; &unknown; 100 &'],
  ])('to a page titled %s shows the characters that browsers show', async (written, title) => {
    const page = () => html(`<title>${written}</title>`);
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toMatchObject({ title });
  });

  test('to a page whose attributes hold references reads them as browsers do', async () => {
    const page = () =>
      html(`<meta property="og:title" content="&eacute; &copy=1 &copyx &copy; &valueOf;">
        <meta property="og:image" content="/p.png?a=1&copy=2&amp;reg=3&lt=4">`);
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toMatchObject({
      title: 'é &copy=1 &copyx © &valueOf;',
      image: 'https://example.com/p.png?a=1&copy=2&reg=3&lt=4',
    });
  });

  test('to a page whose first title shows nothing takes the next', async () => {
    const page = () => html('<meta property="og:title" content="&#8203;&zwnj;"><title>Seen</title>');
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toMatchObject({ title: 'Seen' });
  });

  test('to a page with a long title shows its beginning', async () => {
    const page = () =>
      html(`<title>${'🚀'.repeat(400)}</title><meta name="description" content="&#0;&#55296;&#x110000;">`);
    expect(await previewOf(web({ [URL_]: page }).fetchPage)).toMatchObject({
      title: `${'🚀'.repeat(299)}…`,
      description: '\ufffd\ufffd\ufffd',
    });
  });
});

describe('the URL to unfurl', () => {
  test('is the URL that the caller names, else the first in the content that may be', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    await newPost(harness, key, { content: 'See example.org/x', linkPreviewUrl: 'https://example.com/named' });
    await newPost(harness, key, { content: 'See http://example.net and example.org/x and https://example.com/y' });
    await newPost(harness, key, { content: 'No link, but ada@example.com' });
    const urls = harness.previewJobs.map(({ url }) => url);
    expect(urls).toEqual(['https://example.com/named', 'https://example.org/x']);
  });

  test('is asked for once, however often the request is repeated', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const request = { key: key.key, body: { content: `See ${URL_}` }, headers: { 'Idempotency-Key': 'k' } };
    for (let i = 0; i < 3; i++) await harness.fetch('/api/posts', request);
    expect(harness.previewJobs).toHaveLength(1);
  });

  test('changes with the content; a preview that comes late is dropped', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key, { content: `See ${URL_}` });
    const [first] = harness.previewJobs;
    const { fetchPage, asked } = web({ [URL_]: () => html('<title>Old</title>') });
    const unfurl = () => harness.run((ctx) => fetchLinkPreview(ctx, first as PreviewJob, { fetchPage }));
    expect(await unfurl()).toBe('found');
    // Delivered again: queues do that.
    expect(await unfurl()).toBe('nothing');
    const edit = (content: string) =>
      harness.fetch(`/api/posts/${id}`, { key: key.key, method: 'PATCH', body: { content } });
    await edit(`Still ${URL_}`);
    expect((await seenPost(harness, key, id)).linkPreview).toMatchObject({ title: 'Old' });
    await edit('See https://example.org/new');
    expect((await seenPost(harness, key, id)).linkPreview).toBeNull();
    expect(await unfurl()).toBe('nothing');
    expect(asked).toEqual([URL_]);
    expect(harness.previewJobs.at(-1)).toEqual({ postId: id, url: 'https://example.org/new' });
  });

  test('is no reason to refuse a Jes: without a queue there is no preview', async () => {
    const harness = new Harness({
      LINK_PREVIEWS: { send: () => Promise.reject(new Error('away')) } as unknown as Queue,
    });
    await newPost(harness, await harness.newKey(), { content: `See ${URL_}` });
  });
});

describe('a URL', () => {
  const pageOf = (title: string) => () => html(`<title>${title}</title>`);

  async function linking(harness: Harness, url: string) {
    const key = await harness.newKey();
    const { id } = await newPost(harness, key, { content: `See ${url}` });
    const job = harness.previewJobs.at(-1) as PreviewJob;
    const unfurl = (fetchPage: FetchPage) => harness.run((ctx) => fetchLinkPreview(ctx, job, { fetchPage }));
    return { key, id, unfurl, title: async () => (await seenPost(harness, key, id)).linkPreview?.title };
  }

  test('is fetched once an hour for all accounts, which share its preview', async () => {
    const harness = new Harness();
    const { fetchPage, asked } = web({ [URL_]: pageOf('One') });
    const first = await linking(harness, URL_);
    expect(await first.unfurl(fetchPage)).toBe('found');
    const second = await linking(harness, URL_);
    expect(await second.unfurl(web({ [URL_]: pageOf('Two') }).fetchPage)).toBe('found');
    expect(await second.title()).toBe('One');
    harness.now += 3_599_999;
    const third = await linking(harness, URL_);
    expect(await third.unfurl(fetchPage)).toBe('found');
    expect(asked).toHaveLength(1);
    harness.now += 1;
    const fourth = await linking(harness, URL_);
    expect(await fourth.unfurl(web({ [URL_]: pageOf('Two') }).fetchPage)).toBe('found');
    expect(await fourth.title()).toBe('Two');
  });

  test('is the same one in every spelling and with every fragment; each Jes shows it as it has it', async () => {
    const harness = new Harness();
    const { fetchPage, asked } = web({ 'https://example.com/': pageOf('Home') });
    const links = ['https://example.com', 'https://EXAMPLE.com/#1', 'https://example.com:443/a/..#2'];
    for (const link of links) {
      const key = await harness.newKey();
      const { id } = await newPost(harness, key, { content: 'See', linkPreviewUrl: link });
      const job = harness.previewJobs.at(-1) as PreviewJob;
      expect(await harness.run((ctx) => fetchLinkPreview(ctx, job, { fetchPage }))).toBe('found');
      expect((await seenPost(harness, key, id)).linkPreview).toMatchObject({ url: job.url, title: 'Home' });
    }
    expect(asked).toEqual(['https://example.com/']);
  });

  test('to which many links redirect is fetched once an hour', async () => {
    const harness = new Harness();
    const target = 'https://example.org/target';
    const { fetchPage, asked } = web({
      [target]: pageOf('Target'),
      ...Object.fromEntries([1, 2, 3].map((i) => [`https://example.com/${i}`, () => redirect(target)])),
    });
    for (const url of [1, 2, 3].map((i) => `https://example.com/${i}`)) {
      const jes = await linking(harness, url);
      expect(await jes.unfurl(fetchPage)).toBe('found');
      expect((await seenPost(harness, jes.key, jes.id)).linkPreview).toMatchObject({ url, title: 'Target' });
    }
    expect(await (await linking(harness, `${target}#direct`)).unfurl(fetchPage)).toBe('found');
    expect(asked.filter((url) => url === target)).toHaveLength(1);
    expect(asked).toHaveLength(4);
  });

  test('that a redirect leads to counts as one of the 60 of the account', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const key = await harness.newKey({ account });
    const at = new Date(harness.now).toISOString();
    await rowsOf(
      harness,
      `INSERT INTO link_fetches (hash, account_id, fetched_at, is_done)
        SELECT 'spent ' || i, '${account.id}', '${at}', true FROM generate_series(1, 59) i`,
    );
    await newPost(harness, key, { content: `See ${URL_}` });
    const { fetchPage, asked } = web({
      [URL_]: () => redirect('https://example.org/b'),
      'https://example.org/b': pageOf('There'),
    });
    const [job] = harness.previewJobs as [PreviewJob];
    expect(await harness.run((ctx) => fetchLinkPreview(ctx, job, { fetchPage }))).toBe('nothing');
    expect(asked).toEqual([URL_]);
  });

  test('that shows nothing is not asked again within the hour either', async () => {
    const harness = new Harness();
    const { fetchPage, asked } = web({});
    expect(await (await linking(harness, URL_)).unfurl(fetchPage)).toBe('nothing');
    expect(await (await linking(harness, URL_)).unfurl(fetchPage)).toBe('nothing');
    expect(asked).toHaveLength(1);
  });

  test('that is being fetched is retried later, and given up if its consumer has died', async () => {
    const harness = new Harness();
    let answer = (_: Response) => {};
    const begun = Promise.withResolvers<void>();
    const slow: FetchPage = () => {
      begun.resolve();
      return new Promise((resolve) => (answer = resolve));
    };
    const first = await linking(harness, URL_);
    const second = await linking(harness, URL_);
    const asking = first.unfurl(slow);
    // Or the second may be the one that fetches.
    await begun.promise;
    expect(await second.unfurl(slow)).toBe('later');
    const job = harness.previewJobs.at(-1);
    expect(await harness.deliver('jestha-link-previews', [job])).toMatchObject({
      explicitAcks: [],
      retryMessages: [{ msgId: '0' }],
    });
    harness.now += 10_000;
    expect(await second.unfurl(slow)).toBe('nothing');
    answer(html('<title>At last</title>'));
    expect(await asking).toBe('found');
    expect(await second.unfurl(slow)).toBe('found');
    expect(await second.title()).toBe('At last');
  });

  test('is the last of 60 that are fetched for one account in an hour, all at once', async () => {
    const harness = new Harness();
    const account = await harness.newAccount();
    const keys = await Promise.all(Array.from({ length: 5 }, () => harness.newKey({ account })));
    for (let i = 0; i < 65; i++) {
      if (i % 25 === 0) harness.now += 60_000;
      await newPost(harness, keys[i % 5] ?? { key: '' }, { content: `See https://example.com/${i}` });
    }
    const asked = new Set<string>();
    const fetchPage: FetchPage = async (url) => {
      asked.add(url);
      return html('<title>Page</title>');
    };
    const outcomes = await Promise.all(
      harness.previewJobs.map((job) => harness.run((ctx) => fetchLinkPreview(ctx, job, { fetchPage }))),
    );
    expect(outcomes.filter((outcome) => outcome === 'found')).toHaveLength(60);
    expect(asked.size).toBe(60);
    harness.now += 3_600_000;
    const late = harness.previewJobs.filter(({ url }) => !asked.has(url));
    expect(
      await Promise.all(late.map((job) => harness.run((ctx) => fetchLinkPreview(ctx, job, { fetchPage })))),
    ).toEqual(Array(5).fill('found'));
  });
});

describe('the consumer of the queue', () => {
  test('acknowledges invalid and outdated jobs without a fetch', async () => {
    const harness = new Harness();
    const key = await harness.newKey();
    const { id } = await newPost(harness, key, { content: `See ${URL_}` });
    await harness.fetch(`/api/posts/${id}`, { key: key.key, method: 'DELETE' });
    const result = await harness.deliver('jestha-link-previews', [null, { postId: 'x' }, ...harness.previewJobs]);
    expect(result).toMatchObject({ explicitAcks: ['0', '1', '2'], retryMessages: [] });
  });

  test('tries again when Neon does not answer', async () => {
    const harness = new Harness();
    await newPost(harness, await harness.newKey(), { content: `See ${URL_}` });
    await harness.neon.setFaults({ kind: 'error' });
    const result = await harness.deliver('jestha-link-previews', harness.previewJobs);
    expect(result).toMatchObject({ explicitAcks: [], retryMessages: [{ msgId: '0' }] });
  });
});
