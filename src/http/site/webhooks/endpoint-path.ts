import { pathParam } from '../../request/path-param.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { webhookPath } from './list.tsx';

/** The endpoint that the path of a page names. */
export function webhookNamed({ c }: RequestContext): { readonly keyId: string; readonly webhookId: string } {
  return { keyId: pathParam(c.req, 'id'), webhookId: pathParam(c.req, 'webhookId') };
}

/** The path of the endpoint's page, with which the paths of its other pages begin. */
export function pathOf({ keyId, webhookId }: ReturnType<typeof webhookNamed>): string {
  return webhookPath(keyId, webhookId);
}
