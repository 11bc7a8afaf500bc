import { ApiError } from '../../domain/api-error.ts';
import type { RequestContext } from '../request/request-context.ts';

const SAFE_METHODS = ['GET', 'HEAD'];

/**
 * Refuses requests that another site made a browser send with this person's cookie. Every current browser says where a
 * state-changing request comes from: `Sec-Fetch-Site` decides if present, else `Origin`. A request without either does
 * not come from a browser, so no browser has added a cookie to it.
 *
 * @throws ApiError `cross_site_request`
 */
export function refuseCrossSite({ c, ctx }: RequestContext): void {
  const { method, headers } = c.req.raw;
  if (SAFE_METHODS.includes(method)) return;
  const site = headers.get('Sec-Fetch-Site');
  const origin = headers.get('Origin');
  const isPages = origin === ctx.ports.webOrigin;
  // "none": typed or reloaded by the person. "same-site" is another of our origins, which must be the pages'.
  if (site === 'same-origin' || site === 'none' || (site === 'same-site' && isPages)) return;
  if (site === null && (isPages || origin === null)) return;
  throw new ApiError({ code: 'cross_site_request' });
}
