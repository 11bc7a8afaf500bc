import { getSignedCookie } from 'hono/cookie';
import { SESSION_COOKIE } from '../data/identity.ts';
import type { Exchange } from './exchange.ts';

/** The token in the session cookie of a request, unless there is none or its signature (HMAC-SHA-256) is not ours. */
export async function readSessionCookie({ c, ctx }: Exchange): Promise<string | undefined> {
  if (!c.req.raw.headers.has('Cookie')) return undefined;
  for (const secret of ctx.ports.sessionSecrets) {
    const token = await getSignedCookie(c, secret, SESSION_COOKIE);
    if (token) return token;
  }
  return undefined;
}
