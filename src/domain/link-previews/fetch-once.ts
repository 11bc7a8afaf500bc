import { PREVIEW_MAX_BYTES } from '../../config/limits.ts';
import type { FetchPage } from '../../data/link-previews.ts';
import { parseContentType } from '../../lib/header-value.ts';
import { type PagePreview, parsePreview } from './parse-preview.ts';

const REQUEST_HEADERS = {
  Accept: 'text/html,application/xhtml+xml',
  'User-Agent': 'JesthaBot/1.0 (link previews; +https://jestha.com)',
};
const REDIRECTS = [301, 302, 303, 307, 308];
const HTML_TYPES = ['text/html', 'application/xhtml+xml'];

/** The outcome of one request: a page with a preview, or a redirect; neither for a page without a preview. */
interface Fetched {
  readonly preview: PagePreview | null;
  readonly redirectUrl: string | null;
}

/**
 * Asks for a page, and follows no redirect. Reads at most {@link PREVIEW_MAX_BYTES} of it. Any failure means no
 * preview.
 */
export async function fetchOnce(fetchPage: FetchPage, url: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const response = await fetchPage(url, { headers: REQUEST_HEADERS, redirect: 'manual', signal });
    const isPage = response.status === 200 && HTML_TYPES.includes(typeOf(response)?.type ?? '');
    if (isPage) return { preview: await parsePreview(await readText(response), url), redirectUrl: null };
    await response.body?.cancel();
    const location = REDIRECTS.includes(response.status) ? response.headers.get('Location') : null;
    const isUrl = location !== null && URL.canParse(location, url);
    return { preview: null, redirectUrl: isUrl ? new URL(location, url).href : null };
  } catch {
    // The page refused, broke off, was too slow or cannot be parsed: a page of another site is no error of ours.
    return { preview: null, redirectUrl: null };
  }
}

const typeOf = ({ headers }: Response) => parseContentType(headers.get('Content-Type'));

/** The beginning of a page, in its declared encoding. */
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
