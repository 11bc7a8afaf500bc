import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '../../data/db.ts';
import type { PreviewJob } from '../../data/link-previews.ts';
import { posts } from '../../data/schema/posts.ts';
import type { LinkPreview } from '../posts/index.ts';

/** The Jes still is there, still links there, and has no preview yet. */
const isWanted = ({ postId, url }: PreviewJob) =>
  and(eq(posts.id, postId), eq(posts.linkPreviewUrl, url), isNull(posts.linkPreview), isNull(posts.deletedAt));

export function selectWanted(db: Db, job: PreviewJob) {
  return db.select({ id: posts.id }).from(posts).where(isWanted(job));
}

/** Keeps a preview, unless the Jes has changed meanwhile. */
export function storePreview(db: Db, job: PreviewJob, preview: LinkPreview) {
  return db.update(posts).set({ linkPreview: preview }).where(isWanted(job));
}
