import { nullColumnOf } from '../../data/db.ts';
import { isId, newId } from '../../lib/id.ts';
import type { ActorCtx } from '../context.ts';
import { actorRefusal, type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { newEventId } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { invalidField, Refused } from '../refusal.ts';
import { type Comment, type Subject, toComment } from './comment.ts';
import { newCommentSchema } from './schemas.ts';
import { commentJson, countComment, insertComment, insertCommentEvent } from './store.ts';

/**
 * Comments on a Jes or JesClip that the account sees, or replies to a comment there: comment, count and event in one
 * transaction.
 *
 * @throws Refused `missing_scope`, `not_found`, `invalid_request`, `api_key_revoked` (since it was admitted)
 */
export async function createComment(ctx: ActorCtx, subject: Subject, input: unknown): Promise<Written<Comment>> {
  const { actor, now } = ctx;
  requireScope(actor, 'write:comment');
  if (!isId(subject.id)) throw new Refused({ code: 'not_found' });
  const { content, parentId = null } = parseInput(newCommentSchema, input);
  const { db } = ctx.ports;
  const id = newId(now);
  const createdAt = new Date(now);
  const eventId = newEventId();
  try {
    const written = await writeOnce(ctx, {
      status: 201,
      statements: [
        insertComment(db, { id, subject, actor, content, parentId, createdAt }),
        countComment(db, subject),
        insertCommentEvent(db, { id: eventId, subjectId: id, accountId: actor.accountId, at: createdAt }, subject.kind),
      ],
      answer: commentJson(subject.kind, id),
      eventId,
    });
    if (!written) throw new Refused({ code: 'internal_error' });
    return { ...written, value: toComment(written.value) };
  } catch (error) {
    throw refusalOf(ctx, subject, error);
  }
}

/** What a violated rule of the database means to the caller. */
function refusalOf({ actor }: ActorCtx, { kind }: Subject, error: unknown): unknown {
  switch (nullColumnOf(error)) {
    case 'author_id':
      return actorRefusal(actor);
    case 'post_id':
    case 'jesclip_id':
      return new Refused({ code: 'not_found' });
    case 'content':
      return invalidField('parentId', `must be the id of a comment on this ${kind === 'post' ? 'Jes' : 'JesClip'}`);
    default:
      return error;
  }
}
