import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import type { ActorCtx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { type Jes, toJes } from './jes.ts';
import { selectPost } from './store.ts';

/**
 * A Jes by its id. Its counts are there only for keys with `read:engagement`.
 *
 * @throws Refused `not_found`: there is none, or not for this account; the two look the same
 */
export async function readPost(ctx: ActorCtx, id: string): Promise<Jes> {
  const { actor, ports } = ctx;
  if (!isId(id)) throw new Refused({ code: 'not_found' });
  const [row] = await runSql(selectPost(ports.db, id, actor.accountId));
  if (!row) throw new Refused({ code: 'not_found' });
  const withCounts = actor.scopes.includes('read:engagement');
  return toJes(row.post, row.author, row.label, { webOrigin: ports.webOrigin, withCounts });
}
