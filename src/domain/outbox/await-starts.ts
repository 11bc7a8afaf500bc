import { WEBHOOK_LEASE_MS, WEBHOOK_START_WINDOW_MS } from '../../config/limits.ts';
import type { Ctx } from '../context.ts';

/**
 * Waits until every delivery that was claimed before a key was silenced has started or never will: a consumer starts an
 * attempt within {@link WEBHOOK_START_WINDOW_MS} of its claim, or gives it back. Claims lock the key, so none follows.
 *
 * @param newestLease what `selectNewestLease` found in the transaction that silenced the key
 */
export async function awaitStarts(newestLease: string | null | undefined, { now, clock }: Ctx): Promise<void> {
  if (newestLease === null || newestLease === undefined) return;
  const startsUntil = Date.parse(newestLease) - WEBHOOK_LEASE_MS + WEBHOOK_START_WINDOW_MS;
  const wait = Math.min(startsUntil - now, WEBHOOK_START_WINDOW_MS);
  if (wait > 0) await clock.wait(wait);
}
