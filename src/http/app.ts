import { Hono } from 'hono';
import { ENDPOINTS } from './api/index.ts';
import { authenticated } from './authenticated.ts';
import type { AppEnv } from './exchange.ts';
import { type Answer, observed } from './observed.ts';
import { problem } from './problem.ts';

/**
 * The API as a Hono app.
 *
 * @param options.clock unix milliseconds; every rule that knows a time is told it by this
 */
export function createApp({ clock }: { readonly clock: () => number }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const endpoint of ENDPOINTS) {
    const answer = endpoint.access === 'public' ? endpoint.answer : authenticated(endpoint);
    app.on(endpoint.method, endpoint.path, observed(clock, endpoint.path, answer));
  }
  app.notFound(observed(clock, 'unknown', refuseUnknownRoute(app)));
  return app;
}

/** 404 for a path nobody answers, 405 for one that answers other methods. */
function refuseUnknownRoute(app: Hono<AppEnv>): Answer {
  const methods = new Set(ENDPOINTS.map(({ method }) => method));
  return function refuse(exchange) {
    const { path } = exchange.c.req;
    const allowed: string[] = [];
    for (const method of methods) {
      const route = app.router.match(method, path)[0][0]?.[0][1];
      if (!route) continue;
      allowed.push(method === 'GET' ? 'GET, HEAD' : method);
      exchange.route = route.path;
    }
    if (allowed.length === 0) return problem(exchange, { code: 'not_found' });
    return problem(exchange, { code: 'method_not_allowed', allow: allowed.join(', ') });
  };
}
