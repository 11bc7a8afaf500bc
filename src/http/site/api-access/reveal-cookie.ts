import { generateCookie, getCookie } from 'hono/cookie';
import { KEY_REVEAL_TTL_MS } from '../../../config/limits.ts';
import { cookieRules } from '../../../data/identity.ts';
import type { RequestContext } from '../../request/request-context.ts';

/** Not `__Host-`, which browsers accept for all paths only. */
const nameOf = (isSecure: boolean) => `${isSecure ? '__Secure-' : ''}jestha.reveal`;

/** The cookie whose value opens a new key, for the one page that shows it; without the row in Neon it opens nothing. */
export function revealCookie(context: RequestContext, keyId: string, unsealKey: string): string {
  return cookie(context, keyId, unsealKey, KEY_REVEAL_TTL_MS / 1_000);
}

/** The same cookie, already over: the browser deletes it. */
export function clearRevealCookie(context: RequestContext, keyId: string): string {
  return cookie(context, keyId, '', 0);
}

function cookie({ ctx }: RequestContext, keyId: string, value: string, maxAge: number): string {
  const { isSecure } = cookieRules(ctx.ports.webOrigin);
  const path = `/settings/api-access/${keyId}`;
  return generateCookie(nameOf(isSecure), value, {
    path,
    maxAge,
    httpOnly: true,
    secure: isSecure,
    sameSite: 'Strict',
  });
}

/** The text that unseals the new key of this page; undefined if this browser has not generated it, or has shown it. */
export function readRevealCookie({ c, ctx }: RequestContext): string | undefined {
  return getCookie(c, nameOf(cookieRules(ctx.ports.webOrigin).isSecure));
}
