import { reply } from '../reply.ts';
import { wantsPage } from '../wants-page.ts';
import type { Asset } from './page.ts';
import { redirect } from './render.ts';

/** The root of both hosts: browsers go on to the reference, callers of the API get the addresses to begin with. */
export const getRoot: Asset = {
  method: 'GET',
  path: '/',
  access: 'asset',
  answer(exchange) {
    const vary = { Vary: 'Accept' };
    if (wantsPage(exchange)) return redirect(exchange, '/docs', vary);
    const { apiOrigin, webOrigin } = exchange.ctx.ports;
    const body = {
      docs: `${apiOrigin}/docs`,
      openapi: `${apiOrigin}/openapi.json`,
      apiKeys: `${webOrigin}/settings/api-access`,
    };
    return reply(exchange, 200, body, vary);
  },
};
