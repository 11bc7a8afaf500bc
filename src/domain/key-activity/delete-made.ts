import {
  COMMENTS_DELETED_BATCH,
  DELETE_MADE_BUDGET_MS,
  JES_DELETED_BATCH,
  JESCLIPS_DELETED_BATCH,
} from '../../config/limits.ts';
import type { Db } from '../../data/db.ts';
import { firstIdOf, isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { runAsActor, throttlePerson } from '../idempotency/index.ts';
import { readApiKey } from '../keys/index.ts';
import { deleteFiles } from '../media/index.ts';
import { parseInput } from '../parse-input.ts';
import { purgeMedia } from '../posts/index.ts';
import { deletionSchema, MADE_KINDS } from './schemas.ts';
import {
  deleteMadeComments,
  deleteMadeJes,
  deleteMadeJesClips,
  lockMadeComments,
  type MadeBy,
  type MadeKind,
  requireActing,
} from './store.ts';

/** The result of deleting things that a key made. */
export interface Deletion {
  readonly count: number;
  /** The time of one call is over; the next one continues. */
  readonly hasMore: boolean;
}

/**
 * Deletes the things that a key of the person's made since a time, for everyone and forever: Jes and JesClips with
 * their comments and files, comments with their replies. In batches, for a bounded time.
 *
 * @param input `{ since, item?: { kind, id } }`
 * @throws ApiError `not_found`, `invalid_request`, `rate_limit_exceeded`
 */
export async function deleteMade(ctx: SessionCtx, keyId: string, input: unknown): Promise<Deletion> {
  await readApiKey(ctx, keyId);
  const { since, item } = parseInput(deletionSchema, input);
  if (item && !isId(item.id)) throw new ApiError({ code: 'not_found' });
  await throttlePerson(ctx);
  const made = {
    keyId,
    accountId: ctx.actor.accountId,
    firstId: firstIdOf(Date.parse(since)),
    ...(item && { id: item.id }),
  };
  const started = performance.now();
  let count = 0;
  for (const kind of item ? [item.kind] : MADE_KINDS) {
    let isFull = true;
    while (isFull) {
      if (performance.now() - started > DELETE_MADE_BUDGET_MS) return { count, hasMore: true };
      const deleted = await DELETIONS[kind](ctx, made);
      count += deleted.count;
      isFull = deleted.isFull;
    }
  }
  return { count, hasMore: false };
}

/** Runs one batch; `isFull` = there may be more. */
type DeleteBatch = (ctx: SessionCtx, made: MadeBy) => Promise<{ readonly count: number; readonly isFull: boolean }>;

const DELETIONS: Readonly<Record<MadeKind, DeleteBatch>> = {
  async jes(ctx, made) {
    const { db } = ctx.ports;
    const [, deleted] = await runAsActor(
      ctx,
      db.batch([requireActing(db, writerOf(ctx)), deleteMadeJes(db, made, new Date(ctx.now), JES_DELETED_BATCH)]),
    );
    const count = deleted.rows[0]?.count ?? 0;
    // The sweep deletes the files that are left after a batch.
    if (count > 0) ctx.defer(purgeMedia(ctx));
    return { count, isFull: count === JES_DELETED_BATCH };
  },
  async jesclip(ctx, made) {
    const { db } = ctx.ports;
    const [, deleted] = await runAsActor(
      ctx,
      db.batch([requireActing(db, writerOf(ctx)), deleteMadeJesClips(db, made, JESCLIPS_DELETED_BATCH)]),
    );
    const { count = 0, objects = '' } = deleted.rows[0] ?? {};
    // The sweep, too, deletes objects without a row.
    ctx.defer(deleteFiles(ctx, objects.split(' ').filter(Boolean)));
    return { count, isFull: count === JESCLIPS_DELETED_BATCH };
  },
  comment: (ctx, made) => deleteComments(ctx, 'comment', made),
  jesclip_comment: (ctx, made) => deleteComments(ctx, 'jesclip_comment', made),
};

async function deleteComments(ctx: SessionCtx, kind: 'comment' | 'jesclip_comment', made: MadeBy) {
  const db: Db = ctx.ports.db;
  const [, , deleted] = await runAsActor(
    ctx,
    db.batch([
      requireActing(db, writerOf(ctx)),
      lockMadeComments(db, kind, made, COMMENTS_DELETED_BATCH),
      deleteMadeComments(db, kind, made, COMMENTS_DELETED_BATCH),
    ]),
  );
  const count = deleted.rows[0]?.count ?? 0;
  return { count, isFull: count === COMMENTS_DELETED_BATCH };
}
