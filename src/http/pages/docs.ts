import { DESCRIPTION_CACHED_S } from '../../config/limits.ts';
import { type CachedText, respondCached, toCached } from '../cached.ts';
import type { Asset } from './page.ts';
import { EVERY_PAGE } from './render.ts';

/** Made once for an isolate, which has one origin. */
let made: (CachedText & { readonly apiOrigin: string }) | undefined;

async function docsPage(apiOrigin: string): Promise<CachedText> {
  if (made?.apiOrigin === apiOrigin) return made;
  const { writeDocs } = await import('./docs/page.tsx');
  made = { apiOrigin, ...(await toCached(await writeDocs(apiOrigin))) };
  return made;
}

/**
 * The reference: the same for everybody, so that it may be kept for a while. What makes it is loaded when it is first asked
 * for. Its script may call the API, with a key that a visitor pastes.
 */
export const getDocs: Asset = {
  method: 'GET',
  path: '/docs',
  access: 'asset',
  async answer(exchange) {
    return respondCached(exchange, await docsPage(exchange.ctx.ports.apiOrigin), DESCRIPTION_CACHED_S, {
      ...EVERY_PAGE,
      'Content-Security-Policy': `${EVERY_PAGE['Content-Security-Policy']}; connect-src 'self'`,
    });
  },
};
