import { Hono } from 'hono';
import type { Clock } from '../../domain/context.ts';
import { ENDPOINTS } from '../api/index.ts';
import { isInTheClear, refuseCall } from '../guards/plain-http.ts';
import { type Handler, withRequestLog } from '../guards/with-request-log.ts';
import type { AppEnv, RequestContext } from '../request/request-context.ts';
import { toErrorResponse } from '../response/error-response.ts';
import { errorPage } from './error-page.tsx';
import { forPage } from './for-pages.ts';
import { PAGES } from './index.ts';
import { isApiHost, type Page } from './page.ts';
import { redirect } from './render.ts';

type Router = Hono<AppEnv>['router'];

/**
 * All paths but those of the API: pages, the files that browsers load beside them, and the 404s.
 *
 * @param clock unix milliseconds
 * @param api routes of the API, for requests that have its paths and another method
 */
export function createSite(clock: Clock, api: Router): Hono<AppEnv> {
  const site = new Hono<AppEnv>();
  const refuseUnknown = refuseUnknownRoute(api, site.router);
  for (const page of PAGES) {
    const refuse = page.access === 'asset' ? toErrorResponse : errorPage;
    const answer = forPage(page);
    const answerHere: Handler = (context) => (isThere(page, context) ? answer(context) : refuseUnknown(context));
    site.on(page.method, page.path, withRequestLog(clock, page.path, siteOverHttps(answerHere), refuse));
  }
  site.notFound(withRequestLog(clock, 'unknown', siteOverHttps(refuseUnknown)));
  return site;
}

/**
 * Answers over plain http: pages lead browsers to https, a form is refused, and so is a call of the API, whose key may
 * have come with it.
 */
function siteOverHttps(answer: Handler): Handler {
  return function answerOverHttps(context) {
    const { c } = context;
    if (!isInTheClear(context, c.env.WEB_ORIGIN)) return answer(context);
    if (isOfApi(context)) return refuseCall(context);
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      return errorPage(context, { code: 'https_required', sent: 'form' });
    }
    // Not to the host that the client names.
    const { pathname, search } = new URL(c.req.url);
    return redirect(context, c.env.WEB_ORIGIN + pathname + search, {}, 308);
  };
}

/** The API's host has no pages: a page there could only be mistaken for one on the host of people's cookies. */
function isThere({ access }: Page, context: RequestContext): boolean {
  return access === 'asset' || !isApiHost(context);
}

/** 404 for an unknown path, 405 for a path that answers other methods. */
function refuseUnknownRoute(api: Router, site: Router): Handler {
  const methods = new Set([...ENDPOINTS, ...PAGES].map(({ method }) => method));
  const pages = new Map(PAGES.map((page) => [`${page.method} ${page.path}`, page]));
  return function refuse(context) {
    const { path } = context.c.req;
    const allowed: string[] = [];
    for (const method of methods) {
      const route = api.match(method, path)[0][0]?.[0][1] ?? site.match(method, path)[0][0]?.[0][1];
      if (!route) continue;
      const page = pages.get(`${method} ${route.path}`);
      if (page && !isThere(page, context)) continue;
      allowed.push(method === 'GET' ? 'GET, HEAD' : method);
      context.route = route.path;
    }
    const tell = wantsPage(context) ? errorPage : toErrorResponse;
    if (allowed.length === 0) return tell(context, { code: 'not_found' });
    return tell(context, { code: 'method_not_allowed', allow: allowed.join(', ') });
  };
}

/** True for the paths of API callers: every path of its host, and its paths on the host of the pages. */
function isOfApi(context: RequestContext): boolean {
  return isApiHost(context) || /^\/api(?:\/|$)/.test(context.c.req.path);
}

/** True if a person has followed a link or typed an address; callers of the API get JSON, whatever they accept. */
function wantsPage(context: RequestContext): boolean {
  const { req } = context.c;
  return !isOfApi(context) && (req.raw.headers.get('Accept') ?? '').includes('text/html');
}
