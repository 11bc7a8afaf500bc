import { PREVIEW_REDIRECTS_MAX, PREVIEW_TIMEOUT_MS } from '../../config/limits.ts';
import { runSql, type Sql } from '../../data/db.ts';
import type { FetchPage, PreviewJob } from '../../data/link-previews.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Ctx } from '../context.ts';
import { isPublicUrl } from '../public-url.ts';
import type { PagePreview } from './parse-preview.ts';
import { authorOf, claimFetch, lockAccount, selectFetch, settleFetch, storePreview } from './store.ts';

/** The outcome for one Jes. `later`: another consumer is fetching the very URL. */
export type LinkPreviewOutcome = 'found' | 'nothing' | 'later';

/**
 * Finds the preview of a Jes's link and keeps it. Each URL, the targets of redirects included, is fetched at most once
 * an hour; all Jes that lead there share what was found. For one account at most 60 URLs are fetched in an hour
 * (contract section 6). A page that does not answer, or has nothing to show, leaves the Jes without a preview.
 *
 * @param options.fetchPage in place of the web outside
 * @param options.signal ends the fetch; {@link PREVIEW_TIMEOUT_MS} unless given
 * @throws DbUnavailable, and the same again may succeed
 */
export async function fetchLinkPreview(
  { ports, now }: Ctx,
  job: PreviewJob,
  options: { readonly fetchPage?: FetchPage; readonly signal?: AbortSignal } = {},
): Promise<LinkPreviewOutcome> {
  const { db } = ports;
  const { fetchPage = ports.fetchPage, signal = AbortSignal.timeout(PREVIEW_TIMEOUT_MS) } = options;
  const preview = await find(job.url, authorOf(job), 0);
  if (preview === 'later') return 'later';
  if (preview === null) return 'nothing';
  await runSql(storePreview(db, job, { ...preview, url: job.url }));
  return 'found';

  async function find(link: string, account: Sql | string, redirects: number): Promise<PagePreview | null | 'later'> {
    // Judged before each request, since a redirect leads anywhere.
    if (!isPublicUrl(link)) return null;
    const url = requestedUrl(link);
    const hash = await sha256Hex(url);
    const [locked, claimed] = await runSql(db.batch([lockAccount(db, account), claimFetch(db, account, hash, now)]));
    const [owner] = locked.rows;
    if (!owner) return null;
    if (claimed.rows.length === 0) {
      const [fetched] = await runSql(selectFetch(db, hash, now));
      if (!fetched) return null;
      if (fetched.isDone) return fetched.preview as PagePreview | null;
      // A claim that is older than a fetch may last belongs to a consumer that has died.
      return now - fetched.fetchedAt.getTime() < 2 * PREVIEW_TIMEOUT_MS ? 'later' : null;
    }
    // It brings the table of HTML's named characters, which no request needs.
    const { fetchOnce } = await import('./fetch-once.ts');
    const page = await fetchOnce(fetchPage, url, signal);
    let { preview } = page;
    if (page.redirectUrl !== null && redirects < PREVIEW_REDIRECTS_MAX) {
      const target = await find(page.redirectUrl, owner.id, redirects + 1);
      // Asking again later would fetch this URL again within the hour.
      preview = target === 'later' ? null : target;
    }
    await runSql(settleFetch(db, hash, preview));
    return preview;
  }
}

/**
 * The URL that a request for a link asks for: links that differ in their fragments or their spelling ask for the same.
 */
function requestedUrl(link: string): string {
  const url = new URL(link);
  url.hash = '';
  return url.href;
}
