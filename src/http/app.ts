import { Hono } from 'hono';
import { describeError, writeLog } from '../data/log.ts';
import { ENDPOINTS } from './api/index.ts';
import type { AppContext, AppEnv } from './context.ts';
import type { Endpoint } from './endpoint.ts';
import { authenticated } from './middleware/authenticated.ts';
import { observe } from './middleware/observe.ts';
import { problem, refusalOf } from './problem.ts';

/**
 * The API as a Hono app.
 *
 * @param options.clock unix milliseconds; every rule that knows a time is told it by this
 */
export function createApp({ clock }: { readonly clock: () => number }): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(observe(clock));
  for (const endpoint of ENDPOINTS) app.on(endpoint.method, endpoint.path, handlerOf(endpoint));
  for (const [path, allow] of methodsByPath(ENDPOINTS)) {
    app.all(path, function refuseMethod(c) {
      c.set('route', path);
      return problem(c, { code: 'method_not_allowed', allow });
    });
  }
  app.notFound((c) => problem(c, { code: 'not_found' }));
  app.onError((error, c) => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal_error') {
      writeLog({ event: 'unexpected_error', requestId: c.var.ctx.requestId, ...describeError(error) });
    }
    return problem(c, refusal);
  });
  return app;
}

function handlerOf(endpoint: Endpoint) {
  const answer = endpoint.access === 'public' ? endpoint.answer : authenticated(endpoint);
  return function answerEndpoint(c: AppContext): Response | Promise<Response> {
    c.set('route', endpoint.path);
    return answer(c);
  };
}

/** For each path the methods it answers, as `Allow` lists them. */
function methodsByPath(endpoints: readonly Endpoint[]): Map<string, string> {
  const allowed = new Map<string, string>();
  for (const { method, path } of endpoints) {
    const methods = method === 'GET' ? 'GET, HEAD' : method;
    allowed.set(path, [allowed.get(path), methods].filter(Boolean).join(', '));
  }
  return allowed;
}
