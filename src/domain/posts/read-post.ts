import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type View, viewOf } from '../content/index.ts';
import type { ActorCtx, Ctx } from '../context.ts';
import { type Jes, toJes } from './jes.ts';
import { selectJes } from './store.ts';

/**
 * A Jes by its id. Its counts are there only for keys with `read:engagement`.
 *
 * @throws ApiError `not_found`: there is none, or not for this account; the two look the same
 */
export async function readPost(ctx: ActorCtx, id: string): Promise<Jes> {
  return await read(ctx, id, viewOf(ctx));
}

/** A Jes with its counts, for a page. @param viewerId null = nobody is signed in @throws ApiError `not_found` */
export async function readPostFor(ctx: Ctx, viewerId: string | null, id: string): Promise<Jes> {
  return await read(ctx, id, { viewerId, webOrigin: ctx.ports.webOrigin, withCounts: true });
}

async function read({ ports, now }: Ctx, id: string, view: View): Promise<Jes> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  const { rows } = await runSql(selectJes(ports.db, id, view));
  const json = rows[0]?.body;
  if (!json) throw new ApiError({ code: 'not_found' });
  return await toJes(ports, json, { ...view, readAt: now });
}
