import { Hono } from 'hono';
import type { Clock } from '../domain/context.ts';
import type { Endpoint } from './api/endpoint.ts';
import { ENDPOINTS } from './api/index.ts';
import { allowAnonymous, allowEverybody, requireCaller, requireSession } from './guards/credentials.ts';
import { overHttps } from './guards/plain-http.ts';
import { type Handler, withRequestLog } from './guards/with-request-log.ts';
import type { AppEnv } from './request/request-context.ts';

/**
 * The API as a Hono app. Every other path, pages above all, is answered by the site: a module of its own, which an
 * isolate that serves the API alone never reads (16 of 200 KiB gzip).
 *
 * @param options.clock every rule reads the time from it
 */
export function createApp({ clock }: { readonly clock: Clock }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const endpoint of ENDPOINTS) {
    app.on(endpoint.method, endpoint.path, withRequestLog(clock, endpoint.path, overHttps(answerOf(endpoint))));
  }
  let site: Hono<AppEnv> | undefined;
  app.notFound(async ({ req, env, executionCtx }) => {
    const { createSite } = await import('./site/router.ts');
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
