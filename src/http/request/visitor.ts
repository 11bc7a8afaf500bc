import type { Visitor } from '../../domain/accounts/index.ts';
import { clientAddress } from './client-address.ts';
import type { RequestContext } from './request-context.ts';
import { readKnownBrowserCookie } from './session-cookie.ts';

/** The facts about the calling browser that accounts need. */
export function visitorOf(context: RequestContext): Visitor {
  const { headers } = context.c.req.raw;
  return {
    address: clientAddress(headers),
    userAgent: headers.get('User-Agent'),
    cookie: headers.get('Cookie'),
    knownBrowser: readKnownBrowserCookie(context),
  };
}
