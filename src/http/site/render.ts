import type { HtmlEscapedString } from 'hono/utils/html';
import type { RequestContext } from '../request/request-context.ts';
import { respond } from '../response/reply.ts';

/** The result of hono/jsx for a page without asynchronous parts. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * Headers of every page. Scripts, styles and images come from our own files and from nowhere else. Signing in with
 * Google is a form that redirects there, which browsers count as a form's target.
 */
export const EVERY_PAGE = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "form-action 'self' https://accounts.google.com",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  // Not "no-referrer": with it browsers send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
} as const;

/** A page as the answer of a request. */
export async function render(
  context: RequestContext,
  status: number,
  page: Markup,
  headers?: Readonly<Record<string, string>>,
): Promise<Response> {
  return respond(context, status, `<!doctype html>${await page}`, { ...EVERY_PAGE, ...headers });
}

/**
 * Redirects the browser to one of our paths, or to an address of a provider's.
 *
 * @param status 303 = with a GET; 308 = permanently, with the same method (RFC 9110 section 15.4)
 */
export function redirect(
  context: RequestContext,
  location: string,
  headers: Readonly<Record<string, string>> = {},
  status: 303 | 308 = 303,
): Response {
  return respond(context, status, null, { ...EVERY_PAGE, ...headers, Location: location });
}
