import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type View, viewOf } from '../content/index.ts';
import type { ActorCtx, Ctx } from '../context.ts';
import { type JesClip, toJesClip } from './jesclip.ts';
import { selectJesClip } from './store.ts';

/**
 * A JesClip by its id. Its counts are there only for keys with `read:engagement`.
 *
 * @throws ApiError `not_found`: it does not exist, or this account may not see it; the two look the same
 */
export async function readJesClip(ctx: ActorCtx, id: string): Promise<JesClip> {
  return await read(ctx, id, viewOf(ctx));
}

/** A JesClip with its counts, for a page. @param viewerId null = a visitor @throws ApiError `not_found` */
export async function readJesClipFor(ctx: Ctx, viewerId: string | null, id: string): Promise<JesClip> {
  return await read(ctx, id, { viewerId, webOrigin: ctx.ports.webOrigin, withCounts: true });
}

async function read({ ports, now }: Ctx, id: string, view: View): Promise<JesClip> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const { rows } = await runSql(selectJesClip(ports.db, id, view));
  const json = rows[0]?.body;
  if (!json) throw new ApiError({ code: 'not_found' });
  return await toJesClip(ports, json, { ...view, readAt: now });
}
