import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteSessionByToken } from './store.ts';

/** Ends the session that a cookie carries, if it carries one. @param token checked to be signed by us */
export async function signOut(ctx: Ctx, token: string | undefined): Promise<void> {
  if (token !== undefined) await runSql(deleteSessionByToken(ctx.ports.db, token));
}
