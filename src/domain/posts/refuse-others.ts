import { runSql } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import { Refused } from '../refusal.ts';
import { selectAuthorId } from './store.ts';

/**
 * Says why nothing was changed: the account sees the Jes and is not its author, or there is none for it.
 *
 * @throws Refused `not_owner`, `not_found`
 */
export async function refuseOthers({ actor, ports }: ActorCtx, id: string): Promise<never> {
  const { rows } = await runSql(selectAuthorId(ports.db, id, actor.accountId));
  const [row] = rows;
  const isAnothers = row !== undefined && row.author_id !== actor.accountId;
  throw new Refused({ code: isAnothers ? 'not_owner' : 'not_found' });
}
