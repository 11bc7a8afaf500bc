import { Refused } from '../../domain/refusal.ts';
import { respond } from '../reply.ts';
import type { Asset } from './page.ts';

/**
 * Styles, the one script and the icon of the pages: the same for everybody, for an hour. They are a module of their own,
 * read with the first of them; no call of the API does.
 */
export const getAsset: Asset = {
  method: 'GET',
  path: '/assets/:name',
  access: 'asset',
  async answer(exchange) {
    const { FILES } = await import('./assets/files.ts');
    const file = FILES.get(exchange.c.req.param('name') ?? '');
    if (!file) throw new Refused({ code: 'not_found' });
    return respond(exchange, 200, file.text, {
      'Content-Type': file.type,
      'Cache-Control': 'public, max-age=3600',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
  },
};
