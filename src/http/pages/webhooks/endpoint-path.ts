import type { RequestContext } from '../../request-context.ts';
import { webhookPath } from './list.tsx';

/** The endpoint that the path of a page names. */
export function webhookNamed({ c }: RequestContext): { readonly keyId: string; readonly webhookId: string } {
  return { keyId: c.req.param('id') ?? '', webhookId: c.req.param('webhookId') ?? '' };
}

export function pathOf({ keyId, webhookId }: ReturnType<typeof webhookNamed>): string {
  return webhookPath(keyId, webhookId);
}
