import type { HonoRequest } from 'hono';

/**
 * A variable of the route's path. Our endpoints are data and not Hono's own routes, so Hono cannot tell the type
 * checker that a variable is there. A name that the route lacks is empty, which no id and no name is.
 */
export function pathParam(req: HonoRequest, name: string): string {
  return req.param(name) ?? '';
}
