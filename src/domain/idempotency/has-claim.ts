import { runSql } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import { type ClaimName, selectClaim } from './store.ts';

/** Whether an answer is kept for this key: asked before what would be in vain. */
export async function hasClaim({ actor, ports }: ActorCtx, claim: ClaimName): Promise<boolean> {
  const found = await runSql(selectClaim(ports.db, actor.accountId, claim));
  return found.length > 0;
}
