import { DESCRIPTION_CACHED_S } from '../../config/limits.ts';
import type { RequestContext } from '../request/request-context.ts';
import { type CachedText, respondCached, toCached } from '../response/cached.ts';
import { respond } from '../response/reply.ts';
import type { Asset } from '../site/page.ts';
import { EVERY_PAGE } from '../site/render.ts';
import type { DocsFile } from './files.tsx';

type Kept = DocsFile & CachedText;

/** Files that were asked for, by origin and path: an isolate makes each once. */
const made = new Map<string, Kept>();

async function fileAt(path: string, apiOrigin: string): Promise<DocsFile | Kept> {
  const name = apiOrigin + path;
  const kept = made.get(name);
  if (kept) return kept;
  const { writeFile } = await import('./files.tsx');
  const file = await writeFile(path, apiOrigin);
  // Only addresses that exist are kept; there are some hundred.
  if (file.status === 404) return file;
  const cached = { ...file, ...(await toCached(file.text)) };
  made.set(name, cached);
  return cached;
}

/**
 * The reference: the same for everybody, so that it may be kept for a while. The first request for it loads the code
 * that makes it. Its script may call the API, with a key that a visitor pastes.
 */
async function handle(context: RequestContext): Promise<Response> {
  const { pathname } = new URL(context.c.req.url);
  const file = await fileAt(pathname, context.ctx.ports.apiOrigin);
  const headers = {
    ...EVERY_PAGE,
    'Content-Type': file.type,
    'Content-Security-Policy': `${EVERY_PAGE['Content-Security-Policy']}; connect-src 'self'`,
  };
  return 'etag' in file
    ? respondCached(context, file, DESCRIPTION_CACHED_S, headers)
    : respond(context, file.status, file.text, headers);
}

const docsAt = (path: string): Asset => ({ method: 'GET', path, access: 'asset', handle });

/** The chapters and the calls, the same as Markdown, and lists for tools. */
export const DOCS: readonly Asset[] = [
  docsAt('/docs'),
  docsAt('/docs.md'),
  docsAt('/docs/:page'),
  docsAt('/docs/reference/:page'),
  docsAt('/llms.txt'),
  docsAt('/llms-full.txt'),
];
