import { runSql } from '../../data/db.ts';
import { isId } from '../../lib/id.ts';
import { ApiError } from '../api-error.ts';
import { type SessionCtx, writerOf } from '../context.ts';
import { runAsActor } from '../idempotency/index.ts';
import { dismissLeak, selectLeaks } from './store.ts';

/** A leaked key that its owner has not put away. */
export type Leak = Awaited<ReturnType<typeof selectLeaks>>[number];

/** The leaks to be shown to the person, the newest first. */
export async function listLeaks({ actor, ports }: SessionCtx): Promise<readonly Leak[]> {
  return await runSql(selectLeaks(ports.db, actor.accountId));
}

/** Puts the notice of a leak away. Idempotent. @throws ApiError `not_found` for what is no id */
export async function dismissLeakOf(ctx: SessionCtx, id: string): Promise<void> {
  if (!isId(id)) throw new ApiError({ code: 'not_found' });
  await runAsActor(ctx, dismissLeak(ctx.ports.db, id, writerOf(ctx), new Date(ctx.now)));
}
