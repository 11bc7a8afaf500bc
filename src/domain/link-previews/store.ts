import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { PREVIEW_FETCHED_EVERY_MS, PREVIEWS_PER_ACCOUNT } from '../../config/limits.ts';
import type { Db, Sql } from '../../data/db.ts';
import type { PreviewJob } from '../../data/link-previews.ts';
import { linkFetches } from '../../data/schema/link-fetches.ts';
import { posts } from '../../data/schema/posts.ts';
import type { LinkPreview } from '../posts/index.ts';
import type { PagePreview } from './parse-preview.ts';

/** The Jes still exists, still has the link, and has no preview yet. */
const isWanted = ({ postId, url }: PreviewJob) =>
  and(eq(posts.id, postId), eq(posts.linkPreviewUrl, url), isNull(posts.linkPreview), isNull(posts.deletedAt));

/** The author of a Jes that still needs its preview; otherwise NULL. */
export const authorOf = (job: PreviewJob): Sql => sql`(SELECT author_id FROM posts WHERE ${isWanted(job)})`;

/** Locks an account, so that two URLs fetched for it are counted one after the other. */
export function lockAccount(db: Db, account: Sql | string) {
  return db.execute<{ id: string }>(sql`SELECT id FROM accounts WHERE id = ${account} FOR NO KEY UPDATE`);
}

/**
 * Claims the fetch of a URL: once an hour per URL, and 60 times per account. No row if the URL was fetched already, or
 * the account has none left.
 */
export function claimFetch(db: Db, account: Sql | string, hash: string, now: number) {
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const before = sql`${new Date(now - PREVIEW_FETCHED_EVERY_MS).toISOString()}::timestamptz`;
  return db.execute<{ hash: string }>(sql`
    INSERT INTO link_fetches AS f (hash, account_id, fetched_at)
    SELECT ${hash}, id, ${at} FROM accounts
    WHERE id = ${account} AND (
      SELECT count(*) FROM link_fetches lately WHERE lately.account_id = accounts.id AND lately.fetched_at > ${before}
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
export function settleFetch(db: Db, hash: string, preview: PagePreview | null) {
  return db.update(linkFetches).set({ isDone: true, preview }).where(eq(linkFetches.hash, hash));
}

/** Keeps a preview, unless the Jes has changed meanwhile. */
export function storePreview(db: Db, job: PreviewJob, linkPreview: LinkPreview) {
  return db.update(posts).set({ linkPreview }).where(isWanted(job));
}
