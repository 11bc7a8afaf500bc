import { pathParam } from '../../request/path-param.ts';
import type { RequestContext } from '../../request/request-context.ts';
import { webhookPath } from './list.tsx';

/** The endpoint that the path of a page names. */
export function webhookNamed({ c }: RequestContext): { readonly keyId: string; readonly webhookId: string } {
  return { keyId: pathParam(c.req, 'id'), webhookId: pathParam(c.req, 'webhookId') };
}

export function pathOf({ keyId, webhookId }: ReturnType<typeof webhookNamed>): string {
  return webhookPath(keyId, webhookId);
}
