import { ENDED_KEY_KEPT_MS, ENDED_KEYS_BATCH } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteUnnamed, selectEndedBefore, selectWalk, upsertWalk } from './store.ts';

/**
 * Deletes keys that ended more than a year ago, unless a Jes, JesClip or comment says `via` of them. A run looks at one
 * batch; the walk begins again at its end, since Jes are deleted too.
 *
 * @returns the number deleted
 */
export async function deleteEndedKeys(ctx: Ctx): Promise<number> {
  const { db } = ctx.ports;
  const [walk] = await runSql(selectWalk(db));
  const ended = selectEndedBefore(db, new Date(ctx.now - ENDED_KEY_KEPT_MS), walk?.position ?? '', ENDED_KEYS_BATCH);
  const { rows } = await runSql(ended);
  const last = rows.at(-1);
  if (!last) {
    if (walk && walk.position !== '') await runSql(upsertWalk(db, ''));
    return 0;
  }
  const position = rows.length < ENDED_KEYS_BATCH ? '' : `${last.endedAt} ${last.id}`;
  const ids = rows.map(({ id }) => id);
  const [{ rowCount }] = await runSql(db.batch([deleteUnnamed(db, ids), upsertWalk(db, position)]));
  return rowCount;
}
