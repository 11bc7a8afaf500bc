import { runSql } from '../../data/db.ts';
import type { Ctx } from '../context.ts';
import { deleteMedia } from './store.ts';

/**
 * Deletes objects of what is deleted, then their rows: whatever fails in between, the rows still tell what is to be
 * done.
 */
export async function forgetMedia({ ports }: Ctx, objects: readonly string[]): Promise<void> {
  if (objects.length === 0) return;
  await ports.objects.delete(objects);
  await ports.publicCache.forget(objects.map((object) => `/media/${object}`));
  await runSql(deleteMedia(ports.db, objects));
}
