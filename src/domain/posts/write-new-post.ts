import type { DbRejected, Statement } from '../../data/db.ts';
import type { ActorCtx } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import { newEventId } from '../outbox/index.ts';
import type { Detail, Refused } from '../refusal.ts';
import { askForPreview } from './ask-for-preview.ts';
import { type Jes, toJes } from './jes.ts';
import { insertPostEvent, ownJes } from './store.ts';
import { viewOf } from './view.ts';
import { writeCreation } from './write-creation.ts';

/**
 * Writes a Jes, a bounce or not, with all that comes with one: the account's total, the event, the daily quota. The
 * statements come before them in the transaction; where one of them meets a rule of its own, `explain` says what of the
 * request was wrong.
 */
export async function writeNewPost(
  ctx: ActorCtx,
  post: {
    readonly id: string;
    readonly statements: readonly Statement[];
    /** What is to be unfurled. */
    readonly previewUrl: string | null;
    readonly isBounce: boolean;
  },
  explain: (error: DbRejected) => readonly Detail[] | Refused | undefined,
): Promise<Written<Jes>> {
  const { accountId } = ctx.actor;
  const { db } = ctx.ports;
  const view = viewOf(ctx);
  const event = { id: newEventId(), subjectId: post.id, accountId, at: new Date(ctx.now), isBounce: post.isBounce };
  const statements = [...post.statements, insertPostEvent(db, event, view)];
  const answer = ownJes(post.id, accountId, view);
  const written = await writeCreation(ctx, { statements, answer, eventId: event.id }, explain);
  if (!written.replayed) askForPreview(ctx, post.id, post.previewUrl);
  return { ...written, value: await toJes(ctx.ports, written.value) };
}
