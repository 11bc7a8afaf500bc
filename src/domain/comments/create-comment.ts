import { isId, newId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { newEventId } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { type Comment, type Subject, toComment } from './comment.ts';
import { newCommentSchema } from './schemas.ts';
import { commentJson, countComment, insertComment, insertCommentEvent } from './store.ts';

/**
 * Comments on a Jes or JesClip that the account sees, or replies to a comment there: comment, count and event in one
 * transaction.
 *
 * @throws ApiError `missing_scope`, `not_found`, `invalid_request`, `api_key_revoked` (since it was admitted)
 */
export async function createComment(ctx: ActorCtx, subject: Subject, input: unknown): Promise<Written<Comment>> {
  const { actor, now } = ctx;
  requireScope(actor, createComment.scope);
  if (!isId(subject.id)) throw new ApiError({ code: 'not_found' });
  const { content, parentId = null } = parseInput(newCommentSchema, input);
  const { db } = ctx.ports;
  const id = newId(now);
  const createdAt = new Date(now);
  const eventId = newEventId();
  const written = await writeOnce(ctx, {
    status: 201,
    statements: [
      insertComment(db, { id, subject, actor: writerOf(ctx), content, parentId, createdAt }),
      countComment(db, subject),
      insertCommentEvent(db, { id: eventId, subjectId: id, accountId: actor.accountId, at: createdAt }, subject.kind),
    ],
    answer: commentJson(subject.kind, id),
    eventId,
    rules: {
      subject_visible: () => new ApiError({ code: 'not_found' }),
      parent_of_subject: () =>
        invalidField('parentId', `must be the id of a comment on this ${subject.kind === 'post' ? 'Jes' : 'JesClip'}`),
    },
  });
  if (!written) throw new ApiError({ code: 'internal_error' });
  return { ...written, value: toComment(written.value) };
}
createComment.scope = 'write:comment' as const;
