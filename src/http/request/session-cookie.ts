import { generateCookie, generateSignedCookie, getCookie, getSignedCookie } from 'hono/cookie';
import { KNOWN_BROWSER_TTL_S, SESSION_TTL_S } from '../../config/limits.ts';
import { cookieRules, sessionCookieName } from '../../data/identity.ts';
import type { Entered } from '../../domain/accounts/index.ts';
import type { RequestContext } from './request-context.ts';

/**
 * The token in the session cookie of a request; undefined without a cookie, or if its signature (HMAC-SHA-256) is not
 * ours.
 */
export function readSessionCookie(context: RequestContext): undefined | Promise<string | undefined> {
  return context.c.req.raw.headers.has('Cookie') ? verifiedToken(context) : undefined;
}

async function verifiedToken({ c, ctx }: RequestContext): Promise<string | undefined> {
  for (const secret of ctx.ports.sessionSecrets) {
    const token = await getSignedCookie(c, secret, sessionCookieName(ctx.ports.webOrigin));
    if (token) return token;
  }
  return undefined;
}

/** Cookies for a browser that signed in: the session, and the proof that the browser is known from now on. */
export async function signedInCookies(context: RequestContext, entered: Entered): Promise<string[]> {
  const { ctx } = context;
  const { webOrigin, sessionSecrets } = ctx.ports;
  const session = await generateSignedCookie(sessionCookieName(webOrigin), entered.sessionToken, sessionSecrets[0], {
    ...attributes(webOrigin),
    maxAge: SESSION_TTL_S,
  });
  return entered.knownBrowser === undefined ? [session] : [session, knownBrowserCookie(context, entered.knownBrowser)];
}

/** The cookie of a known browser. @param value made by `rememberBrowser` */
export function knownBrowserCookie({ ctx }: RequestContext, value: string): string {
  const { webOrigin } = ctx.ports;
  return generateCookie(knownBrowserName(webOrigin), value, { ...attributes(webOrigin), maxAge: KNOWN_BROWSER_TTL_S });
}

/** Takes the session away from the browser. It stays known. */
export function clearedSessionCookie({ ctx }: RequestContext): string {
  const { webOrigin } = ctx.ports;
  return generateCookie(sessionCookieName(webOrigin), '', { ...attributes(webOrigin), maxAge: 0 });
}

/** The cookie by which a browser shows the accounts that signed in with it before; `domain/accounts` checks it. */
export function readKnownBrowserCookie({ c, ctx }: RequestContext): string | undefined {
  return getCookie(c, knownBrowserName(ctx.ports.webOrigin));
}

const knownBrowserName = (webOrigin: string) => `${cookieRules(webOrigin).prefix}.known_browser`;

const attributes = (webOrigin: string) =>
  ({ path: '/', httpOnly: true, secure: cookieRules(webOrigin).isSecure, sameSite: 'Lax' }) as const;
