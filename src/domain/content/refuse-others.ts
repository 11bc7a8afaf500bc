import { runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { ActorCtx } from '../context.ts';
import { selectAuthorId } from './store.ts';

/**
 * Says why nothing was changed: the account sees the Jes or JesClip and is not its author, or there is none for it.
 *
 * @throws ApiError `not_owner`, `not_found`
 */
export async function refuseOthers({ actor, ports }: ActorCtx, what: 'post' | 'jesclip', id: string): Promise<never> {
  const { rows } = await runSql(selectAuthorId(ports.db, what, id, actor.accountId));
  const [row] = rows;
  const isAnothers = row !== undefined && row.author_id !== actor.accountId;
  throw new ApiError(isAnothers ? { code: 'not_owner', what } : { code: 'not_found' });
}
