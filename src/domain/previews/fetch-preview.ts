import { PREVIEW_MAX_BYTES, PREVIEW_REDIRECTS_MAX } from '../../config/limits.ts';
import type { FetchPage } from '../../data/link-previews.ts';
import { parseContentType } from '../../lib/header-value.ts';
import type { LinkPreview } from '../posts/index.ts';
import { isPublicUrl } from '../public-url.ts';
import { parsePreview } from './parse-preview.ts';

const REQUEST_HEADERS = {
  Accept: 'text/html,application/xhtml+xml',
  'User-Agent': 'JesthaBot/1.0 (link previews; +https://jestha.com)',
};
const REDIRECTS = [301, 302, 303, 307, 308];
const HTML_TYPES = ['text/html', 'application/xhtml+xml'];

/**
 * What a page says of itself. Each hop is judged before it is asked, since a redirect leads anywhere; of the last one no
 * more is read than {@link PREVIEW_MAX_BYTES}. Whatever goes wrong is undefined.
 */
export async function fetchPreview(
  fetchPage: FetchPage,
  url: string,
  signal: AbortSignal,
): Promise<LinkPreview | undefined> {
  try {
    const page = await follow(fetchPage, url, signal);
    return page && (await parsePreview(await readText(page.response), { url, base: page.url }));
  } catch {
    // Refused, broken off, too slow, not to be parsed: a page of somebody else's is no error of ours.
    return undefined;
  }
}

async function follow(
  fetchPage: FetchPage,
  first: string,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly url: string } | undefined> {
  let url = first;
  for (let hop = 0; hop <= PREVIEW_REDIRECTS_MAX; hop++) {
    if (!isPublicUrl(url)) return undefined;
    const response = await fetchPage(url, { headers: REQUEST_HEADERS, redirect: 'manual', signal });
    const isPage = response.status === 200 && HTML_TYPES.includes(typeOf(response)?.type ?? '');
    if (isPage) return { response, url };
    await response.body?.cancel();
    const location = REDIRECTS.includes(response.status) ? response.headers.get('Location') : null;
    if (location === null || !URL.canParse(location, url)) return undefined;
    url = new URL(location, url).href;
  }
  return undefined;
}

const typeOf = ({ headers }: Response) => parseContentType(headers.get('Content-Type'));

/** The beginning of a page, in the encoding it says it has. */
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder(typeOf(response)?.parameters.get('charset') || 'utf-8');
  const reader = response.body?.getReader();
  let text = '';
  for (let left = PREVIEW_MAX_BYTES; reader && left > 0; ) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  await reader?.cancel();
  return text;
}
