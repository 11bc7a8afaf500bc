import { Hono } from 'hono';
import { ENDPOINTS } from '../api/index.ts';
import type { AppEnv, Exchange } from '../exchange.ts';
import { type Answer, observed } from '../observed.ts';
import { isInTheClear, refuseCall } from '../plain-http.ts';
import { problem } from '../problem.ts';
import { errorPage } from './error-page.tsx';
import { forPage } from './for-pages.ts';
import { PAGES } from './index.ts';
import { isApiHost, type Page } from './page.ts';
import { redirect } from './render.ts';

type Router = Hono<AppEnv>['router'];

/**
 * All paths but those of the API: pages, what browsers load beside them, and the refusals of what is not there.
 *
 * @param clock unix milliseconds
 * @param api routes of the API, for requests that have its paths and another method
 */
export function createSite(clock: () => number, api: Router): Hono<AppEnv> {
  const site = new Hono<AppEnv>();
  const refuseUnknown = refuseUnknownRoute(api, site.router);
  for (const page of PAGES) {
    const refuse = page.access === 'asset' ? problem : errorPage;
    const answer = forPage(page);
    const answerHere: Answer = (exchange) => (isThere(page, exchange) ? answer(exchange) : refuseUnknown(exchange));
    site.on(page.method, page.path, observed(clock, page.path, siteOverHttps(answerHere), refuse));
  }
  site.notFound(observed(clock, 'unknown', siteOverHttps(refuseUnknown)));
  return site;
}

/**
 * Answers over plain http: pages lead browsers to https, a form is refused, and so is a call of the API, whose key may have
 * come with it.
 */
function siteOverHttps(answer: Answer): Answer {
  return function answerOverHttps(exchange) {
    const { c } = exchange;
    if (!isInTheClear(exchange, c.env.WEB_ORIGIN)) return answer(exchange);
    if (isOfApi(exchange)) return refuseCall(exchange);
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
      return errorPage(exchange, { code: 'https_required', sent: 'form' });
    }
    // Not to the host that the client names.
    const { pathname, search } = new URL(c.req.url);
    return redirect(exchange, c.env.WEB_ORIGIN + pathname + search, {}, 308);
  };
}

/** The API's host has no pages: there a page of ours could only be mistaken for one where people's cookies are. */
function isThere({ access }: Page, exchange: Exchange): boolean {
  return access === 'asset' || !isApiHost(exchange);
}

/** 404 for an unknown path, 405 for a path that answers other methods. */
function refuseUnknownRoute(api: Router, site: Router): Answer {
  const methods = new Set([...ENDPOINTS, ...PAGES].map(({ method }) => method));
  const pages = new Map(PAGES.map((page) => [`${page.method} ${page.path}`, page]));
  return function refuse(exchange) {
    const { path } = exchange.c.req;
    const allowed: string[] = [];
    for (const method of methods) {
      const route = api.match(method, path)[0][0]?.[0][1] ?? site.match(method, path)[0][0]?.[0][1];
      if (!route) continue;
      const page = pages.get(`${method} ${route.path}`);
      if (page && !isThere(page, exchange)) continue;
      allowed.push(method === 'GET' ? 'GET, HEAD' : method);
      exchange.route = route.path;
    }
    const tell = wantsPage(exchange) ? errorPage : problem;
    if (allowed.length === 0) return tell(exchange, { code: 'not_found' });
    return tell(exchange, { code: 'method_not_allowed', allow: allowed.join(', ') });
  };
}

/** True for what only callers of the API ask for: every path of its host, and its paths on the host of the pages. */
function isOfApi(exchange: Exchange): boolean {
  return isApiHost(exchange) || /^\/api(?:\/|$)/.test(exchange.c.req.path);
}

/** Somebody has followed a link or typed an address; callers of the API are told in JSON, whatever they accept. */
function wantsPage(exchange: Exchange): boolean {
  const { req } = exchange.c;
  return !isOfApi(exchange) && (req.raw.headers.get('Accept') ?? '').includes('text/html');
}
