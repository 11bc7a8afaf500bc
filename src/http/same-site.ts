import { ApiError } from '../domain/api-error.ts';
import type { RequestContext } from './request-context.ts';

const SAFE_METHODS = ['GET', 'HEAD'];

/**
 * Refuses what another site made a browser send with this person's cookie. Every browser of today tells of itself
 * where a state-changing request comes from: `Sec-Fetch-Site` decides where it is there, else `Origin`. What carries
 * neither does not come from a browser, and nobody's cookie with it.
 *
 * @throws ApiError `cross_site_request`
 */
export function refuseCrossSite({ c, ctx }: RequestContext): void {
  const { method, headers } = c.req.raw;
  if (SAFE_METHODS.includes(method)) return;
  const site = headers.get('Sec-Fetch-Site');
  const origin = headers.get('Origin');
  const isPages = origin === ctx.ports.webOrigin;
  // "none": typed or reloaded by the person. "same-site" is another origin of ours, which must be the pages'.
  if (site === 'same-origin' || site === 'none' || (site === 'same-site' && isPages)) return;
  if (site === null && (isPages || origin === null)) return;
  throw new ApiError({ code: 'cross_site_request' });
}
