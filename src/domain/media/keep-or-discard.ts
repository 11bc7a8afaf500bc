import { DbRejected, runSql } from '../../data/db.ts';
import { ApiError } from '../api-error.ts';
import type { ActorCtx, Ctx } from '../context.ts';
import type { Written } from '../idempotency/index.ts';
import type { StoredMedia } from './media.ts';
import { deleteMedia } from './store.ts';

/**
 * Runs the write that gives stored files their rows. If it is refused or replayed, their objects are deleted after the
 * response. If its outcome is unknown, they stay: the sweep lists objects older than an hour and deletes those without
 * a row.
 */
export async function keepOrDiscard<T>(
  ctx: ActorCtx,
  files: readonly StoredMedia[],
  write: () => Promise<Written<T>>,
): Promise<Written<T>> {
  const discard = () => discardMedia(ctx, ctx.claim?.isKnown ? [] : files);
  try {
    const written = await write();
    if (written.replayed) discard();
    return written;
  } catch (error) {
    if (error instanceof ApiError || error instanceof DbRejected) discard();
    throw error;
  }
}

/** Deletes the objects of files that no row will name, behind the answer; should that fail, the sweep does. */
export function discardMedia({ defer, ports }: Ctx, files: readonly Pick<StoredMedia, 'object'>[]): void {
  if (files.length > 0) defer(ports.objects.delete(files.map(({ object }) => object)));
}

/**
 * Deletes objects of what is deleted, then their rows: whatever fails in between, the rows still tell what is to be
 * done.
 */
export async function deleteFiles({ ports }: Ctx, objects: readonly string[]): Promise<void> {
  if (objects.length === 0) return;
  await ports.objects.delete(objects);
  await ports.publicCache.forget(objects.map((object) => `/media/${object}`));
  await runSql(deleteMedia(ports.db, objects));
}
