import { Hono } from 'hono';
import { ENDPOINTS } from './api/index.ts';
import type { Endpoint } from './endpoint.ts';
import { allowAnonymous, allowEverybody, requireCaller, requireSession } from './guards.ts';
import { overHttps } from './plain-http.ts';
import type { AppEnv } from './request-context.ts';
import { type Handler, withRequestLog } from './with-request-log.ts';

/**
 * The API as a Hono app. Every other path, pages above all, is answered by the site: a module of its own, which an
 * isolate that serves the API alone never reads (16 of 200 KiB gzip).
 *
 * @param options.clock unix milliseconds; every rule reads the time from it
 */
export function createApp({ clock }: { readonly clock: () => number }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const endpoint of ENDPOINTS) {
    app.on(endpoint.method, endpoint.path, withRequestLog(clock, endpoint.path, overHttps(answerOf(endpoint))));
  }
  let site: Hono<AppEnv> | undefined;
  app.notFound(async ({ req, env, executionCtx }) => {
    const { createSite } = await import('./pages/site.ts');
    site ??= createSite(clock, app.router);
    return await site.fetch(req.raw, env, executionCtx);
  });
  return app;
}

function answerOf(endpoint: Endpoint): Handler {
  switch (endpoint.access) {
    case 'public':
      return allowEverybody(endpoint);
    case 'caller':
      return requireCaller(endpoint);
    case 'session':
      return requireSession(endpoint);
    case 'visitor':
      return allowAnonymous(endpoint);
  }
}
