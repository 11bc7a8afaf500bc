import { newId } from '../../lib/id.ts';
import { ApiError, invalidField } from '../api-error.ts';
import { asCreation, findEntities, viewOf } from '../content/index.ts';
import { type ActorCtx, writerOf } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import { requireScope } from '../keys/index.ts';
import { insertMedia, type StoredMedia } from '../media/index.ts';
import { newEventId } from '../outbox/index.ts';
import { parseInput } from '../parse-input.ts';
import { type JesClip, toJesClip } from './jesclip.ts';
import { newJesClipSchema } from './schemas.ts';
import { insertJesClip, insertJesClipEvent, ownJesClip } from './store.ts';

/**
 * Creates a JesClip of a video that is stored: the clip, its video, the event and the daily quota in one transaction,
 * one request to Neon. The total of its author counts Jes alone.
 *
 * @throws ApiError `missing_scope`, `invalid_request`, `daily_quota_exceeded`, `api_key_revoked` (since it was
 * admitted)
 */
export async function createJesClip(
  ctx: ActorCtx,
  input: unknown,
  media: readonly StoredMedia[],
): Promise<Written<JesClip>> {
  const { actor, now } = ctx;
  requireScope(actor, createJesClip.scope);
  const { caption, visibility } = parseInput(newJesClipSchema, input);
  if (media.length !== 1) {
    throw invalidField('video', 'must be one video');
  }
  const { db } = ctx.ports;
  const id = newId(now);
  const createdAt = new Date(now);
  const eventId = newEventId();
  const view = viewOf(ctx);
  const entities = findEntities(caption);
  const statements = [
    insertJesClip(db, { id, actor: writerOf(ctx), caption, visibility, entities, createdAt }),
    insertMedia(db, { jesclipId: id }, media),
    insertJesClipEvent(db, { id: eventId, subjectId: id, accountId: actor.accountId, at: createdAt }, view),
  ];
  const answer = ownJesClip(id, view);
  const written = await writeOnce(ctx, asCreation(ctx, { statements, answer, eventId }, media));
  if (!written) throw new ApiError({ code: 'internal_error' });
  return { ...written, value: await toJesClip(ctx.ports, written.value, view) };
}
createJesClip.scope = 'write:jesclip' as const;
