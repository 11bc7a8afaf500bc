import { Refused } from '../domain/refusal.ts';
import type { Exchange } from './exchange.ts';

const SAFE_METHODS = ['GET', 'HEAD'];

/**
 * Refuses what another site made a browser send with this person's cookie. Every browser of today tells of itself
 * where a state-changing request comes from: `Sec-Fetch-Site` decides where it is there, else `Origin`. What carries
 * neither does not come from a browser, and nobody's cookie with it.
 *
 * @throws Refused `cross_site_request`
 */
export function refuseCrossSite({ c, ctx }: Exchange): void {
  const { method, headers } = c.req.raw;
  if (SAFE_METHODS.includes(method)) return;
  const site = headers.get('Sec-Fetch-Site');
  const origin = headers.get('Origin');
  const isPages = origin === ctx.ports.webOrigin;
  // "none": typed or reloaded by the person. "same-site" is another origin of ours, which must be the pages'.
  if (site === 'same-origin' || site === 'none' || (site === 'same-site' && isPages)) return;
  if (site === null && (isPages || origin === null)) return;
  throw new Refused({ code: 'cross_site_request' });
}
