import { Hono } from 'hono';
import { ENDPOINTS } from './api/index.ts';
import { forCallers, forPeople, forVisitors } from './authenticated.ts';
import type { Endpoint } from './endpoint.ts';
import type { AppEnv, Exchange } from './exchange.ts';
import { type Answer, observed } from './observed.ts';
import { errorPage } from './pages/error-page.tsx';
import { forPage } from './pages/for-pages.ts';
import { PAGES } from './pages/index.ts';
import type { Page } from './pages/page.ts';
import { problem } from './problem.ts';

/**
 * The API and its pages as a Hono app.
 *
 * @param options.clock unix milliseconds; every rule that knows a time is told it by this
 */
export function createApp({ clock }: { readonly clock: () => number }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const endpoint of ENDPOINTS) {
    app.on(endpoint.method, endpoint.path, observed(clock, endpoint.path, answerOf(endpoint)));
  }
  const refuseUnknown = refuseUnknownRoute(app);
  for (const page of PAGES) {
    const refuse = page.access === 'asset' ? problem : errorPage;
    const answer = forPage(page);
    const answerHere: Answer = (exchange) => (isThere(page, exchange) ? answer(exchange) : refuseUnknown(exchange));
    app.on(page.method, page.path, observed(clock, page.path, answerHere, refuse));
  }
  app.notFound(observed(clock, 'unknown', refuseUnknown));
  return app;
}

/** The API's host has no pages: there a page of ours could only be mistaken for one where people's cookies are. */
function isThere({ access }: Page, exchange: Exchange): boolean {
  return access === 'asset' || !isApiHost(exchange);
}

/** True on the host that only the API has. On the local stack one host has both. */
function isApiHost({ c, ctx }: Exchange): boolean {
  const { apiOrigin, webOrigin } = ctx.ports;
  const { host } = new URL(c.req.url);
  return host === new URL(apiOrigin).host && host !== new URL(webOrigin).host;
}

function answerOf(endpoint: Endpoint): Answer {
  switch (endpoint.access) {
    case 'public':
      return endpoint.answer;
    case 'caller':
      return forCallers(endpoint);
    case 'session':
      return forPeople(endpoint);
    case 'visitor':
      return forVisitors(endpoint);
  }
}

/** 404 for a path nobody answers, 405 for one that answers other methods. */
function refuseUnknownRoute(app: Hono<AppEnv>): Answer {
  const methods = new Set([...ENDPOINTS, ...PAGES].map(({ method }) => method));
  const pages = new Map(PAGES.map((page) => [`${page.method} ${page.path}`, page]));
  return function refuse(exchange) {
    const { path } = exchange.c.req;
    const allowed: string[] = [];
    for (const method of methods) {
      const route = app.router.match(method, path)[0][0]?.[0][1];
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

/** Somebody has followed a link or typed an address; whoever calls the API is told in JSON, whatever it accepts. */
function wantsPage(exchange: Exchange): boolean {
  const { req } = exchange.c;
  return (
    !isApiHost(exchange) &&
    !/^\/api(?:\/|$)/.test(req.path) &&
    (req.raw.headers.get('Accept') ?? '').includes('text/html')
  );
}
