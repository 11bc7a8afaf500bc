import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { refuseOthers } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { deleteFiles } from '../media/index.ts';
import { deletedAnswer, markDeleted, objectsOf } from './store.ts';

/**
 * Deletes a Jes of one's own, for everyone and with its comments and files. A bounce of it stays, without what it said.
 * The daily quota gets nothing back.
 *
 * @throws ApiError `missing_scope`, `not_found`, `not_owner`, `api_key_revoked` (since it was admitted)
 */
export async function deletePost(ctx: ActorCtx, id: string): Promise<Written<string>> {
  const { actor, now } = ctx;
  requireScope(actor, deletePost.scope);
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const at = new Date(now);
  const written = await writeOnce(ctx, {
    status: 204,
    statements: [markDeleted(ctx.ports.db, id, writerOf(ctx), at)],
    answer: deletedAnswer(id, actor.accountId, at),
    freed: objectsOf(id),
  });
  if (!written) return await refuseOthers(ctx, 'post', id);
  const { freed = [] } = written;
  if (freed.length > 0) ctx.defer(deleteFiles(ctx, freed));
  return written;
}
deletePost.scope = 'write:jes' as const;
