import type * as z from 'zod';
import { runSql } from '../../data/db.ts';
import { openCursor, sealCursor } from '../../lib/cursor.ts';
import { isId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import type { ActorCtx, Ctx } from '../context.ts';
import { requireScope } from '../keys/index.ts';
import { parseInput } from '../parse-input.ts';
import { type Subject, toComments } from './comment.ts';
import type { commentPageSchema } from './responses.ts';
import { pageSchema } from './schemas.ts';
import { selectComments } from './store.ts';

/** Comments, the oldest first, with the cursor of the next page. */
export type CommentPage = z.infer<typeof commentPageSchema>;

/**
 * Comments on one Jes or JesClip, replies among them, the oldest first: a page stays the same when others are written.
 *
 * @param input `{ limit?, cursor? }`
 * @throws ApiError `missing_scope`, `invalid_request`, `not_found`
 */
export async function listComments(ctx: ActorCtx, subject: Subject, input: unknown): Promise<CommentPage> {
  requireScope(ctx.actor, listComments.scope);
  return await listCommentsFor(ctx, ctx.actor.accountId, subject, input);
}
listComments.scope = 'read:comment' as const;

/** The same for a page. @param viewerId null = a visitor @throws ApiError `invalid_request`, `not_found` */
export async function listCommentsFor(
  ctx: Ctx,
  viewerId: string | null,
  subject: Subject,
  input: unknown,
): Promise<CommentPage> {
  if (!isId(subject.id)) throw new ApiError({ code: 'not_found' });
  const { limit, cursor } = parseInput(pageSchema, input);
  const { db, sessionSecrets } = ctx.ports;
  const list = `comments of ${subject.kind} ${subject.id}`;
  const after = cursor === undefined ? '' : await openCursor(sessionSecrets, list, cursor);
  if (after === undefined) {
    throw invalidField('cursor', 'must be a nextCursor of this list');
  }
  // One more than asked for shows if there is another page.
  const { rows } = await runSql(selectComments(db, { subject, viewerId, after, limit: limit + 1 }));
  const json = rows[0]?.body;
  if (!json) throw new ApiError({ code: 'not_found' });
  const found = toComments(json);
  const comments = found.slice(0, limit);
  const last = comments.at(-1);
  const nextCursor = found.length > limit && last ? await sealCursor(sessionSecrets[0], list, last.id) : null;
  return { comments, nextCursor };
}
