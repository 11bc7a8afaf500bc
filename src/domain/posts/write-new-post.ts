import type { Statement } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import type { StoredMedia } from '../media/index.ts';
import { newEventId } from '../outbox/index.ts';
import type { Rules } from '../rules.ts';
import { askForPreview } from './ask-for-preview.ts';
import type { Jes } from './jes.ts';
import { insertPostEvent, ownJes } from './store.ts';
import { viewOf } from './view.ts';
import { writeCreation } from './write-creation.ts';
import { toWrittenJes } from './written-jes.ts';

/**
 * Writes a Jes, a bounce or not, with all that comes with one: the account's total, the event, the daily quota. The
 * statements come before them in the transaction.
 */
export async function writeNewPost(
  ctx: ActorCtx,
  post: {
    readonly id: string;
    readonly statements: readonly Statement[];
    /** What is to be unfurled. */
    readonly previewUrl: string | null;
    readonly isBounce: boolean;
    readonly files: readonly StoredMedia[];
  },
  rules: Rules,
): Promise<Written<Jes>> {
  const { accountId } = ctx.actor;
  const { db } = ctx.ports;
  const view = { ...viewOf(ctx), withCounts: true };
  const event = { id: newEventId(), subjectId: post.id, accountId, at: new Date(ctx.now), isBounce: post.isBounce };
  const statements = [...post.statements, insertPostEvent(db, event, view)];
  const written = await writeCreation(
    ctx,
    { statements, answer: ownJes(post.id, accountId, view), postId: post.id, eventId: event.id, files: post.files },
    rules,
  );
  if (!written.replayed) askForPreview(ctx, post.id, post.previewUrl);
  return await toWrittenJes(ctx, written);
}
