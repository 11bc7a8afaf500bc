import { reply } from '../reply.ts';
import type { Asset } from './page.ts';
import { redirect } from './render.ts';

/** The root of both hosts: browsers go on to the reference, callers of the API get the addresses to begin with. */
export const getRoot: Asset = {
  method: 'GET',
  path: '/',
  access: 'asset',
  answer(exchange) {
    const isBrowser = (exchange.c.req.raw.headers.get('Accept') ?? '').includes('text/html');
    const vary = { Vary: 'Accept' };
    if (isBrowser) return redirect(exchange, '/docs', vary);
    const { apiOrigin, webOrigin } = exchange.ctx.ports;
    const body = {
      docs: `${apiOrigin}/docs`,
      openapi: `${apiOrigin}/openapi.json`,
      apiKeys: `${webOrigin}/settings/api-access`,
    };
    return reply(exchange, 200, body, vary);
  },
};
