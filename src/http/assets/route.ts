import { ApiError } from '../../domain/api-error.ts';
import { pathParam } from '../request/path-param.ts';
import { respond } from '../response/reply.ts';
import type { Asset } from '../site/page.ts';
import { findAsset } from './files.ts';

/**
 * Styles, scripts and the icon of the pages. A browser keeps a version for a year. Another version than the one asked
 * for is not kept: while a deployment is rolled out, a page of the new Worker may ask the old one for its styles.
 */
export const getAsset: Asset = {
  method: 'GET',
  path: '/assets/:name',
  access: 'asset',
  handle(context) {
    const { req } = context.c;
    const file = findAsset(pathParam(req, 'name'));
    if (!file) throw new ApiError({ code: 'not_found' });
    return respond(context, 200, file.text, {
      'Content-Type': file.type,
      'Cache-Control': req.query('v') === file.version ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
  },
};
