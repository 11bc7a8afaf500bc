import type { ActorCtx } from '../context.ts';
import { hasScope } from '../keys/index.ts';
import type { View } from './store.ts';

/** How the one who acts sees a Jes: counts are for keys with `read:engagement`, and for people. */
export function viewOf({ actor, ports }: ActorCtx): View {
  return { viewerId: actor.accountId, webOrigin: ports.webOrigin, withCounts: hasScope(actor, 'read:engagement') };
}
