import { PRUNE_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteExpiredLinks, deleteExpiredSessions, deleteExpiredVerifications } from './store.ts';

/** Removes sessions, mailed links and proofs that are over, a batch of each. */
export async function pruneSessions(ctx: Ctx): Promise<void> {
  const { db } = ctx.ports;
  const now = new Date(ctx.now);
  await runSql(
    db.batch([
      deleteExpiredSessions(db, now, PRUNE_BATCH),
      deleteExpiredVerifications(db, now, PRUNE_BATCH),
      deleteExpiredLinks(db, now, PRUNE_BATCH),
    ]),
  );
}
