import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { PREVIEW_FETCHED_EVERY_MS, PREVIEWS_PER_ACCOUNT } from '../../config/limits.ts';
import type { Db } from '../../data/db.ts';
import type { PreviewJob } from '../../data/link-previews.ts';
import { linkFetches } from '../../data/schema/link-fetches.ts';
import { posts } from '../../data/schema/posts.ts';
import type { LinkPreview } from '../posts/index.ts';

/** The Jes still is there, still links there, and has no preview yet. */
const isWanted = ({ postId, url }: PreviewJob) =>
  and(eq(posts.id, postId), eq(posts.linkPreviewUrl, url), isNull(posts.linkPreview), isNull(posts.deletedAt));

/** Locks the author, so that two links of one account are counted one after the other. */
export function lockAuthor(db: Db, job: PreviewJob) {
  return db.execute<{ id: string }>(sql`
    SELECT id FROM accounts WHERE id = (SELECT author_id FROM posts WHERE ${isWanted(job)}) FOR NO KEY UPDATE`);
}

/**
 * Claims the fetch of a URL: once an hour per URL, and 60 times per account. No row where the URL was fetched already, or
 * the account has no more.
 */
export function claimFetch(db: Db, job: PreviewJob, hash: string, now: number) {
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const before = sql`${new Date(now - PREVIEW_FETCHED_EVERY_MS).toISOString()}::timestamptz`;
  return db.execute<{ hash: string }>(sql`
    INSERT INTO link_fetches AS f (hash, account_id, fetched_at)
    SELECT ${hash}, author_id, ${at} FROM posts
    WHERE ${isWanted(job)} AND (
      SELECT count(*) FROM link_fetches lately WHERE lately.account_id = posts.author_id AND lately.fetched_at > ${before}
    ) < ${PREVIEWS_PER_ACCOUNT}
    ON CONFLICT (hash) DO UPDATE
      SET account_id = excluded.account_id, fetched_at = excluded.fetched_at, is_done = false, preview = NULL
      WHERE f.fetched_at <= ${before}
    RETURNING hash`);
}

/** The last hour's fetch of a URL. */
export function selectFetch(db: Db, hash: string, now: number) {
  const lately = gt(linkFetches.fetchedAt, new Date(now - PREVIEW_FETCHED_EVERY_MS));
  return db
    .select({ isDone: linkFetches.isDone, fetchedAt: linkFetches.fetchedAt, preview: linkFetches.preview })
    .from(linkFetches)
    .where(and(eq(linkFetches.hash, hash), lately));
}

/** Keeps the outcome of a fetch for the other Jes that link there. */
export function settleFetch(db: Db, hash: string, preview: LinkPreview | undefined) {
  return db
    .update(linkFetches)
    .set({ isDone: true, preview: preview ?? null })
    .where(eq(linkFetches.hash, hash));
}

/** Keeps a preview, unless the Jes has changed meanwhile. */
export function storePreview(db: Db, job: PreviewJob, preview: LinkPreview) {
  return db.update(posts).set({ linkPreview: preview }).where(isWanted(job));
}
