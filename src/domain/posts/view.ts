import type { ActorCtx } from '../context.ts';
import { hasScope } from '../keys/index.ts';
import type { EventView } from './store.ts';

/** How the one who acts sees a Jes: counts are for keys with `read:engagement`, and for people. */
export function viewOf({ actor, ports: { webOrigin, apiOrigin } }: ActorCtx): EventView {
  return { viewerId: actor.accountId, webOrigin, apiOrigin, withCounts: hasScope(actor, 'read:engagement') };
}
