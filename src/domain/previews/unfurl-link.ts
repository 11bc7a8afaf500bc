import { PREVIEW_TIMEOUT_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { FetchPage, PreviewJob } from '../../data/link-previews.ts';
import { sha256Hex } from '../../lib/hash.ts';
import type { Ctx } from '../context.ts';
import type { LinkPreview } from '../posts/index.ts';
import { claimFetch, lockAuthor, selectFetch, settleFetch, storePreview } from './store.ts';

/** The outcome for one Jes. `later`: another consumer is fetching the very URL. */
export type Unfurling = 'found' | 'nothing' | 'later';

/**
 * Finds the preview of a Jes's link and keeps it. A URL is fetched at most once an hour, whoever links to it, and the others
 * get what was found then; for one account at most 60 are fetched in an hour (contract section 6). A page that does not
 * answer, or has nothing to show, leaves the Jes without a preview.
 *
 * @param options.fetchPage in place of the web outside
 * @param options.signal ends the fetch; {@link PREVIEW_TIMEOUT_MS} unless given
 * @throws DbUnavailable, and the same again may succeed
 */
export async function unfurlLink(
  { ports, now }: Ctx,
  job: PreviewJob,
  options: { readonly fetchPage?: FetchPage; readonly signal?: AbortSignal } = {},
): Promise<Unfurling> {
  const { db } = ports;
  const hash = await sha256Hex(job.url);
  const [author, claimed] = await runSql(db.batch([lockAuthor(db, job), claimFetch(db, job, hash, now)]));
  if (author.rows.length === 0) return 'nothing';
  if (claimed.rows.length === 0) {
    const [fetched] = await runSql(selectFetch(db, hash, now));
    if (!fetched) return 'nothing';
    // Its consumer has died, where it takes longer than a fetch may.
    if (!fetched.isDone) return now - fetched.fetchedAt.getTime() < 2 * PREVIEW_TIMEOUT_MS ? 'later' : 'nothing';
    return await keep(fetched.preview as LinkPreview | null);
  }
  // It brings the table of HTML's named characters, which no request needs.
  const { fetchPreview } = await import('./fetch-preview.ts');
  const { fetchPage = ports.fetchPage, signal = AbortSignal.timeout(PREVIEW_TIMEOUT_MS) } = options;
  const preview = await fetchPreview(fetchPage, job.url, signal);
  await runSql(settleFetch(db, hash, preview));
  return await keep(preview ?? null);

  async function keep(preview: LinkPreview | null): Promise<Unfurling> {
    if (preview === null) return 'nothing';
    await runSql(storePreview(db, job, preview));
    return 'found';
  }
}
