import type { Statement } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import { asCreation, viewOf } from '../content/index.ts';
import type { ActorCtx } from '../context.ts';
import { type Written, writeOnce } from '../idempotency/index.ts';
import type { StoredMedia } from '../media/index.ts';
import { newEventId } from '../outbox/index.ts';
import type { Rules } from '../rules.ts';
import { askForPreview } from './ask-for-preview.ts';
import type { Jes } from './jes.ts';
import { insertPostEvent, ownJes } from './store.ts';
import { toWrittenJes } from './written-jes.ts';

/** A new Jes, which may be a bounce. */
export interface NewJes {
  readonly id: string;
  /** They insert the Jes, and what belongs to it. */
  readonly statements: readonly Statement[];
  /** The errors for the rules of the statements. */
  readonly rules: Rules;
  /** The URL that is to be unfurled. */
  readonly previewUrl: string | null;
  readonly files: readonly StoredMedia[];
}

/**
 * Writes a Jes with all that comes with one, in one transaction: the account's total, the event, the daily quota.
 *
 * @throws ApiError `daily_quota_exceeded`, why the actor may not write any more, and by the rules of the statements
 */
export async function writeJes(ctx: ActorCtx, jes: NewJes): Promise<Written<Jes>> {
  const { id, rules, previewUrl, files } = jes;
  const { accountId } = ctx.actor;
  const { db } = ctx.ports;
  const view = viewOf(ctx);
  const event = { id: newEventId(), subjectId: id, accountId, at: new Date(ctx.now) };
  const statements = [...jes.statements, insertPostEvent(db, event, view)];
  const answer = ownJes(id, view);
  const written = await writeOnce(
    ctx,
    asCreation(ctx, { statements, answer, rules, postId: id, eventId: event.id }, files),
  );
  if (!written) throw new ApiError({ code: 'internal_error' });
  if (!written.replayed) askForPreview(ctx, id, previewUrl);
  return await toWrittenJes(ctx, written);
}
