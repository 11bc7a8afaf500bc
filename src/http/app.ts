import { Hono } from 'hono';
import { ENDPOINTS } from './api/index.ts';
import { forCallers, forPeople, forVisitors } from './authenticated.ts';
import type { Endpoint } from './endpoint.ts';
import type { AppEnv } from './exchange.ts';
import { type Answer, observed } from './observed.ts';
import { errorPage } from './pages/error-page.tsx';
import { forPage } from './pages/for-pages.ts';
import { PAGES } from './pages/index.ts';
import { problem } from './problem.ts';
import { wantsPage } from './wants-page.ts';

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
  for (const page of PAGES) {
    const refuse = page.access === 'asset' ? problem : errorPage;
    app.on(page.method, page.path, observed(clock, page.path, forPage(page), refuse));
  }
  app.notFound(observed(clock, 'unknown', refuseUnknownRoute(app)));
  return app;
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
  return function refuse(exchange) {
    const { path } = exchange.c.req;
    const allowed: string[] = [];
    for (const method of methods) {
      const route = app.router.match(method, path)[0][0]?.[0][1];
      if (!route) continue;
      allowed.push(method === 'GET' ? 'GET, HEAD' : method);
      exchange.route = route.path;
    }
    const tell = wantsPage(exchange) ? errorPage : problem;
    if (allowed.length === 0) return tell(exchange, { code: 'not_found' });
    return tell(exchange, { code: 'method_not_allowed', allow: allowed.join(', ') });
  };
}
