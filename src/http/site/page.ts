import type { Person } from '../api/endpoint.ts';
import type { RequestContext } from '../request/request-context.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** A page for everybody; it gets the signed-in viewer, if any. */
export interface PublicPage extends Route {
  readonly access: 'public';
  handle(context: RequestContext, viewer: Person | undefined): Response | Promise<Response>;
}

/** A page for signed-in people; others are sent to sign in first. */
export interface PersonalPage extends Route {
  readonly access: 'session';
  handle(context: RequestContext, person: Person): Response | Promise<Response>;
}

/** A page for everybody that looks up no session, so that it answers when the database does not. */
export interface AnonymousPage extends Route {
  readonly access: 'anonymous';
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A file that browsers load beside the pages; it looks up no session, and its refusals are no pages. */
export interface Asset extends Route {
  readonly access: 'asset';
  handle(context: RequestContext): Response | Promise<Response>;
}

/** A route for browsers; `access` says which viewer it gets, and if a session is looked up at all. */
export type Page = PublicPage | PersonalPage | AnonymousPage | Asset;

/** True on the host that only the API has. On the local stack one host has both. */
export function isApiHost({ c, ctx }: RequestContext): boolean {
  const { apiOrigin, webOrigin } = ctx.ports;
  const { host } = new URL(c.req.url);
  return host === new URL(apiOrigin).host && host !== new URL(webOrigin).host;
}
