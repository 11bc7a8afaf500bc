import { PREVIEW_TIMEOUT_MS } from '../../config/limits.ts';
import { runSql } from '../../data/db.ts';
import type { FetchPage, PreviewJob } from '../../data/link-previews.ts';
import type { Ctx } from '../context.ts';
import { selectWanted, storePreview } from './store.ts';

/**
 * Unfurls the link of a Jes and keeps what was found. A page that does not answer, or says nothing, is silence.
 *
 * @param options.fetchPage in place of the web outside
 * @param options.signal ends the asking; {@link PREVIEW_TIMEOUT_MS} unless given
 * @returns whether the Jes has a preview now
 * @throws DbUnavailable, and the same again may succeed
 */
export async function unfurlLink(
  { ports }: Ctx,
  job: PreviewJob,
  options: { readonly fetchPage?: FetchPage; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const { db } = ports;
  const [wanted] = await runSql(selectWanted(db, job));
  if (!wanted) return false;
  // It brings the table of HTML's named characters, which no request needs.
  const { fetchPreview } = await import('./fetch-preview.ts');
  const { fetchPage = ports.fetchPage, signal = AbortSignal.timeout(PREVIEW_TIMEOUT_MS) } = options;
  const preview = await fetchPreview(fetchPage, job.url, signal);
  if (!preview) return false;
  await runSql(storePreview(db, job, preview));
  return true;
}
